import type { KnownBlock } from "@slack/types";
import type { WarningsView } from "../../queries/get-warnings.ts";
import { ids } from "../ids.ts";
import { button, type Message } from "./card.ts";
import { escaped, escapeWithin, mrkdwn, nameList, textLimits } from "./text.ts";
import { countWords, shortName, whatWords } from "./words.ts";

/** As many projects and roles are named one by one. */
const mostLines = 10;

/** What is amiss, to one admin, with what to do; null where nothing is any more. */
export function adminMessage(view: WarningsView): Message | null {
  const { projects, requests, moreRequests, strayRoles } = view;
  if (projects.length + requests.length + strayRoles.length === 0) return null;
  const blocks: KnownBlock[] = [];
  if (projects.length > 0) blocks.push(section(lines(projects.map(projectWords), "project")));
  for (const request of requests) {
    blocks.push({
      ...section(requestWords(request)),
      accessory: button(ids.action.details, "Details", request.number, {
        accessibility_label: `Details of request ${request.number}`,
      }),
    });
  }
  if (moreRequests > 0) blocks.push(section(`… and ${countWords(moreRequests, "more request")} like these.`));
  if (strayRoles.length > 0) blocks.push(section(lines(strayRoles.map(strayWords), "role")));
  blocks.push({ type: "context", elements: [mrkdwn(escapeWithin(adviceWords(view), textLimits.context))] });
  return { text: escapeWithin(headline(view), textLimits.section), blocks };
}

const section = (text: string) => ({ type: "section" as const, text: mrkdwn(text) });

function lines(all: readonly string[], what: string): string {
  const shown = all.slice(0, mostLines);
  const rest = all.length - shown.length;
  return [...shown, ...(rest > 0 ? [`… and ${countWords(rest, `more ${what}`)}.`] : [])].join("\n");
}

/** "nobody", "only 1 person", "only 2 people". */
const only = (count: number): string =>
  count === 0 ? "nobody" : `only ${count === 1 ? "1 person" : `${count} people`}`;

const approvals = (count: number): string =>
  count === 1 ? "1 approval is needed" : `${count} approvals are needed`;

function projectWords({ name, available, required }: WarningsView["projects"][number]): string {
  return `⚠️ *${escaped(shortName(name))}*: ${approvals(required)}, and ${only(available)} can review.`;
}

function requestWords(request: WarningsView["requests"][number]): string {
  const { number, eligible, available, missing, view } = request;
  const what = escaped(`${whatWords(view)}, asked for by ${shortName(view.requester.name)}`);
  const why =
    eligible === 0
      ? "nobody can decide it now"
      : `it needs ${countWords(missing, "more approval")}, and ${only(available)} can give one`;
  return `⚠️ *#${number}* ${what}: ${why}.`;
}

function strayWords({ name, people }: WarningsView["strayRoles"][number]): string {
  const kept = people === 1 ? "its 1 person" : `its ${people} people`;
  return `⚠️ *${escaped(shortName(name))}* follows a Slack user group that is disabled or gone. The role keeps ${kept} until you choose others.`;
}

function headline({ projects, requests, moreRequests, strayRoles }: WarningsView): string {
  const where = projects.map(({ name }) => shortName(name));
  const stuck = [...requests.map(({ number }) => `#${number}`)];
  const parts = [
    ...(where.length > 0 ? [`Too few people can review in ${nameList(where)}.`] : []),
    ...(stuck.length > 0
      ? [
          `Too few people can decide ${moreRequests > 0 ? countWords(stuck.length + moreRequests, "request") : nameList(stuck)}.`,
        ]
      : []),
    ...(strayRoles.length > 0
      ? [`The user group of ${nameList(strayRoles.map(({ name }) => shortName(name)))} is gone.`]
      : []),
  ];
  return `⚠️ ${parts.join(" ")}`;
}

function adviceWords({ projects, requests, workflowRoles, strayRoles }: WarningsView): string {
  const { settings } = ids.command;
  const parts = [];
  if (projects.length + requests.length > 0) {
    const roles = nameList(workflowRoles.map(shortName));
    parts.push(
      roles === ""
        ? `Choose reviewer roles with ${settings}.`
        : `Add people to ${roles}, or choose other reviewers, with ${settings}.`,
    );
  }
  if (strayRoles.length > 0)
    parts.push(`Bind the role to another group, or choose its people, with ${settings}.`);
  return `${parts.join(" ")} You are told this once.`;
}
