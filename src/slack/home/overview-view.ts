import type { KnownBlock, PlainTextOption } from "@slack/types";
import type { Person } from "../../domain/people/people.ts";
import type { EnvironmentCard, IntegrationCards, Overview } from "../../queries/catalog/get-overview.ts";
import type { HomeFrame } from "../../queries/delivery/get-home.ts";
import {
  actions,
  blocksPerView,
  context,
  fieldsSection,
  header,
  option,
  searchSelect,
  section,
} from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { shortName } from "../words/names.ts";
import { countWords } from "../words/text.ts";
import { cardWords, nameWords } from "./environment-card-view.ts";
import type { HomeLocation } from "./home-location.ts";
import { askAdmins, goButton, pageBlocks } from "./home-view.ts";
import { isActionable, stepButton, stepButtonWithTarget, stepSelect } from "./step-view.ts";

/** The blocks around the integrations: tabs, divider, project, hint, page numbers, and page buttons. */
const frameBlocks = 6;

/** The most environments on a page in the folded layout: a view has at most 250 KB. */
const mostFolded = 200;

/** Returns the Overview: one project's integrations, each with its environments in the order of the pipeline. */
export function overviewBlocks(
  overview: Overview,
  { admin }: HomeFrame,
  admins: readonly Person[],
): KnownBlock[] {
  const { project, page, pages, total, integrations } = overview;
  const toPage = (number: number): HomeLocation => ({
    tab: "overview",
    projectId: project.id,
    page: number,
  });
  return [
    projectBlock(overview),
    ...hintBlocks(overview, admin, admins),
    ...integrationsBlocks(integrations),
    ...(pages > 1 ? [context(`Page ${page + 1} of ${pages} · ${countWords(total, "integration")}`)] : []),
    ...pageBlocks(page > 0 ? toPage(page - 1) : null, page + 1 < pages ? toPage(page + 1) : null),
  ];
}

function projectBlock({ project, total }: Overview): KnownBlock {
  const projectSelect = searchSelect({
    actionId: ids.action.pickProject,
    placeholder: "Choose a project",
    chosen: projectOption(project),
  });
  return section(`*${nameWords(project.name, "cards")}*\n${countWords(total, "integration")}`, projectSelect);
}

export const projectOption = ({ id, name }: { id: string; name: string }): PlainTextOption =>
  option({ text: shortName(name), value: id });

/** Returns what a project lacks before anything can be promoted in it, or null if it lacks nothing. */
export function setupGap({ total, integrations }: Overview): { problem: string; todo: string } | null {
  if (total === 0) return { problem: "This project has no integration yet.", todo: "Add one" };
  const environments = integrations[0]?.environments ?? [];
  if (environments.length < 2) {
    return { problem: "This project needs two environments or more to promote between.", todo: "Add them" };
  }
  const isLive = integrations.some(({ environments }) => environments.some(({ live }) => live !== null));
  return isLive ? null : { problem: "Nothing is live here yet.", todo: "Record a deployment" };
}

/** Returns what the project lacks, and who can add it (R13). */
function hintBlocks(overview: Overview, admin: boolean, admins: readonly Person[]): KnownBlock[] {
  const gap = setupGap(overview);
  if (gap === null) return [];
  if (!admin) return [section(`${gap.problem} ${askAdmins(admins)}.`)];
  const { id: projectId } = overview.project;
  const settings: HomeLocation = { tab: "settings", settings: { section: "projects", projectId } };
  return [
    section(`${gap.problem} ${gap.todo} in Settings.`),
    actions([goButton(ids.action.goProjects, "Open Settings", settings)]),
  ];
}

/** Returns a block for each environment if they fit in the view, or else the folded layout. */
function integrationsBlocks(integrations: readonly IntegrationCards[]): KnownBlock[] {
  const blocks = integrations.reduce((sum, { environments }) => sum + 1 + environments.length, 0);
  const fits = frameBlocks + blocks <= blocksPerView;
  const most = Math.floor(mostFolded / Math.max(1, integrations.length));
  return integrations.flatMap((integration): KnownBlock[] => [
    header(shortName(integration.name)),
    ...(fits
      ? integration.environments.map((card) => cardBlock(integration, card))
      : foldedBlocks(integration, most)),
  ]);
}

/** Returns an environment's section, with the button for its next step. */
function cardBlock(integration: IntegrationCards, card: EnvironmentCard): KnownBlock {
  const accessory = isActionable(card) ? stepButton(integration, card) : undefined;
  return section(cardWords(card, "cards"), accessory);
}

/** The most fields of a section: https://docs.slack.dev/reference/block-kit/blocks/section-block */
const fieldsPerSection = 10;

/** Returns a long pipeline: ten environments in a block, then a button, or a select where several steps are possible. */
function foldedBlocks(integration: IntegrationCards, most: number): KnownBlock[] {
  const { environments } = integration;
  const listed = environments.slice(0, most);
  const rest = environments.length - listed.length;
  const blocks: KnownBlock[] = [];
  for (let from = 0; from < listed.length; from += fieldsPerSection) {
    const cards = listed.slice(from, from + fieldsPerSection);
    blocks.push(fieldsSection(cards.map((card) => cardWords(card, "folded"))));
  }
  if (rest > 0)
    blocks.push(context(`And ${countWords(rest, "more environment")}: \`/promote\` reaches them.`));
  return [...blocks, ...foldedActions(integration)];
}

function foldedActions(integration: IntegrationCards): KnownBlock[] {
  const cards = integration.environments.filter(isActionable);
  const [first, second] = cards;
  if (first === undefined) return [];
  if (second === undefined) return [actions([stepButtonWithTarget(integration, first)])];
  return [actions([stepSelect(integration, cards)])];
}
