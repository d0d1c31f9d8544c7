import type { Button, KnownBlock } from "@slack/types";
import type { Environment } from "../../../domain/catalog/pipeline.ts";
import type {
  IntegrationRow,
  ProjectDetails,
  ProjectFacts,
  ProjectSummary,
} from "../../../queries/catalog/get-projects.ts";
import { context } from "../../messages/details.ts";
import { escapeWithin, mrkdwn, nameList, plain, textLimits } from "../../words/text.ts";
import { countWords, shortName } from "../../words/words.ts";
import { projectIds as ids } from "./project-ids.ts";

export const projectsPerPage = 10;
/** With 20 environments they all fit into a view, which takes 100 blocks. */
export const integrationsPerPage = 20;

/** Where a button of Settings › Projects leads, or what it is about. It travels in the button's value. */
export type ProjectSpot = { projectId?: string; page?: number; id?: string };

export const writeSpot = (spot: ProjectSpot): string => JSON.stringify(spot);
export const readSpot = (value: string): ProjectSpot => JSON.parse(value) as ProjectSpot;

/** Settings › Projects: the list. */
export function projectListBlocks(
  projects: readonly ProjectSummary[],
  page: number,
  total: number,
): KnownBlock[] {
  // It stands out only while there is nothing else to do.
  const create = actions([
    button(ids.action.create, "New Project", {}, total === 0 ? { style: "primary" } : {}),
  ]);
  if (total === 0) {
    return [
      section(
        "*There is no project yet.*\nA project has environments in order, such as Development, Staging and Production, and integrations that are promoted from one to the next.",
      ),
      create,
    ];
  }
  const rows = projects.map(
    (project): KnownBlock => ({
      type: "section",
      text: mrkdwn(
        `*${name(project.name)}*  \`${project.slug}\`\n${pipelineWords(project.environments)} · ${countWords(project.integrations, "integration")}`,
      ),
      accessory: button(ids.action.open, "Open", { projectId: project.id }, named("Open", project)),
    }),
  );
  return [create, ...rows, ...pager({}, page, projectsPerPage, total, "projects")];
}

function pager(spot: ProjectSpot, page: number, size: number, total: number, what: string): KnownBlock[] {
  if (total <= size) return [];
  const steps: Button[] = [];
  const step = (actionId: string, text: string, to: number) =>
    steps.push(
      button(actionId, text, { ...spot, page: to }, { accessibility_label: `${text} page of ${what}` }),
    );
  if (page > 0) step(ids.action.page, "Previous", page - 1);
  if ((page + 1) * size < total) step(ids.action.nextPage, "Next", page + 1);
  const last = Math.min((page + 1) * size, total);
  return [context(`${page * size + 1}–${last} of ${total} ${what}`), actions(steps)];
}

const name = (text: string): string => escapeWithin(shortName(text), 300);

const named = (verb: string, one: { name: string }): Partial<Button> => ({
  accessibility_label: plain(`${verb} ${shortName(one.name)}`, textLimits.button).text,
});

/** "Development → Staging → Production ❗", escaped. */
function pipelineWords(environments: readonly { name: string; critical: boolean }[]): string {
  const words = environments.map((one) => `${shortName(one.name)}${one.critical ? " ❗" : ""}`);
  return escapeWithin(words.join(" → "), 1500);
}

/**
 * Settings › Projects: one project, its environments and integrations.
 *
 * @param page of the integrations, from 0
 * @param live what is live of those on the page: versions by integration and environment
 */
export function projectBlocks(
  project: ProjectDetails,
  page: number,
  live: ReadonlyMap<string, ReadonlyMap<string, string>>,
): KnownBlock[] {
  const { id: projectId, environments, integrations } = project;
  const shown = integrations.slice(page * integrationsPerPage, (page + 1) * integrationsPerPage);
  const spot = { projectId, page };
  return [
    section(`*${name(project.name)}*  \`${project.slug}\``),
    context(escapeWithin(requesterWords(project), 1000)),
    actions([
      button(ids.action.list, "← All Projects", {}, { accessibility_label: "Back to all projects" }),
      button(ids.action.edit, "Edit Project", spot, named("Edit project", project)),
      button(
        ids.action.archive,
        "Archive Project",
        spot,
        archives(project, "Nothing can be promoted in it any more."),
      ),
    ]),
    { type: "divider" },
    section("*Environments*, first to last"),
    ...environments.map((one, i) => environmentBlock(one, i, spot)),
    actions([button(ids.action.addEnvironment, "Add Environment", spot)]),
    { type: "divider" },
    section(integrationsTitle(project)),
    ...shown.map((one) => integrationBlock(one, environments, spot, live.get(one.id))),
    ...pager({ projectId }, page, integrationsPerPage, integrations.length, "integrations"),
    actions([
      button(
        ids.action.addIntegration,
        "Add Integration",
        spot,
        integrations.length === 0 ? { style: "primary" } : {},
      ),
      ...(integrations.length === 0 ? [] : [recordButton(spot, live.size === 0)]),
    ]),
  ];
}

const recordButton = (spot: ProjectSpot, isNext: boolean): Button =>
  button(ids.action.recordManualDeployment, "Record Deployment", spot, isNext ? { style: "primary" } : {});

function integrationsTitle({ integrations, slug, environments }: ProjectDetails): string {
  if (integrations.length === 0) {
    return "*Integrations*\nNone yet. Add the first one; then record which of its builds is live, and it can be promoted.";
  }
  const [first] = integrations;
  if (environments.length < 2) {
    return "*Integrations*\nAdd a second environment: a promotion goes from one environment to the next.";
  }
  return `*Integrations*\nPromote one with \`/promote ${slug}/${first?.slug ?? ""}\`.`;
}

function requesterWords({ requesterRoles }: Pick<ProjectFacts, "requesterRoles">): string {
  if (requesterRoles.length === 0) return "Every full member may request and promote.";
  return `Members of ${nameList(requesterRoles.map((role) => shortName(role.name)))} may request and promote.`;
}

function environmentBlock(one: Environment, i: number, spot: ProjectSpot): KnownBlock {
  return {
    type: "section",
    text: mrkdwn(`${i + 1}. ${name(one.name)}  \`${one.slug}\`${one.critical ? "  ❗ *critical*" : ""}`),
    accessory: button(ids.action.editEnvironment, "Edit", { ...spot, id: one.id }, named("Edit", one)),
  };
}

function integrationBlock(
  one: IntegrationRow,
  environments: readonly Environment[],
  spot: ProjectSpot,
  live: ReadonlyMap<string, string> | undefined,
): KnownBlock {
  const versions = environments.flatMap((environment) => {
    const version = live?.get(environment.id);
    return version === undefined ? [] : [`${shortName(environment.name)} ${shortName(version)}`];
  });
  const words = versions.length === 0 ? "_Nothing live yet_" : escapeWithin(versions.join(" · "), 2000);
  return {
    type: "section",
    text: mrkdwn(
      `${name(one.name)}  \`${one.slug}\`${one.deployer === "webhook" ? "  🔗 webhook" : ""}\n${words}`,
    ),
    accessory: button(ids.action.editIntegration, "Edit", { ...spot, id: one.id }, named("Edit", one)),
  };
}

/** A button that archives asks once more. Limits: title 100, text 300, buttons 30. */
export function archives(one: { name: string; slug: string }, meaning: string): Partial<Button> {
  return {
    ...named("Archive", one),
    style: "danger",
    confirm: {
      title: plain(`Archive ${shortName(one.name)}?`, 100),
      text: plain(
        `${meaning} Its history stays, and creating one with the short name ${one.slug} brings it back.`,
        300,
      ),
      confirm: plain("Archive", 30),
      deny: plain("Keep It", 30),
      style: "danger",
    },
  };
}

/** What changed of a project from one moment to another, one line each, as plain text. */
export function projectChangeWords(before: ProjectFacts, after: ProjectFacts): string {
  const describe = (facts: ProjectFacts): [string, string][] => [
    ["Name", shortName(facts.name)],
    ["Short name", facts.slug],
    [
      "Environments",
      facts.environments.map((one) => `${shortName(one.name)}${one.critical ? " ❗" : ""}`).join(", ") ||
        "none",
    ],
    [
      "May request",
      nameList(facts.requesterRoles.map((role) => shortName(role.name))) || "every full member",
    ],
  ];
  const now = describe(after);
  return describe(before)
    .flatMap(([what, was], i) => (was === now[i]?.[1] ? [] : [`• ${what}: ${was} → ${now[i]?.[1]}`]))
    .join("\n");
}

const section = (text: string): KnownBlock => ({ type: "section", text: mrkdwn(text) });

const actions = (elements: Button[]): KnownBlock => ({ type: "actions", elements });

export function button(
  actionId: string,
  text: string,
  spot: ProjectSpot,
  extra: Partial<Button> = {},
): Button {
  return {
    type: "button",
    action_id: actionId,
    text: plain(text, textLimits.button),
    value: writeSpot(spot),
    ...extra,
  };
}
