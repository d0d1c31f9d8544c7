import type { KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { Page, PastCursor, PendingCursor, PendingLine } from "../../queries/requests/list-requests.ts";
import type { RequestLine } from "../../queries/requests/request-line.ts";
import { ids } from "../kernel/ids.ts";
import { button } from "../messages/card.ts";
import { context } from "../messages/details.ts";
import { escapeWithin, moment, mrkdwn, plain } from "../words/text.ts";
import { byWords, countWords, shortName, stateSign, stateWords } from "../words/words.ts";
import type { ApprovalsLocation } from "./home-location.ts";
import { goButton, section, turnBlocks, waitingWords } from "./home-view.ts";
import { projectOption } from "./overview-view.ts";

/** How many lines a page has. */
export const linesPerPage = 10;

/** A page of requests for one person, in the Home or in the modal of `/approvals`. */
export type ApprovalsView = {
  /** What the list is narrowed to. */
  project: { id: string; name: string } | null;
  now: Date;
} & (
  | { place: ApprovalsLocation & { list: "pending" }; page: Page<PendingLine, PendingCursor> }
  | { place: ApprovalsLocation & { list: "past" }; page: Page<RequestLine, PastCursor> }
);

/** The option of the filter that stands for every project. */
export const everyProject = "all";

export const everyProjectOption: PlainTextOption = { text: plain("All projects"), value: everyProject };

export function approvalsBlocks(view: ApprovalsView): KnownBlock[] {
  const { place, project, page } = view;
  const { list } = place;
  const narrowed = place.projectId === undefined ? {} : { projectId: place.projectId };
  const pending: ApprovalsLocation = { tab: "approvals", list: "pending", ...narrowed };
  const past: ApprovalsLocation = { tab: "approvals", list: "past", ...narrowed };
  return [
    {
      type: "section",
      text: mrkdwn(`*${waitingWords(page.waiting)}*`),
      accessory: {
        type: "external_select",
        action_id: ids.action.filterProject,
        placeholder: plain("Filter by project"),
        min_query_length: 0,
        initial_option: project === null ? everyProjectOption : projectOption(project),
      },
    },
    {
      type: "actions",
      elements: [
        goButton(ids.action.goPending, "Pending", pending, { chosen: list === "pending" }),
        goButton(ids.action.goPast, "Past", past, { chosen: list === "past" }),
      ],
    },
    ...(page.lines.length === 0 ? emptyBlocks(view) : lineBlocks(view)),
    ...turnBlocks(
      page.previous && ({ ...place, cursor: page.previous } as ApprovalsLocation),
      page.next && ({ ...place, cursor: page.next } as ApprovalsLocation),
    ),
  ];
}

/** **Approvals**, by `/approvals`. */
export function approvalsModal(view: ApprovalsView): ModalView {
  return modal(JSON.stringify(view.place), approvalsBlocks(view));
}

/** Shown at once where the rest takes longer. */
export const loadingApprovals: ModalView = modal("", [section("One moment, Signoff is looking it up…")]);

function modal(metadata: string, blocks: KnownBlock[]): ModalView {
  return {
    type: "modal",
    callback_id: ids.view.approvals,
    title: plain("Approvals", 24),
    close: plain("Close", 24),
    private_metadata: metadata,
    blocks,
  };
}

export function readApprovals(metadata: string): ApprovalsLocation {
  return metadata === ""
    ? { tab: "approvals", list: "pending" }
    : (JSON.parse(metadata) as ApprovalsLocation);
}

function emptyBlocks({ place, project, page }: ApprovalsView): KnownBlock[] {
  const where = project === null ? "" : ` in ${escapeWithin(shortName(project.name), 300)}`;
  if (!page.everAsked) {
    return [section("Nobody has asked for a promotion yet. `/promote` asks for the first one.")];
  }
  if (place.cursor !== undefined) return [section("There is nothing more here.")];
  return place.list === "pending"
    ? [section(`No request waits for review${where} right now. *Past* shows what was decided.`)]
    : [section(`No request${where} was decided or closed yet.`)];
}

const groupWords = {
  review: "Waits for your review",
  asked: "You asked for",
  rest: "Waits for others",
} as const;

function lineBlocks(view: ApprovalsView): KnownBlock[] {
  if (view.place.list === "past") return view.page.lines.map(pastBlock);
  const blocks: KnownBlock[] = [];
  let shown: PendingLine["group"] | null = null;
  for (const line of view.page.lines as PendingLine[]) {
    if (line.group !== shown) blocks.push(context(`*${groupWords[line.group]}*`));
    shown = line.group;
    blocks.push(pendingBlock(line, view.now));
  }
  return blocks;
}

function pendingBlock(line: PendingLine, now: Date): KnownBlock {
  const { number, approvals, requester, createdAt } = line;
  const given = approvals.required === 1 ? "" : ` · ${approvals.given} of ${approvals.required} approvals`;
  const asked = `asked by ${name(requester.name)} ${moment(createdAt)} · waiting ${ageWords(createdAt, now)}${given}`;
  const review = line.group === "review";
  return {
    type: "section",
    text: mrkdwn(`${what(line)}\n${asked}`),
    accessory: button(ids.action.details, review ? "Review" : "Details", number, {
      accessibility_label: `${review ? "Review" : "Details of"} request ${number}`,
      ...(review ? { style: "primary" } : {}),
    }),
  };
}

function pastBlock(line: RequestLine): KnownBlock {
  const { number, endedAt, requester } = line;
  const when = endedAt === null ? "" : ` · ${moment(endedAt)}`;
  const how = `${stateSign(line)} *${escapeWithin(pastWords(line), 800)}*${when}`;
  return {
    type: "section",
    text: mrkdwn(`${what(line)}\n${how} · asked by ${name(requester.name)}`),
    accessory: button(ids.action.details, "Details", number, {
      accessibility_label: `Details of request ${number}`,
    }),
  };
}

/** How it ended; what was promoted also says who had approved it. */
function pastWords(line: RequestLine): string {
  const words = stateWords(line);
  const { decision } = line;
  return line.state === "promoted" && decision !== null
    ? `${words} · approved by ${byWords(decision.by)}`
    : words;
}

function what({ number, integration, project, source, target, build }: RequestLine): string {
  const critical = target.critical ? " · ❗ critical" : "";
  return `*#${number} ${name(integration.name)} ${name(build.version)}* · ${name(project.name)}\n${name(source.name)} → ${name(target.name)}${critical}`;
}

const name = (text: string): string => escapeWithin(shortName(text), 300);

const minute = 60_000;

/** "2 days", "5 hours", "under a minute". */
export function ageWords(since: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - since.getTime()) / minute);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return countWords(minutes, "minute");
  if (minutes < 48 * 60) return countWords(Math.floor(minutes / 60), "hour");
  return countWords(Math.floor(minutes / (24 * 60)), "day");
}
