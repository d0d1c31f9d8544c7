import type { Button, KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import type { Environment } from "../../../domain/catalog/pipeline.ts";
import type { IntegrationRow, ProjectDetails } from "../../../queries/catalog/get-projects.ts";
import { actions, context, divider, modal } from "../../blocks/blocks.ts";
import { checkInput, searchInput, selectInput, textInput } from "../../blocks/inputs.ts";
import { metadataCodec } from "../../kernel/codec.ts";
import { shortName } from "../../words/names.ts";
import { escapeWithin } from "../../words/text.ts";
import { deployerInput, webhookButton } from "./deployer-view.ts";
import { projectIds as ids } from "./project-ids.ts";
import { archiveButton } from "./projects-view.ts";
import { type RoleChoice, requestersInput } from "./requesters-input.ts";

const shownForm = z.object({
  projectId: z.string().exactOptional(),
  /** The page of integrations that the form was opened from. */
  page: z.int().exactOptional(),
  /** The version of the project that the person saw: if two people save, the second one is told. */
  version: z.int().exactOptional(),
  /** The environment or integration to edit; left out for a new one. */
  id: z.string().exactOptional(),
  /** The names and the deployer of the integration that the person saw. */
  seen: z.object({ name: z.string(), slug: z.string(), deployer: z.string() }).exactOptional(),
});

/** What a form carries along. */
export type ShownForm = z.infer<typeof shownForm>;

const { write: writeForm, read: readForm } = metadataCodec(shownForm.default({}));

export { readForm };

/** What the person typed, and what is above the form that keeps it, where another admin saved first. */
export type Draft<T> = { typed: T; notice: KnownBlock[] };

type Names = { name: string; slug: string };

/** Returns **New Project**. Its environments are typed one on each line. */
export function createProjectModal(roles: readonly RoleChoice[]): ModalView {
  return formModal(ids.view.create, "New Project", "Create", {}, [
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

/** Returns **Edit Project**. */
export function editProjectModal(
  shown: ShownForm,
  project: ProjectDetails,
  roles: readonly RoleChoice[],
  draft?: Draft<Names & { requesterRoleIds: readonly string[] }>,
): ModalView {
  const { version, requesterRoles } = project;
  const typed = draft?.typed ?? { ...project, requesterRoleIds: requesterRoles.map(({ id }) => id) };
  return formModal(ids.view.edit, "Edit Project", "Save", { ...shown, version }, [
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

/** Returns **Add Environment**, or **Edit Environment** if one is given. */
export function environmentModal(
  shown: ShownForm,
  project: ProjectDetails,
  environment: Environment | undefined,
  draft?: Draft<Names & { after: string; critical: boolean }>,
): ModalView {
  const { version, environments } = project;
  const others = environments.filter(({ id }) => id !== shown.id);
  const { name = "", slug = "", critical = false } = environment ?? {};
  const typed = draft?.typed ?? { name, slug, critical, after: predecessor(environments, shown.id) };
  const title = shown.id === undefined ? "Add Environment" : "Edit Environment";
  return formModal(ids.view.environment, title, "Save", { ...shown, version }, [
    ...(draft?.notice ?? []),
    nameInput(typed.name, "Staging"),
    slugInput(typed.slug),
    selectInput({
      id: ids.input.after,
      label: "Where in the pipeline",
      choices: [
        { text: "First", value: firstPosition },
        ...others.map((other) => ({ text: `After ${shortName(other.name)}`, value: other.id })),
      ],
      chosen: others.some(({ id }) => id === typed.after) ? typed.after : firstPosition,
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
          archiveButton(
            ids.action.archiveEnvironment,
            "Archive Environment",
            shown,
            environment,
            "It leaves the pipeline.",
          ),
        )),
  ]);
}

/** The value of the option that puts an environment before all others. */
export const firstPosition = "first";

/** Returns the value of the option for where an environment is now. A new one goes to the end. */
function predecessor(environments: readonly Environment[], id: string | undefined): string {
  const index = environments.findIndex((environment) => environment.id === id);
  const before = index < 0 ? environments.at(-1) : environments[index - 1];
  return before?.id ?? firstPosition;
}

/** Returns **Add Integration**, or **Edit Integration** if one is given. */
export function integrationModal(
  shown: ShownForm,
  integration: IntegrationRow | undefined,
  draft?: Draft<Names & { deployer: string }>,
): ModalView {
  const typed = draft?.typed ?? integration ?? { name: "", slug: "", deployer: "record" };
  const title = shown.id === undefined ? "Add Integration" : "Edit Integration";
  const seen = integration === undefined ? {} : { seen: namesOf(integration) };
  return formModal(ids.view.integration, title, "Save", { ...shown, ...seen }, [
    ...(draft?.notice ?? []),
    nameInput(typed.name, "Orders Sync"),
    slugInput(typed.slug),
    deployerInput(typed.deployer),
    ...(integration === undefined
      ? []
      : archiveBlocks(
          ...(integration.deployer === "webhook" ? [webhookButton(spotOf(shown))] : []),
          archiveButton(
            ids.action.archiveIntegration,
            "Archive Integration",
            spotOf(shown),
            integration,
            "It can't be promoted any more.",
          ),
        )),
  ]);
}

const namesOf = ({ name, slug, deployer }: IntegrationRow) => ({ name, slug, deployer });

const spotOf = ({ projectId = "", page = 0, id = "" }: ShownForm) => ({ projectId, page, id });

const archiveBlocks = (...elements: Button[]): KnownBlock[] => [divider, actions(elements)];

/** Returns **Record Deployment**, for a build that is deployed without a pipeline that reports it. */
export function deploymentModal(shown: ShownForm, project: ProjectDetails): ModalView {
  const { integrations, environments } = project;
  const [only] = integrations.length === 1 ? integrations : [];
  return formModal(ids.view.deployment, "Record Deployment", "Record", shown, [
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
      choices: environments.map((environment) => ({
        text: shortName(environment.name),
        value: environment.id,
      })),
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

function formModal(
  callbackId: string,
  title: string,
  submit: string,
  shown: ShownForm,
  blocks: KnownBlock[],
): ModalView {
  return modal({ callbackId, title, submit, metadata: writeForm(shown), blocks });
}
