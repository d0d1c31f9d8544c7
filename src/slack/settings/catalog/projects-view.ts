import type { Button, KnownBlock } from "@slack/types";
import { z } from "zod";
import type { Environment } from "../../../domain/catalog/pipeline.ts";
import type {
  IntegrationRow,
  ProjectDetails,
  ProjectFacts,
  ProjectSummary,
} from "../../../queries/catalog/get-projects.ts";
import { actions, button, confirmation, context, divider, section } from "../../blocks/blocks.ts";
import { valueCodec } from "../../kernel/codec.ts";
import { shortName } from "../../words/names.ts";
import { countWords, escaped, escapeWithin, joinWithin, nameList } from "../../words/text.ts";
import { pageBlocks } from "../settings-view.ts";
import { projectIds as ids } from "./project-ids.ts";

export const projectsPerPage = 10;
/** With 20 environments, they fit in the 100 blocks of a view. */
export const integrationsPerPage = 20;

const projectSpot = z.object({
  projectId: z.string().exactOptional(),
  /** The page of projects or integrations, from 0. */
  page: z.int().exactOptional(),
  /** An environment or an integration. */
  id: z.string().exactOptional(),
});

/** What a button of Settings › Projects is about. It is in the button's value. */
export type ProjectSpot = z.infer<typeof projectSpot>;

const { write: writeSpot, read: readSpot } = valueCodec(projectSpot);

export { readSpot };

/** Returns the list of projects in Settings › Projects. */
export function projectListBlocks(
  projects: readonly ProjectSummary[],
  page: number,
  total: number,
): KnownBlock[] {
  // Creating a project is highlighted only while there is nothing else to do.
  const create = actions([
    spotButton(ids.action.create, "New Project", {}, total === 0 ? { style: "primary" } : {}),
  ]);
  if (total === 0) {
    return [
      section(
        "*There is no project yet.*\nA project has environments in order, such as Development, Staging and Production, and integrations that are promoted from one to the next.",
      ),
      create,
    ];
  }
  return [
    create,
    ...projects.map(projectRow),
    ...spotPages({}, { page, size: projectsPerPage, total, items: "projects" }),
  ];
}

function projectRow(project: ProjectSummary): KnownBlock {
  const contents = `${pipelineWords(project.environments)} · ${countWords(project.integrations, "integration")}`;
  return section(
    `*${name(project.name)}*  \`${project.slug}\`\n${contents}`,
    spotButton(ids.action.open, "Open", { projectId: project.id }, labelFor("Open", project)),
  );
}

type Listing = { page: number; size: number; total: number; items: string };

const spotPages = (spot: ProjectSpot, listing: Listing): KnownBlock[] =>
  pageBlocks({
    ...listing,
    actionIds: ids.action,
    valueFor: (page) => writeSpot({ ...spot, page }),
  });

const name = (text: string): string => escapeWithin(shortName(text), 300);

const labelFor = (verb: string, { name: text }: { name: string }) => ({
  label: `${verb} ${shortName(text)}`,
});

/** Returns "Development → Staging → Production ❗", escaped. */
function pipelineWords(environments: readonly { name: string; critical: boolean }[]): string {
  const parts = environments.map((environment) => escaped(environmentName(environment)));
  return joinWithin(parts, " → ", 1500, (rest) => `${rest} more`);
}

const environmentName = (environment: { name: string; critical: boolean }): string =>
  `${shortName(environment.name)}${environment.critical ? " ❗" : ""}`;

/**
 * Returns one project in Settings › Projects: its environments and integrations.
 *
 * @param page the page of integrations, from 0
 * @param live the live versions on the page, by integration and environment
 */
export function projectBlocks(
  project: ProjectDetails,
  page: number,
  live: ReadonlyMap<string, ReadonlyMap<string, string>>,
): KnownBlock[] {
  const { id: projectId, environments, integrations } = project;
  const onPage = integrations.slice(page * integrationsPerPage, (page + 1) * integrationsPerPage);
  const spot = { projectId, page };
  return [
    section(`*${name(project.name)}*  \`${project.slug}\``),
    context(escapeWithin(requesterWords(project), 1000)),
    projectActions(project, spot),
    divider,
    section("*Environments*, first to last"),
    ...environments.map((environment, i) => environmentBlock(environment, i, spot)),
    actions([spotButton(ids.action.addEnvironment, "Add Environment", spot)]),
    divider,
    section(integrationsTitle(project)),
    ...onPage.map((integration) =>
      integrationBlock(integration, environments, spot, live.get(integration.id)),
    ),
    ...spotPages(
      { projectId },
      { page, size: integrationsPerPage, total: integrations.length, items: "integrations" },
    ),
    integrationActions(project, spot, live.size === 0),
  ];
}

function projectActions(project: ProjectDetails, spot: ProjectSpot): KnownBlock {
  return actions([
    spotButton(ids.action.list, "← All Projects", {}, { label: "Back to all projects" }),
    spotButton(ids.action.edit, "Edit Project", spot, labelFor("Edit project", project)),
    archiveButton(
      ids.action.archive,
      "Archive Project",
      spot,
      project,
      "Nothing can be promoted in it any more.",
    ),
  ]);
}

function integrationActions(
  { integrations }: ProjectDetails,
  spot: ProjectSpot,
  nothingLive: boolean,
): KnownBlock {
  const isEmpty = integrations.length === 0;
  const add = spotButton(
    ids.action.addIntegration,
    "Add Integration",
    spot,
    isEmpty ? { style: "primary" } : {},
  );
  return actions(isEmpty ? [add] : [add, recordButton(spot, nothingLive)]);
}

const recordButton = (spot: ProjectSpot, isNext: boolean): Button =>
  spotButton(
    ids.action.recordManualDeployment,
    "Record Deployment",
    spot,
    isNext ? { style: "primary" } : {},
  );

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

function environmentBlock(environment: Environment, index: number, spot: ProjectSpot): KnownBlock {
  const { id, slug, critical } = environment;
  return section(
    `${index + 1}. ${name(environment.name)}  \`${slug}\`${critical ? "  ❗ *critical*" : ""}`,
    spotButton(ids.action.editEnvironment, "Edit", { ...spot, id }, labelFor("Edit", environment)),
  );
}

function integrationBlock(
  integration: IntegrationRow,
  environments: readonly Environment[],
  spot: ProjectSpot,
  live: ReadonlyMap<string, string> | undefined,
): KnownBlock {
  const { id, slug, deployer } = integration;
  const versions = environments.flatMap((environment) => {
    const version = live?.get(environment.id);
    return version === undefined ? [] : [escaped(`${shortName(environment.name)} ${shortName(version)}`)];
  });
  const moreWords = (rest: number) => `${rest} more`;
  const words = versions.length === 0 ? "_Nothing live yet_" : joinWithin(versions, " · ", 2000, moreWords);
  const webhook = deployer === "webhook" ? "  🔗 webhook" : "";
  return section(
    `${name(integration.name)}  \`${slug}\`${webhook}\n${words}`,
    spotButton(ids.action.editIntegration, "Edit", { ...spot, id }, labelFor("Edit", integration)),
  );
}

/**
 * Returns a button that archives something after a confirmation.
 *
 * @param consequence what archiving it means, as a sentence
 */
export function archiveButton(
  actionId: string,
  text: string,
  spot: ProjectSpot,
  archived: { name: string; slug: string },
  consequence: string,
): Button {
  return spotButton(actionId, text, spot, {
    ...labelFor("Archive", archived),
    style: "danger",
    confirm: confirmation({
      title: `Archive ${shortName(archived.name)}?`,
      text: `${consequence} Its history stays, and creating one with the short name ${archived.slug} brings it back.`,
      confirm: "Archive",
      deny: "Keep It",
      style: "danger",
    }),
  });
}

/** Returns what changed in a project, one line for each fact, as plain text. */
export function projectChangeWords(before: ProjectFacts, after: ProjectFacts): string {
  const describe = (facts: ProjectFacts): [string, string][] => [
    ["Name", shortName(facts.name)],
    ["Short name", facts.slug],
    ["Environments", nameList(facts.environments.map(environmentName), 20, 500) || "none"],
    [
      "May request",
      nameList(
        facts.requesterRoles.map((role) => shortName(role.name)),
        5,
        300,
      ) || "every full member",
    ],
  ];
  const now = describe(after);
  return describe(before)
    .flatMap(([fact, was], i) => (was === now[i]?.[1] ? [] : [`• ${fact}: ${was} → ${now[i]?.[1]}`]))
    .join("\n");
}

/** Returns a button of Settings › Projects. */
export const spotButton = (
  actionId: string,
  text: string,
  spot: ProjectSpot,
  extras: Parameters<typeof button>[3] = {},
): Button => button(actionId, text, writeSpot(spot), extras);
