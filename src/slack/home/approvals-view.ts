import type { KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { Page, PastCursor, PendingCursor, PendingLine } from "../../queries/requests/list-requests.ts";
import type { RequestLine } from "../../queries/requests/request-line.ts";
import { actions, button, context, modal, option, searchSelect, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { detailsButton } from "../messages/card.ts";
import { requestValue } from "../messages/card-value.ts";
import { type NamesWho, shortName, withMentions } from "../words/names.ts";
import { stateSign, stateWords } from "../words/request-words.ts";
import { countWords, escapeWithin, moment } from "../words/text.ts";
import { type ApprovalsLocation, approvalsMetadata } from "./home-location.ts";
import { goButton, pageBlocks, waitingWords } from "./home-view.ts";
import { projectOption } from "./overview-view.ts";

/** Requests per page. */
export const linesPerPage = 10;

/** A page of requests for one person, in the Home or in the modal of `/approvals`. */
export type ApprovalsView = {
  /** The only project whose requests are listed; null: every project. */
  project: { id: string; name: string } | null;
  now: Date;
} & (
  | { location: ApprovalsLocation & { list: "pending" }; page: Page<PendingLine, PendingCursor> }
  | { location: ApprovalsLocation & { list: "past" }; page: Page<RequestLine, PastCursor> }
);

/** The value of the filter's option for every project. */
export const everyProject = "all";

export const everyProjectOption: PlainTextOption = option({ text: "All projects", value: everyProject });

/** Returns a page of requests: the filter, the tabs, and a block for each request. */
export function approvalsBlocks(view: ApprovalsView): KnownBlock[] {
  const { location, project, page } = view;
  const { list } = location;
  const filter = location.projectId === undefined ? {} : { projectId: location.projectId };
  const pending: ApprovalsLocation = { tab: "approvals", list: "pending", ...filter };
  const past: ApprovalsLocation = { tab: "approvals", list: "past", ...filter };
  const projectSelect = searchSelect({
    actionId: ids.action.filterProject,
    placeholder: "Filter by project",
    chosen: project === null ? everyProjectOption : projectOption(project),
  });
  return [
    section(`*${waitingWords(page.waiting)}*`, projectSelect),
    actions([
      goButton(ids.action.goPending, "Pending", pending, { chosen: list === "pending" }),
      goButton(ids.action.goPast, "Past", past, { chosen: list === "past" }),
    ]),
    ...(page.lines.length === 0 ? emptyBlocks(view) : lineBlocks(view)),
    ...pageBlocks(
      page.previous && ({ ...location, cursor: page.previous } as ApprovalsLocation),
      page.next && ({ ...location, cursor: page.next } as ApprovalsLocation),
    ),
  ];
}

/** Returns **Approvals**, the modal of `/approvals`. */
export function approvalsModal(view: ApprovalsView): ModalView {
  return approvalsFrame(approvalsMetadata.write(view.location), approvalsBlocks(view));
}

/** Shown until the requests are read. */
export const loadingApprovals = approvalsFrame("", [section("One moment, Signoff is looking it up…")]);

function approvalsFrame(metadata: string, blocks: KnownBlock[]): ModalView {
  return modal({ callbackId: ids.view.approvals, title: "Approvals", metadata, blocks });
}

function emptyBlocks({ location, project, page }: ApprovalsView): KnownBlock[] {
  const where = project === null ? "" : ` in ${escapeWithin(shortName(project.name), 300)}`;
  if (!page.everAsked) {
    return [section("Nobody has asked for a promotion yet. `/promote` asks for the first one.")];
  }
  if (location.cursor !== undefined) return [section("There is nothing more here.")];
  return location.list === "pending"
    ? [section(`No request waits for review${where} right now. *Past* shows what was decided.`)]
    : [section(`No request${where} was decided or closed yet.`)];
}

const groupWords = {
  review: "Waits for your review",
  asked: "You asked for",
  rest: "Waits for others",
} as const;

function lineBlocks(view: ApprovalsView): KnownBlock[] {
  if (view.location.list === "past") return view.page.lines.map(pastBlock);
  const blocks: KnownBlock[] = [];
  let group: PendingLine["group"] | null = null;
  for (const line of view.page.lines as PendingLine[]) {
    if (line.group !== group) blocks.push(context(`*${groupWords[line.group]}*`));
    group = line.group;
    blocks.push(pendingBlock(line, view.now));
  }
  return blocks;
}

function pendingBlock(line: PendingLine, now: Date): KnownBlock {
  const { number, approvals, requester, createdAt } = line;
  const given = approvals.required === 1 ? "" : ` · ${approvals.given} of ${approvals.required} approvals`;
  const asked = `asked by ${name(requester.name)} ${moment(createdAt)} · waiting ${ageWords(createdAt, now)}${given}`;
  const review = button(ids.action.details, "Review", requestValue(line), {
    label: `Review request ${number}`,
    style: "primary",
  });
  return section(`${promotionLines(line)}\n${asked}`, line.group === "review" ? review : detailsButton(line));
}

function pastBlock(line: RequestLine): KnownBlock {
  const { endedAt, requester } = line;
  const when = endedAt === null ? "" : ` · ${moment(endedAt)}`;
  const outcome = `${stateSign(line)} *${withMentions((who) => pastWords(line, who), 800)}*${when}`;
  return section(
    `${promotionLines(line)}\n${outcome} · asked by ${name(requester.name)}`,
    detailsButton(line),
  );
}

/** Returns how a request ended and, if it was promoted, who approved it. */
function pastWords(line: RequestLine, who: NamesWho): string {
  const words = stateWords(line, who);
  const { decision } = line;
  return line.state === "promoted" && decision !== null
    ? `${words} · approved by ${who(decision.by)}`
    : words;
}

function promotionLines({ number, integration, project, source, target, build }: RequestLine): string {
  const critical = target.critical ? " · ❗ critical" : "";
  return `*#${number} ${name(integration.name)} ${name(build.version)}* · ${name(project.name)}\n${name(source.name)} → ${name(target.name)}${critical}`;
}

const name = (text: string): string => escapeWithin(shortName(text), 300);

const minute = 60_000;

/** Returns "2 days", "5 hours", or "under a minute". From 48 hours on it counts days. */
export function ageWords(since: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - since.getTime()) / minute);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return countWords(minutes, "minute");
  if (minutes < 48 * 60) return countWords(Math.floor(minutes / 60), "hour");
  return countWords(Math.floor(minutes / (24 * 60)), "day");
}
