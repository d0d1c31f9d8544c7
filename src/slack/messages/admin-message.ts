import type { KnownBlock } from "@slack/types";
import type { Provider } from "../../domain/delivery/outages.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { BypassView, WarningsView } from "../../queries/delivery/get-warnings.ts";
import { ids } from "../kernel/ids.ts";
import { escaped, escapeWithin, moment, mrkdwn, nameList, textLimits } from "../words/text.ts";
import { byWords, countWords, shortName, whatWords } from "../words/words.ts";
import { button, type Message } from "./card.ts";

/** As many projects and roles are named one by one. */
const mostLines = 10;

/** What is amiss, to one admin, with what to do; null where nothing is any more. */
export function adminMessage(view: WarningsView): Message | null {
  const { projects, requests, moreRequests, strayRoles, stops, addresses, outside } = view;
  const amiss = [projects, requests, strayRoles, stops, addresses, outside];
  if (amiss.every((all) => all.length === 0)) return null;
  const blocks: KnownBlock[] = stops.map((stop) => section(stopWords(stop)));
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
  if (addresses.length > 0) blocks.push(section(lines(addresses.map(addressWords), "address", "addresses")));
  if (outside.length > 0)
    blocks.push(section(lines(outside.map(outsideWords), "deployment", "deployments", 6)));
  blocks.push({ type: "context", elements: [mrkdwn(escapeWithin(adviceWords(view), textLimits.context))] });
  return { text: escapeWithin(headline(view), textLimits.section), blocks };
}

const section = (text: string) => ({ type: "section" as const, text: mrkdwn(text) });

function lines(all: readonly string[], what: string, many = `${what}s`, most = mostLines): string {
  const shown = all.slice(0, most);
  const rest = all.length - shown.length;
  const more = rest > 0 ? [`… and ${rest} more ${rest === 1 ? what : many}.`] : [];
  return [...shown, ...more].join("\n");
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

/** What a far end says may be long: ten lines about addresses fit a section. */
const most = { said: 100, names: 60, address: 80 };

function stopWords({ provider, reason, since }: WarningsView["stops"][number]): string {
  const said = `${escapeWithin(reason, 500)}. Since ${moment(since)},`;
  return provider === "email"
    ? `⚠️ *No email is sent.* ${said} emails wait; they go out by themselves once Resend takes them again. Slack messages are not affected.`
    : `⚠️ *Signoff cannot use Slack.* ${said} cards and messages wait; they go out by themselves once Slack takes them again.`;
}

function addressWords({ address, people, reason }: WarningsView["addresses"][number]): string {
  const who = escapeWithin(nameList(people.map(shortName), 2), most.names);
  const said = escapeWithin(reason, most.said);
  return `⚠️ *${who}* cannot be reached by email at ${escapeWithin(address, most.address)}. ${said}.`;
}

/** Six of them fit a section, whatever things are called. */
function outsideWords(view: BypassView): string {
  const { project, integration, environment, version, by, at } = view;
  const short = (name: string) => escapeWithin(shortName(name), most.names);
  const what = `*${short(integration)}* ${short(version)} ${cameWords(view)} *${short(environment)}*`;
  return `⚠️ ${what} (${short(project)}) outside approval. Reported by ${short(byWords(by))}, ${moment(at)}.`;
}

/** What became of it, up to where. */
function cameWords({ status, live }: BypassView): string {
  switch (status) {
    case "in progress":
      return "is being deployed to";
    case "succeeded":
      return live ? "is live in" : "was deployed, and is not live any more, in";
    case "failed":
      return "failed to be deployed to";
    case "unknown":
      return "went silent on its way to";
    default:
      return assertNever(status);
  }
}

function headline(view: WarningsView): string {
  const { projects, requests, moreRequests, strayRoles, stops, addresses, outside } = view;
  const where = projects.map(({ name }) => shortName(name));
  const stuck = [...requests.map(({ number }) => `#${number}`)];
  const parts = [
    ...stops.map(({ provider }) =>
      provider === "email" ? "No email is sent." : "Signoff cannot use Slack.",
    ),
    ...(where.length > 0 ? [`Too few people can review in ${nameList(where)}.`] : []),
    ...(stuck.length > 0
      ? [
          `Too few people can decide ${moreRequests > 0 ? countWords(stuck.length + moreRequests, "request") : nameList(stuck)}.`,
        ]
      : []),
    ...(strayRoles.length > 0
      ? [`The user group of ${nameList(strayRoles.map(({ name }) => shortName(name)))} is gone.`]
      : []),
    ...(addresses.length > 0
      ? [`No email reaches ${nameList(addresses.flatMap(({ people }) => people.map(shortName)))}.`]
      : []),
    ...outsideHeadline(outside),
  ];
  return `⚠️ ${parts.join(" ")}`;
}

function outsideHeadline(outside: readonly BypassView[]): string[] {
  if (outside.length === 0) return [];
  const where = outside.map((one) => `${shortName(one.integration)} in ${shortName(one.environment)}`);
  return [`Deployed outside approval: ${nameList([...new Set(where)])}.`];
}

function adviceWords(view: WarningsView): string {
  const { projects, requests, workflowRoles, strayRoles, stops, addresses, outside } = view;
  const { settings } = ids.command;
  const parts = stops.map(({ provider }) => stopAdvice[provider]);
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
  if (addresses.length > 0)
    parts.push("Correct the address in the Slack profile; until then they are told in Slack only.");
  if (outside.length > 0)
    parts.push(
      `Nobody asked for it here, yet it counts as live. Have the pipeline request a promotion first, or choose with ${settings} which promotions need a review.`,
    );
  return `${parts.join(" ")} You are told this once.`;
}

/** What an admin can do about a far end that refuses us. */
export const stopAdvice: Record<Provider, string> = {
  email:
    "Check RESEND_API_KEY, and in Resend the domain of EMAIL_FROM; restart Signoff if one of them has changed.",
  slack:
    "Install the Slack app in the workspace again if it was removed, set SLACK_BOT_TOKEN to its present bot token, and restart Signoff.",
};
