import type { Button, KnownBlock, PlainTextOption } from "@slack/types";
import type { Person } from "../../domain/people/people.ts";
import type { StateName } from "../../domain/requests/request.ts";
import type {
  EnvironmentCard,
  IntegrationCards,
  Overview,
  StepAction,
} from "../../queries/catalog/get-overview.ts";
import type { HomeFrame } from "../../queries/delivery/get-home.ts";
import { ids } from "../kernel/ids.ts";
import { context } from "../messages/details.ts";
import { cutTo, escapeWithin, link, moment, mrkdwn, plain, textLimits } from "../words/text.ts";
import { byWords, countWords, shortName, stateSign } from "../words/words.ts";
import type { HomeLocation } from "./home-location.ts";
import { askAdmins, goButton, section, turnBlocks, viewBlocks } from "./home-view.ts";

/** What stands around the integrations: tabs and divider, project, a hint, pages. */
const frameBlocks = 6;

/** How long a name may be: shorter than elsewhere, so that a full page fits into a view whatever things are called. */
const nameLimits = { cards: 150, folded: 30 } as const;

/** Bytes of a view are limited too (250 KB): environments of a folded page, on all its integrations. */
const foldedEnvironments = 200;

/** The Overview: one project's integrations, each with its environments in the order of the pipeline. */
export function overviewBlocks(
  overview: Overview,
  { admin }: HomeFrame,
  admins: readonly Person[],
): KnownBlock[] {
  const { project, page, pages, total, integrations } = overview;
  const to = (turned: number): HomeLocation => ({ tab: "overview", projectId: project.id, page: turned });
  return [
    projectBlock(overview),
    ...hintBlocks(overview, admin, admins),
    ...integrationsBlocks(integrations),
    ...(pages > 1 ? [context(`Page ${page + 1} of ${pages} · ${countWords(total, "integration")}`)] : []),
    ...turnBlocks(page > 0 ? to(page - 1) : null, page + 1 < pages ? to(page + 1) : null),
  ];
}

function projectBlock({ project, total }: Overview): KnownBlock {
  return {
    type: "section",
    text: mrkdwn(`*${name(project.name, "cards")}*\n${countWords(total, "integration")}`),
    accessory: {
      type: "external_select",
      action_id: ids.action.pickProject,
      placeholder: plain("Choose a project"),
      min_query_length: 0,
      initial_option: projectOption(project),
    },
  };
}

export function projectOption({ id, name: called }: { id: string; name: string }): PlainTextOption {
  return { text: plain(shortName(called), textLimits.option), value: id };
}

/** What is still missing before something can be promoted in a project; null: nothing. */
export function missing({ total, integrations }: Overview): { what: string; todo: string } | null {
  if (total === 0) return { what: "This project has no integration yet.", todo: "Add one" };
  const environments = integrations[0]?.environments ?? [];
  if (environments.length < 2) {
    return { what: "This project needs two environments or more to promote between.", todo: "Add them" };
  }
  return integrations.some((one) => one.environments.some(({ live }) => live !== null))
    ? null
    : { what: "Nothing is live here yet.", todo: "Record a deployment" };
}

/** What is still missing, and who can add it. */
function hintBlocks(overview: Overview, admin: boolean, admins: readonly Person[]): KnownBlock[] {
  const lack = missing(overview);
  if (lack === null) return [];
  if (!admin) return [section(`${lack.what} ${askAdmins(admins)}.`)];
  const { id: projectId } = overview.project;
  const settings: HomeLocation = { tab: "settings", settings: { section: "projects", projectId } };
  return [
    section(`${lack.what} ${lack.todo} in Settings.`),
    { type: "actions", elements: [goButton(ids.action.goProjects, "Open Settings", settings)] },
  ];
}

type Layout = keyof typeof nameLimits;

/** A block for each environment as long as a view has room for them; else ten of them in one. */
function integrationsBlocks(integrations: readonly IntegrationCards[]): KnownBlock[] {
  const blocks = integrations.reduce((sum, { environments }) => sum + 1 + environments.length, 0);
  const fits = frameBlocks + blocks <= viewBlocks;
  const most = Math.floor(foldedEnvironments / Math.max(1, integrations.length));
  return integrations.flatMap((integration): KnownBlock[] => [
    { type: "header", text: plain(shortName(integration.name), textLimits.header) },
    ...(fits
      ? integration.environments.map((card) => cardBlock(integration, card))
      : foldedBlocks(integration, most)),
  ]);
}

/** One environment: what is live, since when and by whom, what is under way, and the button that applies. */
function cardBlock(integration: IntegrationCards, card: EnvironmentCard): KnownBlock {
  const { action } = card;
  return {
    type: "section",
    text: mrkdwn(cardWords(card, "cards")),
    ...(action === null ? {} : { accessory: stepButton(integration, card, action) }),
  };
}

function cardWords(card: EnvironmentCard, layout: Layout): string {
  const critical = card.critical ? " · ❗ critical" : "";
  const lines = [
    `*${name(card.name, layout)}*${critical}`,
    liveWords(card, layout),
    attemptWords(card, layout),
    nextWords(card, layout),
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function liveWords({ live, attempt }: EnvironmentCard, layout: Layout): string {
  if (live === null) return attempt === null ? "Nothing is live yet" : "Nothing is live";
  const commit =
    live.commit === null ? "" : ` · \`${escapeWithin(live.commit.slice(0, 12).replace(/`/g, "'"), 60)}\``;
  const version = name(live.version, layout);
  const linked = link(live.link, cutTo(shortName(live.version), 40));
  // An address that is long would crowd out the rest of a full page.
  const shown = layout === "cards" && linked.length <= 300 ? linked : version;
  const outside = live.outside ? "\n⚠️ Outside approval" : "";
  return `🟢 Live: ${shown}${commit}\nsince ${moment(live.since)}, by ${name(byWords(live.by), layout)}${outside}`;
}

function attemptWords({ attempt }: EnvironmentCard, layout: Layout): string {
  if (attempt === null) return "";
  const version = name(attempt.version, layout);
  switch (attempt.status) {
    case "in progress":
      return `🚀 ${version} is being deployed`;
    case "failed":
      return `⚠️ The deployment of ${version} failed`;
    case "unknown":
      return `⚠️ The deployment of ${version} went silent: it may still be running`;
  }
}

const openWords: Partial<Record<StateName, string>> = {
  pending: "waits for review",
  approved: "is approved",
  promoting: "is being promoted",
  failed: "failed: try again",
};

function nextWords({ live, next }: EnvironmentCard, layout: Layout): string {
  if (next === null) return "";
  const target = name(next.target.name, layout);
  if (next.open !== null) {
    const { number, state, requester } = next.open;
    return `${stateSign({ state })} → ${target}: #${number} by ${name(requester, layout)} ${openWords[state] ?? ""}`;
  }
  return live !== null && next.same ? `✓ The same is live in ${target}` : "";
}

const name = (text: string, layout: Layout): string => escapeWithin(shortName(text), nameLimits[layout]);

function verb(action: StepAction): string {
  switch (action.kind) {
    case "request":
      return "Request to Promote";
    case "promote-at-once":
      return "Promote";
    case "cancel":
      return "Cancel Request";
    case "promote":
      return `Promote #${action.number}`;
    case "view":
      return `View #${action.number}`;
  }
}

function stepButton(integration: IntegrationCards, card: EnvironmentCard, action: StepAction): Button {
  const { actionId, value } = meaning(integration, card, action);
  const target = shortName(card.next?.target.name ?? "");
  const label = `${verb(action)}: ${cutTo(shortName(integration.name), 24)} to ${target}`;
  const primary = action.kind === "promote" || action.kind === "promote-at-once";
  return {
    type: "button",
    action_id: actionId,
    text: plain(verb(action), textLimits.button),
    accessibility_label: plain(label, textLimits.button).text,
    value,
    ...(primary ? { style: "primary" as const } : {}),
  };
}

function meaning(integration: IntegrationCards, card: EnvironmentCard, action: StepAction) {
  switch (action.kind) {
    case "request":
    case "promote-at-once":
      return { actionId: ids.action.startStep, value: stepValue(integration.id, card.next?.target.id ?? "") };
    case "cancel":
      return { actionId: ids.action.cancel, value: String(action.number) };
    case "promote":
      return { actionId: ids.action.promote, value: String(action.number) };
    case "view":
      return { actionId: ids.action.details, value: String(action.number) };
  }
}

/** Two ids in the 75 characters of an option's value. */
const stepValue = (integrationId: string, targetId: string): string => `${integrationId}/${targetId}`;

export function readStep(value: string): { integrationId: string; targetId: string } {
  const [integrationId = "", targetId = ""] = value.split("/");
  return { integrationId, targetId };
}

/** Fields of one section: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const fieldsInBlock = 10;

/** A long pipeline: ten environments in a block, and one button, or one select where several steps have something to do. */
function foldedBlocks(integration: IntegrationCards, most: number): KnownBlock[] {
  const { environments } = integration;
  const blocks: KnownBlock[] = [];
  const shown = environments.slice(0, most);
  for (let from = 0; from < shown.length; from += fieldsInBlock) {
    const fields = shown.slice(from, from + fieldsInBlock).map((card) => mrkdwn(cardWords(card, "folded")));
    blocks.push({ type: "section", fields });
  }
  const rest = environments.length - shown.length;
  if (rest > 0)
    blocks.push(context(`And ${countWords(rest, "more environment")}: \`/promote\` reaches them.`));
  const able = environments.filter(({ action }) => action !== null);
  const [first] = able;
  if (first === undefined || first.action === null) return blocks;
  if (able.length === 1) {
    const only = stepButton(integration, first, first.action);
    const target = shortName(first.next?.target.name ?? "");
    return [
      ...blocks,
      {
        type: "actions",
        elements: [{ ...only, text: plain(`${only.text.text} → ${target}`, textLimits.button) }],
      },
    ];
  }
  return [...blocks, { type: "actions", elements: [stepSelect(integration, able)] }];
}

/** Which button an option of the select stands for. */
const picks = { cancel: "cancel", promote: "promote", view: "view" } as const;

function stepSelect(integration: IntegrationCards, able: readonly EnvironmentCard[]) {
  const options = able.slice(0, 100).flatMap((card): PlainTextOption[] => {
    const { action } = card;
    if (action === null) return [];
    const text = `${verb(action)} → ${shortName(card.next?.target.name ?? "")}`;
    const value =
      "number" in action
        ? `${picks[action.kind]}/${action.number}`
        : stepValue(integration.id, card.next?.target.id ?? "");
    return [{ text: plain(text, textLimits.option), value }];
  });
  return {
    type: "static_select" as const,
    action_id: ids.action.pickStep,
    placeholder: plain(`${cutTo(shortName(integration.name), 60)}: what to do next`, 150),
    options,
  };
}

/** What was picked: the button it stands for, with that button's value. */
export function readPick(value: string): { kind: StepAction["kind"]; value: string } {
  const [kind = "", rest = ""] = value.split("/");
  return kind in picks ? { kind: kind as keyof typeof picks, value: rest } : { kind: "request", value };
}
