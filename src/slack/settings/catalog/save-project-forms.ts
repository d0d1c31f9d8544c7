import type { KnownBlock, ModalView } from "@slack/types";
import { insertEnvironment } from "../../../domain/catalog/catalog.ts";
import { deployerKinds } from "../../../domain/deployments/deployment.ts";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import {
  getProjectAt,
  getProjectDetails,
  listRoleNames,
  type ProjectDetails,
} from "../../../queries/catalog/get-projects.ts";
import { saveIntegration } from "../../../usecases/catalog/save-integration.ts";
import { savePipeline } from "../../../usecases/catalog/save-pipeline.ts";
import { saveProject } from "../../../usecases/catalog/save-project.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { fieldError, replaceModal, type Submission, type SubmissionReply } from "../../kernel/submission.ts";
import { shortName } from "../../words/names.ts";
import { changedBlocks } from "../workflow/workflow-view.ts";
import { webhookModal } from "./deployer-view.ts";
import { findWebhook } from "./find-webhook.ts";
import {
  chosenRoles,
  readNames,
  refuse,
  showProject,
  showRestored,
  typedText,
} from "./project-form-replies.ts";
import { projectIds as ids } from "./project-ids.ts";
import {
  editProjectModal,
  environmentModal,
  firstPosition,
  integrationModal,
  readForm,
  type ShownForm,
} from "./project-modals-view.ts";
import { projectChangeWords } from "./projects-view.ts";

/** Saves the form of **Edit Project**. */
export async function saveProjectForm(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const shown = readForm(submission.metadata);
  const { projectId = "", version = 0, page = 0 } = shown;
  const names = readNames(submission);
  if ("error" in names) return names.error;
  const requesterRoleIds = chosenRoles(submission);
  const input = { ...actingMember(submission), projectId, version, ...names, requesterRoleIds };
  const result = await saveProject(deps.context, input);
  if (result.ok) return showProject(deps, submission, { projectId, page });
  const { refusal } = result;
  if (refusal.code === "stale") {
    const roles = await listRoleNames(deps.context.db, submission.organizationId);
    const typed = { ...names, requesterRoleIds };
    return showChange(deps, submission, shown, refusal, (project, notice) =>
      editProjectModal(shown, project, roles, { typed, notice }),
    );
  }
  const isRole = refusal.code === "not-found" && refusal.what === "role";
  return refuse(refusal, names, isRole ? { "not-found": ids.input.requesters } : {});
}

/** Saves the form of **Add Environment** or **Edit Environment**. */
export async function saveEnvironmentForm(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const shown = readForm(submission.metadata);
  const { projectId = "", version = 0, page = 0 } = shown;
  const names = readNames(submission);
  if ("error" in names) return names.error;
  const after = submission.value(ids.input.after, ids.input.after);
  const critical = submission.values(ids.input.critical, ids.input.critical).length > 0;
  const environment = { id: shown.id ?? crypto.randomUUID(), ...names, position: 0, critical };
  const result = await savePipeline(deps.context, {
    ...actingMember(submission),
    projectId,
    version,
    pipeline: (current) => insertEnvironment(current, environment, after === firstPosition ? null : after),
  });
  if (result.ok) return showProject(deps, submission, { projectId, page });
  const { refusal } = result;
  if (refusal.code === "stale") {
    const typed = { ...names, after, critical };
    return showChange(deps, submission, shown, refusal, (project, notice) => {
      const existing = project.environments.find(({ id }) => id === shown.id);
      return environmentModal(shown, project, existing, { typed, notice });
    });
  }
  return refuse(refusal, names, { "request-in-the-way": ids.input.after });
}

/** Saves the form of **Add Integration** or **Edit Integration**. */
export async function saveIntegrationForm(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const shown = readForm(submission.metadata);
  const { projectId = "", page = 0, id, seen } = shown;
  const names = readNames(submission);
  if ("error" in names) return names.error;
  const deployer = typedText(submission, ids.input.deployer);
  const deployerKind = deployerKinds.find((kind) => kind === deployer);
  const result = await saveIntegration(deps.context, {
    ...actingMember(submission),
    projectId,
    integration: id === undefined || seen === undefined ? null : { id, seen },
    ...names,
    ...(deployerKind !== undefined && { deployer: deployerKind }),
  });
  if (!result.ok) return refuseIntegration(deps, submission, shown, { ...names, deployer }, result.refusal);
  const { restored, needsWebhook, integrationId } = result.value;
  if (needsWebhook) return askForWebhook(deps, submission, { projectId, page, id: integrationId });
  return restored
    ? showRestored(deps, submission, { projectId, page }, names.name)
    : showProject(deps, submission, { projectId, page });
}

async function refuseIntegration(
  deps: SlackDeps,
  submission: Submission,
  shown: ShownForm,
  typed: { name: string; slug: string; deployer: string },
  refusal: Refusal,
): Promise<SubmissionReply> {
  if (refusal.code === "stale" && shown.seen !== undefined) {
    return showChange(deps, submission, shown, refusal, (project, notice) => {
      const existing = project.integrations.find(({ id }) => id === shown.id);
      return existing && integrationModal(shown, existing, { typed, notice });
    });
  }
  if (refusal.code === "not-found" && refusal.what === "integration") {
    const words = "This integration was archived meanwhile. Close this to see what there is.";
    return fieldError(ids.input.name, words);
  }
  return refuse(refusal, typed);
}

/** Turns the form into the one of the webhook: a webhook was chosen that has no address yet. */
async function askForWebhook(
  deps: SlackDeps,
  submission: Submission,
  integration: { projectId: string; page: number; id: string },
): Promise<SubmissionReply> {
  const { projectId, page } = integration;
  const webhook = await findWebhook(deps, submission.organizationId, integration);
  return {
    ...(webhook === undefined ? {} : replaceModal(webhookModal(webhook.shown, webhook.form))),
    ...showProject(deps, submission, { projectId, page }),
  };
}

/** Redraws the form with what somebody else changed above it, and with what is typed in it. */
async function showChange(
  { context: { db } }: SlackDeps,
  { organizationId }: Submission,
  { projectId = "", version = 0, id, seen }: ShownForm,
  refusal: Extract<Refusal, { code: "stale" }>,
  draw: (project: ProjectDetails, notice: KnownBlock[]) => ModalView | undefined,
): Promise<SubmissionReply> {
  const project = await getProjectDetails(db, organizationId, projectId);
  if (project === undefined) return refuse({ code: "not-found", what: "project" }, null);
  const lines =
    seen === undefined
      ? projectLines(await getProjectAt(db, organizationId, projectId, version), project)
      : integrationLines(
          seen,
          project.integrations.find((integration) => integration.id === id),
        );
  const view = draw(project, changedBlocks(refusal, lines));
  return view === undefined ? refuse(refusal, null) : replaceModal(view);
}

const projectLines = (before: Awaited<ReturnType<typeof getProjectAt>>, after: ProjectDetails): string =>
  before === undefined ? "" : projectChangeWords(before, after);

type IntegrationFacts = { name: string; slug: string; deployer: string };

function integrationLines(before: IntegrationFacts, after: IntegrationFacts | undefined): string {
  if (after === undefined) return "";
  const lines: [string, string, string][] = [
    ["Name", shortName(before.name), shortName(after.name)],
    ["Short name", before.slug, after.slug],
    ["Deployer", shortName(before.deployer), shortName(after.deployer)],
  ];
  return lines.flatMap(([what, was, is]) => (was === is ? [] : [`• ${what}: ${was} → ${is}`])).join("\n");
}
