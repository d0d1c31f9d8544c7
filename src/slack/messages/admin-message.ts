import type { KnownBlock } from "@slack/types";
import type { Provider } from "../../domain/delivery/outages.ts";
import { cleanName } from "../../domain/shared/clean-text.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { BypassView, WarningsView } from "../../queries/delivery/get-warnings.ts";
import { context, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { byWords, shortName } from "../words/names.ts";
import { promotionWords } from "../words/request-words.ts";
import {
  countWords,
  escaped,
  escapeWithin,
  joinWithin,
  moment,
  nameList,
  textLimits,
} from "../words/text.ts";
import { tokenWarningWords } from "../words/token-words.ts";
import { detailsButton, type Message } from "./card.ts";

/** The most projects, roles, and addresses that are listed by name. */
const mostLines = 10;

/** Six deployments outside approval fit in a section, whatever the names are. */
const mostBypasses = 6;

/** Returns what is wrong and what one admin can do about it, or null if nothing is wrong now. */
export function adminMessage(view: WarningsView): Message | null {
  const {
    projects,
    requests,
    strayRoles,
    unreadRoles = [],
    outages,
    addresses,
    bypasses,
    tokens = [],
  } = view;
  const warnings = [projects, requests, strayRoles, unreadRoles, outages, addresses, bypasses, tokens];
  if (warnings.every((all) => all.length === 0)) return null;
  const blocks: KnownBlock[] = [
    ...outages.map((outage) => section(outageWords(outage))),
    ...listBlocks(projects.map(projectWords), "project"),
    ...requestBlocks(view),
    ...listBlocks(strayRoles.map(strayRoleWords), "role"),
    ...listBlocks(unreadRoles.map(unreadRoleWords), "role"),
    ...listBlocks(addresses.map(addressWords), "address", "addresses"),
    ...listBlocks(bypasses.map(bypassWords), "deployment", "deployments", mostBypasses),
    ...listBlocks(tokens.map(tokenWarningWords), "token"),
    context(escapeWithin(adviceWords(view), textLimits.context)),
  ];
  return { text: escapeWithin(headline(view), textLimits.section), blocks };
}

function listBlocks(lines: readonly string[], noun: string, plural = `${noun}s`, most = mostLines) {
  if (lines.length === 0) return [];
  const moreWords = (rest: number) => `… and ${rest} more ${rest === 1 ? noun : plural}.`;
  return [section(joinWithin(lines, "\n", textLimits.section, moreWords, most))];
}

function requestBlocks({ requests, moreRequests }: WarningsView): KnownBlock[] {
  const blocks = requests.map((request) => section(requestWords(request), detailsButton(request.view)));
  if (moreRequests === 0) return blocks;
  return [...blocks, section(`… and ${countWords(moreRequests, "more request")} like these.`)];
}

/** Returns "nobody", "only 1 person", or "only 2 people". */
const onlyPeople = (count: number): string =>
  count === 0 ? "nobody" : `only ${count === 1 ? "1 person" : `${count} people`}`;

const approvalsNeeded = (count: number): string =>
  count === 1 ? "1 approval is needed" : `${count} approvals are needed`;

function projectWords({ name, available, required }: WarningsView["projects"][number]): string {
  return `⚠️ *${escaped(shortName(name))}*: ${approvalsNeeded(required)}, and ${onlyPeople(available)} can review.`;
}

function requestWords(request: WarningsView["requests"][number]): string {
  const { number, eligible, available, missing, view } = request;
  const words = `${promotionWords(view)}, asked for by ${shortName(view.requester.name)}`;
  const promotion = escapeWithin(words, 2000);
  const why =
    eligible === 0
      ? "nobody can decide it now"
      : `it needs ${countWords(missing, "more approval")}, and ${onlyPeople(available)} can give one`;
  return `⚠️ *#${number}* ${promotion}: ${why}.`;
}

function strayRoleWords({ name, people }: WarningsView["strayRoles"][number]): string {
  const remaining = people === 1 ? "its 1 person" : `its ${people} people`;
  return `⚠️ *${escaped(shortName(name))}* follows a Slack user group that is disabled or gone. The role keeps ${remaining} until you choose others.`;
}

function unreadRoleWords({ name, reason }: NonNullable<WarningsView["unreadRoles"]>[number]): string {
  const cause = escapeWithin(reason, partLimits.reason);
  return `⚠️ *${escapeWithin(shortName(name), partLimits.names)}* follows a Slack user group that Signoff cannot read. ${cause}. The role keeps its people until then.`;
}

/** The most characters of each part, so that ten lines about addresses fit in a section. */
const partLimits = { reason: 100, names: 60, address: 80 };

function outageWords({ provider, reason, since }: WarningsView["outages"][number]): string {
  const cause = `${escapeWithin(cleanName(reason), 500)}. Since ${moment(since)},`;
  return provider === "email"
    ? `⚠️ *No email is sent.* ${cause} emails wait; they go out by themselves once Resend takes them again. Slack messages are not affected.`
    : `⚠️ *Signoff cannot use Slack.* ${cause} cards and messages wait; they go out by themselves once Slack takes them again.`;
}

function addressWords({ address, people, reason }: WarningsView["addresses"][number]): string {
  const who = escapeWithin(nameList(people.map(shortName), 2), partLimits.names);
  const cause = escapeWithin(cleanName(reason), partLimits.reason);
  return `⚠️ *${who}* cannot be reached by email at ${escapeWithin(address, partLimits.address)}. ${cause}.`;
}

function bypassWords(view: BypassView): string {
  const { project, integration, environment, version, by, at } = view;
  const short = (name: string) => escapeWithin(shortName(name), partLimits.names);
  const deployed = `*${short(integration)}* ${short(version)} ${statusWords(view)} *${short(environment)}*`;
  return `⚠️ ${deployed} (${short(project)}) outside approval. Reported by ${short(byWords(by))}, ${moment(at)}.`;
}

/** Returns what became of the deployment, up to the name of the environment. */
function statusWords({ status, live }: BypassView): string {
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

/** The most characters of a list of names in a text that has several lists. */
const headlineList = 500;

function headline(view: WarningsView): string {
  const { projects, requests, strayRoles, unreadRoles = [], outages, addresses } = view;
  const parts = [
    ...outages.map(({ provider }) => outageHeadlines[provider]),
    ...(projects.length > 0
      ? [
          `Too few people can review in ${nameList(
            projects.map(({ name }) => shortName(name)),
            5,
            headlineList,
          )}.`,
        ]
      : []),
    ...(requests.length > 0 ? [`Too few people can decide ${requestList(view)}.`] : []),
    ...(strayRoles.length > 0
      ? [
          `The user group of ${nameList(
            strayRoles.map(({ name }) => shortName(name)),
            5,
            headlineList,
          )} is gone.`,
        ]
      : []),
    ...(unreadRoles.length > 0
      ? [`Signoff cannot read the user group of ${nameList(unreadRoles.map(({ name }) => shortName(name)))}.`]
      : []),
    ...(addresses.length > 0
      ? [
          `No email reaches ${nameList(
            addresses.flatMap(({ people }) => people.map(shortName)),
            5,
            headlineList,
          )}.`,
        ]
      : []),
    ...bypassHeadline(view.bypasses),
    ...tokenHeadline(view.tokens ?? []),
  ];
  return `⚠️ ${parts.join(" ")}`;
}

function tokenHeadline(tokens: readonly { name: string }[]): string[] {
  if (tokens.length === 0) return [];
  const names = [...new Set(tokens.map(({ name }) => shortName(name)))];
  return [`API tokens that need an owner or a later end: ${nameList(names, 5, headlineList)}.`];
}

const outageHeadlines: Record<Provider, string> = {
  email: "No email is sent.",
  slack: "Signoff cannot use Slack.",
};

function requestList({ requests, moreRequests }: WarningsView): string {
  if (moreRequests > 0) return countWords(requests.length + moreRequests, "request");
  return nameList(requests.map(({ number }) => `#${number}`));
}

function bypassHeadline(bypasses: readonly BypassView[]): string[] {
  if (bypasses.length === 0) return [];
  const deployments = bypasses.map(
    ({ integration, environment }) => `${shortName(integration)} in ${shortName(environment)}`,
  );
  return [`Deployed outside approval: ${nameList([...new Set(deployments)], 5, headlineList)}.`];
}

function adviceWords(view: WarningsView): string {
  const { projects, requests, strayRoles, unreadRoles = [], outages, addresses, bypasses } = view;
  const { settings } = ids.command;
  const parts = [
    ...outages.map(({ provider }) => outageAdvice[provider]),
    ...(projects.length + requests.length > 0 ? [reviewerAdvice(view)] : []),
    ...(strayRoles.length > 0
      ? [`Bind the role to another group, or choose its people, with ${settings}.`]
      : []),
    ...(unreadRoles.length > 0
      ? [
          `Signoff tries again every hour. If it does not pass, bind the role to another group with ${settings}.`,
        ]
      : []),
    ...(addresses.length > 0
      ? ["Correct the address in the Slack profile; until then they are told in Slack only."]
      : []),
    ...(bypasses.length > 0
      ? [
          `Nobody approved it there, yet it counts as live. Request a promotion first next time, or choose with ${settings} which promotions need a review.`,
        ]
      : []),
  ];
  if ((view.tokens ?? []).length > 0) {
    parts.push(`Hand a token to another member, edit, or revoke it under API Tokens with ${settings}.`);
  }
  return `${parts.join(" ")} You are told this once.`;
}

function reviewerAdvice({ workflowRoles }: WarningsView): string {
  const { settings } = ids.command;
  if (workflowRoles.length === 0) return `Choose reviewer roles with ${settings}.`;
  const roles = nameList(workflowRoles.map(shortName), 5, headlineList);
  return `Add people to ${roles}, or choose other reviewers, with ${settings}.`;
}

/** What an admin can do where Slack denies a method to the token. */
export const deniedAdvice =
  'In the Slack app\'s settings, compare "OAuth & Permissions" with manifest.yml, add what is missing, and install the app in the workspace again. If SLACK_BOT_TOKEN is not a bot token (xoxb-…), set it to one and restart Signoff.';

/** What an admin can do where a provider refuses Signoff. */
export const outageAdvice: Record<Provider, string> = {
  email:
    "Check RESEND_API_KEY, and in Resend the domain of EMAIL_FROM; restart Signoff if one of them has changed.",
  slack:
    "Install the Slack app in the workspace again if it was removed, set SLACK_BOT_TOKEN to its present bot token, and restart Signoff.",
};
