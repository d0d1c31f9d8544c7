import type { KnownBlock } from "@slack/types";
import type { LoweredGuard } from "../../domain/catalog/guards.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type {
  DigestActor,
  DigestChange,
  SettingsDigest,
} from "../../queries/delivery/get-settings-digest.ts";
import { context, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { shortName } from "../words/names.ts";
import { countWords, cutTo, escapeWithin, isolated, nameList, textLimits } from "../words/text.ts";
import type { Message } from "./card.ts";

/** The most characters of a line, of a heading, of each value, and of all lines, which share one section. */
const limits = { line: 320, heading: 150, value: 120, all: 2_800 };

/** Returns the message that tells an admin what tokens, files, and the command line changed; null if it is nothing. */
export function digestMessage({ changes, more }: SettingsDigest): Message | null {
  if (changes.length === 0) return null;
  const { lines, listed } = listChanges(changes);
  const unlisted = more + changes.length - listed;
  const rest =
    unlisted > 0 ? [`… and ${countWords(unlisted, "more change")}. The audit log has all of them.`] : [];
  const made = changes.filter(isMade);
  const title =
    made.length === 0 ? "⛔ *A token may not lower a guard*" : "🔧 *Settings were changed outside Slack*";
  const blocks: KnownBlock[] = [
    section(title),
    section([...lines, ...rest].join("\n")),
    context(made.length === 0 ? refusedAdvice : madeAdvice),
  ];
  return { text: escapeWithin(headline(changes), textLimits.section), blocks };
}

const madeAdvice = `Check or correct this with ${ids.command.settings}. Further changes follow in one message in a few minutes.`;
const refusedAdvice = `Nothing was changed. If it should be, change it with ${ids.command.settings}. Otherwise correct what the token sends. You get no message about further tries until the setting changes.`;

const isMade = ({ refused }: DigestChange): boolean => refused.length === 0;

function headline(changes: readonly DigestChange[]): string {
  const made = changes.filter(isMade);
  const [icon, verb, listed] =
    made.length === 0 ? ["⛔", "was not allowed to change", changes] : ["🔧", "changed", made];
  const who = nameList([...new Set(listed.map(({ by }) => actorWords(by)))], 2);
  const what = nameList([...new Set(listed.map(subjectWords))], 3);
  return `${icon} ${who} ${verb} ${what}.`;
}

/** Returns as many changes as fit, each under a heading that says who made it, and how many these are. */
function listChanges(changes: readonly DigestChange[]): { lines: string[]; listed: number } {
  const lines: string[] = [];
  for (const [i, change] of changes.entries()) {
    const heading = actorWords(change.by);
    const previous = changes[i - 1];
    const isSame = previous !== undefined && actorWords(previous.by) === heading;
    const added = [...(isSame ? [] : [`*${escapeWithin(heading, limits.heading)}*`]), changeLine(change)];
    if ([...lines, ...added].join("\n").length > limits.all) return { lines, listed: i };
    lines.push(...added);
  }
  return { lines, listed: changes.length };
}

function actorWords(by: DigestActor): string {
  if (by.kind === "token") return `Token ${shortName(by.name)}, made by ${shortName(by.maker)}`;
  const reason = shortName(by.reason);
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

const kinds: Record<string, string> = {
  project: "project",
  pipeline: "project",
  environment: "project",
  integration: "integration",
  webhook: "webhook of",
  role: "role",
  workflow: "Environment Promotion",
  token: "API token",
  catalog: "the catalog",
};

/** Returns what was changed: "project Commerce", or "Environment Promotion". */
function subjectWords({ action, name }: DigestChange): string {
  const kind = kinds[action.split(".")[0] ?? ""] ?? "a setting";
  return name === null ? kind : `${kind} ${shortName(name)}`;
}

const verbs: Record<string, string> = {
  created: "created",
  restored: "restored",
  archived: "archived",
  deleted: "deleted",
  revoked: "revoked",
};

/** Returns what a token was refused: "⛔ Refused, project Commerce: Production would no longer be critical." */
function refusedLine(change: DigestChange): string {
  const words = `Refused, ${subjectWords(change)}: ${change.refused.map(guardWords).join(" ")}`;
  return `• ⛔ ${escapeWithin(words, limits.line)}`;
}

function guardWords(guard: LoweredGuard): string {
  switch (guard.kind) {
    case "not-critical":
      return `${shortName(guard.environment)} would no longer be critical.`;
    case "dropped":
      return `${shortName(guard.environment)} is critical and would be removed or replaced.`;
    case "moved":
      return `Other environments would come before ${shortName(guard.environment)}, which is critical.`;
    case "first":
      return `${shortName(guard.environment)} would become the first environment, which is never reviewed.`;
    case "requesters":
      return `More people than ${nameList(guard.roles.map(shortName), 3)} could request.`;
    case "deployer":
      return `${shortName(guard.integration)} would no longer be deployed by its webhook.`;
    default:
      return assertNever(guard);
  }
}

function changeLine(change: DigestChange): string {
  if (!isMade(change)) return refusedLine(change);
  const subject = subjectWords(change);
  const verb = verbs[change.action.split(".")[1] ?? ""];
  const title = subject.charAt(0).toUpperCase() + subject.slice(1);
  const facts = change.facts
    .filter(({ label }) => verb === undefined || !["name", "archived"].includes(label))
    .map(factWords)
    .join("; ");
  const words = [verb === undefined ? title : `${title} ${verb}`, facts]
    .filter((part) => part !== "")
    .join(": ");
  const warning = change.lowersGuard ? "⚠️ Lowers a guard. " : "";
  return `• ${warning}${escapeWithin(words, limits.line)}`;
}

function factWords({ label, before, after }: DigestChange["facts"][number]): string {
  const value = (text: string) => isolated(cutTo(text, limits.value));
  const values = before === null ? value(after) : `${value(before)} → ${value(after)}`;
  return label === "" ? values : `${label} ${values}`;
}
