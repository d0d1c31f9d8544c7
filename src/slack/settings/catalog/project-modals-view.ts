import type { Button, KnownBlock, ModalView } from "@slack/types";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import type { Environment } from "../../../domain/catalog/pipeline.ts";
import type { IntegrationRow, ProjectDetails } from "../../../queries/catalog/get-projects.ts";
import { checkInput, multiSelectInput, searchInput, selectInput, textInput } from "../../blocks/inputs.ts";
import { context } from "../../messages/details.ts";
import { escapeWithin, plain } from "../../words/text.ts";
import { shortName } from "../../words/words.ts";
import { deployerInput, webhookButton } from "./deployer-view.ts";
import { projectIds as ids } from "./project-ids.ts";
import { archives, button } from "./projects-view.ts";

/** What a form remembers beside what is typed in it. */
export type ShownForm = {
  projectId?: string;
  /** The page of integrations that it was opened from. */
  page?: number;
  /** The project's version that the person saw: of two who save, the second one is told. */
  version?: number;
  /** The environment or integration that is edited; left out for a new one. */
  id?: string;
  /** The integration's names and deployer that the person saw. */
  seen?: Names & { deployer: string };
};

export const readForm = (metadata: string): ShownForm => JSON.parse(metadata || "{}") as ShownForm;

/** What is typed in a form by now, and what is said above it. It is drawn with it where somebody else was faster. */
export type Draft<T> = { typed: T; notice: KnownBlock[] };

type Names = { name: string; slug: string };
type Role = { id: string; name: string };

/** **New Project**: its environments are typed one a line. */
export function createProjectModal(roles: readonly Role[]): ModalView {
  return modal(ids.view.create, "New Project", "Create", {}, [
    nameInput("", "Commerce"),
    slugInput(""),
    textInput({
      id: ids.input.environments,
      label: "Environments",
      hint: "One a line, first to last. End the line of a critical one with !",
      limit: 2500,
      multiline: true,
      value: "Development\nStaging\nProduction !",
    }),
    ...requestersInput(roles, []),
  ]);
}

export function editProjectModal(
  shown: ShownForm,
  project: ProjectDetails,
  roles: readonly Role[],
  draft?: Draft<Names & { requesterRoleIds: readonly string[] }>,
): ModalView {
  const { version, requesterRoles } = project;
  const typed = draft?.typed ?? { ...project, requesterRoleIds: requesterRoles.map(({ id }) => id) };
  return modal(ids.view.edit, "Edit Project", "Save", { ...shown, version }, [
    ...(draft?.notice ?? []),
    nameInput(typed.name),
    slugInput(typed.slug),
    ...requestersInput(roles, typed.requesterRoleIds),
  ]);
}

function nameInput(value: string, placeholder?: string): KnownBlock {
  return textInput({
    id: ids.input.name,
    label: "Name",
    limit: nameLimits.name,
    value,
    ...(placeholder === undefined ? {} : { placeholder }),
  });
}

function slugInput(value: string): KnownBlock {
  return textInput({
    id: ids.input.slug,
    label: "Short name",
    hint: "For /promote: lower-case letters, digits and hyphens. Made from the name if you leave it empty.",
    limit: nameLimits.slug,
    value,
    optional: true,
  });
}

function requestersInput(roles: readonly Role[], chosen: readonly string[]): KnownBlock[] {
  if (roles.length === 0) return [];
  return [
    multiSelectInput({
      id: ids.input.requesters,
      label: "Who may request and promote",
      hint: "Members of these roles. Without any: every full member.",
      choices: roles.map(({ id, name }) => ({ text: shortName(name), value: id })),
      chosen,
    }),
  ];
}

/** **Add Environment**, or **Edit Environment** where one is given. */
export function environmentModal(
  shown: ShownForm,
  project: ProjectDetails,
  environment: Environment | undefined,
  draft?: Draft<Names & { after: string; critical: boolean }>,
): ModalView {
  const { version, environments } = project;
  const others = environments.filter(({ id }) => id !== shown.id);
  const at = environments.findIndex(({ id }) => id === shown.id);
  const before = at < 0 ? others.at(-1) : environments[at - 1];
  const { name = "", slug = "", critical = false } = environment ?? {};
  const typed = draft?.typed ?? { name, slug, critical, after: before?.id ?? first };
  const meaning = "It leaves the pipeline.";
  const title = shown.id === undefined ? "Add Environment" : "Edit Environment";
  return modal(ids.view.environment, title, "Save", { ...shown, version }, [
    ...(draft?.notice ?? []),
    nameInput(typed.name, "Staging"),
    slugInput(typed.slug),
    selectInput({
      id: ids.input.after,
      label: "Where in the pipeline",
      choices: [
        { text: "First", value: first },
        ...others.map((one) => ({ text: `After ${shortName(one.name)}`, value: one.id })),
      ],
      chosen: others.some(({ id }) => id === typed.after) ? typed.after : first,
    }),
    checkInput({
      id: ids.input.critical,
      label: "Critical",
      text: "Reviewers confirm each approval for it",
      hint: "The workflow can also be limited to critical environments.",
      checked: typed.critical,
    }),
    ...(environment === undefined
      ? []
      : archiveBlocks(
          button(ids.action.archiveEnvironment, "Archive Environment", shown, archives(environment, meaning)),
        )),
  ]);
}

/** The choice of a place that is before every other. */
export const first = "first";

/** **Add Integration**, or **Edit Integration** where one is given. */
export function integrationModal(
  shown: ShownForm,
  integration: IntegrationRow | undefined,
  draft?: Draft<Names & { deployer: string }>,
): ModalView {
  const typed = draft?.typed ?? integration ?? { name: "", slug: "", deployer: "record" };
  const title = shown.id === undefined ? "Add Integration" : "Edit Integration";
  const seen = integration === undefined ? {} : { seen: namesOf(integration) };
  const meaning = "It can't be promoted any more.";
  return modal(ids.view.integration, title, "Save", { ...shown, ...seen }, [
    ...(draft?.notice ?? []),
    nameInput(typed.name, "Orders Sync"),
    slugInput(typed.slug),
    deployerInput(typed.deployer),
    ...(integration === undefined
      ? []
      : archiveBlocks(
          ...(integration.deployer === "webhook" ? [webhookButton(spotOf(shown))] : []),
          button(
            ids.action.archiveIntegration,
            "Archive Integration",
            spotOf(shown),
            archives(integration, meaning),
          ),
        )),
  ]);
}

const namesOf = ({ name, slug, deployer }: IntegrationRow) => ({ name, slug, deployer });

const spotOf = ({ projectId = "", page = 0, id = "" }: ShownForm) => ({ projectId, page, id });

const archiveBlocks = (...elements: Button[]): KnownBlock[] => [
  { type: "divider" },
  { type: "actions", elements },
];

/** **Record Deployment**: the hand-made way in for a build. */
export function deploymentModal(shown: ShownForm, project: ProjectDetails): ModalView {
  const { integrations, environments } = project;
  const [only] = integrations.length === 1 ? integrations : [];
  return modal(ids.view.deployment, "Record Deployment", "Record", shown, [
    context(
      `For a build of *${escapeWithin(shortName(project.name), 300)}* that is already deployed. It shows as live from now on.`,
    ),
    searchInput({
      id: ids.input.integration,
      label: "Integration",
      chosen: only === undefined ? undefined : { text: shortName(only.name), value: only.id },
    }),
    selectInput({
      id: ids.input.environment,
      label: "Environment",
      choices: environments.map((one) => ({ text: shortName(one.name), value: one.id })),
      chosen: environments[0]?.id,
    }),
    textInput({
      id: ids.input.version,
      label: "Version",
      limit: nameLimits.version,
      placeholder: "1.4.2",
    }),
    textInput({
      id: ids.input.commit,
      label: "Commit",
      hint: "The same version with another commit is another build.",
      limit: nameLimits.commit,
      optional: true,
    }),
    textInput({
      id: ids.input.link,
      label: "Link",
      hint: "Where the build can be looked at, beginning with https://",
      limit: nameLimits.link,
      optional: true,
    }),
  ]);
}

function modal(
  callbackId: string,
  title: string,
  submit: string,
  shown: ShownForm,
  blocks: KnownBlock[],
): ModalView {
  return {
    type: "modal",
    callback_id: callbackId,
    title: plain(title, 24),
    submit: plain(submit, 24),
    close: plain("Close", 24),
    private_metadata: JSON.stringify(shown),
    blocks,
  };
}
