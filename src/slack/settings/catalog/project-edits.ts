import type { KnownBlock, ModalView } from "@slack/types";
import { place } from "../../../domain/catalog/catalog.ts";
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
import type { SlackDeps } from "../../kernel/deps.ts";
import type { Submission } from "../../kernel/interaction.ts";
import { shortName } from "../../words/words.ts";
import { changedBlocks } from "../workflow/workflow-view.ts";
import { findWebhook } from "./deployer-listener.ts";
import { webhookModal } from "./deployer-view.ts";
import {
  chosenRoles,
  done,
  type FormAnswer,
  readNames,
  refused,
  submitter,
  wrong,
} from "./project-answers.ts";
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

/** **Edit Project**, submitted. */
export async function saveProjectForm(ports: SlackDeps, submission: Submission): Promise<FormAnswer> {
  const shown = readForm(submission.metadata);
  const { projectId = "", version = 0, page = 0 } = shown;
  const names = readNames(submission);
  if ("fault" in names) return names.fault;
  const requesterRoleIds = chosenRoles(submission);
  const input = { ...submitter(submission), projectId, version, ...names, requesterRoleIds };
  const result = await saveProject(ports.context, input);
  if (result.ok) return done({ section: "projects", projectId, page }, null);
  const { refusal } = result;
  if (refusal.code === "stale") {
    const roles = await listRoleNames(ports.context.db, submission.organizationId);
    const draft = { ...names, requesterRoleIds };
    return stale(ports, submission, shown, refusal, (project, notice) =>
      editProjectModal(shown, project, roles, { typed: draft, notice }),
    );
  }
  const isRole = refusal.code === "not-found" && refusal.what === "role";
  return refused(refusal, names, isRole ? { "not-found": ids.input.requesters } : {});
}

/** **Add Environment** or **Edit Environment**, submitted. */
export async function saveEnvironmentForm(ports: SlackDeps, submission: Submission): Promise<FormAnswer> {
  const shown = readForm(submission.metadata);
  const { projectId = "", version = 0, page = 0 } = shown;
  const names = readNames(submission);
  if ("fault" in names) return names.fault;
  const after = submission.value(ids.input.after, ids.input.after);
  const critical = submission.values(ids.input.critical, ids.input.critical).length > 0;
  const saved = { id: shown.id ?? crypto.randomUUID(), ...names, position: 0, critical };
  const result = await savePipeline(ports.context, {
    ...submitter(submission),
    projectId,
    version,
    pipeline: (current) => place(current, saved, after === firstPosition ? null : after),
  });
  if (result.ok) return done({ section: "projects", projectId, page }, null);
  const { refusal } = result;
  if (refusal.code === "stale") {
    const draft = { ...names, after, critical };
    return stale(ports, submission, shown, refusal, (project, notice) => {
      const environment = project.environments.find(({ id }) => id === shown.id);
      return environmentModal(shown, project, environment, { typed: draft, notice });
    });
  }
  return refused(refusal, names, { "request-in-the-way": ids.input.after });
}

/** **Add Integration** or **Edit Integration**, submitted. */
export async function saveIntegrationForm(ports: SlackDeps, submission: Submission): Promise<FormAnswer> {
  const shown = readForm(submission.metadata);
  const { projectId = "", page = 0, id, seen } = shown;
  const names = readNames(submission);
  if ("fault" in names) return names.fault;
  const integration = id === undefined || seen === undefined ? null : { id, seen };
  const deployer = submission.value(ids.input.deployer, ids.input.deployer);
  const chosen = deployerKinds.find((kind) => kind === deployer);
  const result = await saveIntegration(ports.context, {
    ...{ ...submitter(submission), projectId, integration },
    ...names,
    ...(chosen !== undefined && { deployer: chosen }),
  });
  if (result.ok) {
    const { restored, needsWebhook, integrationId } = result.value;
    if (needsWebhook) return askForWebhook(ports, submission, { projectId, page, id: integrationId });
    return done({ section: "projects", projectId, page }, restored ? names.name : null);
  }
  const { refusal } = result;
  if (refusal.code === "stale" && seen !== undefined) {
    return stale(ports, submission, shown, refusal, (project, notice) => {
      const now = project.integrations.find((one) => one.id === id);
      return now === undefined
        ? undefined
        : integrationModal(shown, now, { typed: { ...names, deployer }, notice });
    });
  }
  if (refusal.code === "not-found" && refusal.what === "integration") {
    return wrong(ids.input.name, "This integration was archived meanwhile. Close this to see what there is.");
  }
  return refused(refusal, names);
}

/** A webhook was chosen that has no address yet: the form becomes the one that asks for it. */
async function askForWebhook(
  ports: SlackDeps,
  { organizationId }: Submission,
  spot: { projectId: string; page: number; id: string },
): Promise<FormAnswer> {
  const place = { section: "projects", projectId: spot.projectId, page: spot.page } as const;
  const known = await findWebhook(ports, organizationId, spot);
  if (known === undefined) return { answer: undefined, place };
  return { answer: { response_action: "update", view: webhookModal(known.shown, known.form) }, place };
}

/** Somebody was faster: the form is drawn anew with what they changed above it, and with what is typed in it. */
async function stale(
  { context: { db } }: SlackDeps,
  { organizationId }: Submission,
  shown: ShownForm,
  refusal: Extract<Refusal, { code: "stale" }>,
  draw: (project: ProjectDetails, notice: KnownBlock[]) => ModalView | undefined,
): Promise<FormAnswer> {
  const { projectId = "", version, id, seen } = shown;
  const project = await getProjectDetails(db, organizationId, projectId);
  if (project === undefined) return refused({ code: "not-found", what: "project" }, null);
  const lines =
    seen === undefined
      ? await projectLines(() => getProjectAt(db, organizationId, projectId, version ?? 0), project)
      : integrationLines(
          seen,
          project.integrations.find((one) => one.id === id),
        );
  const view = draw(project, changedBlocks(refusal, lines));
  return view === undefined ? refused(refusal, null) : { answer: { response_action: "update", view } };
}

async function projectLines(
  read: () => ReturnType<typeof getProjectAt>,
  now: ProjectDetails,
): Promise<string> {
  const before = await read();
  return before === undefined ? "" : projectChangeWords(before, now);
}

function integrationLines(
  seen: { name: string; slug: string; deployer: string },
  now: { name: string; slug: string; deployer: string } | undefined,
): string {
  if (now === undefined) return "";
  const name = seen.name === now.name ? [] : [`• Name: ${shortName(seen.name)} → ${shortName(now.name)}`];
  const slug = seen.slug === now.slug ? [] : [`• Short name: ${seen.slug} → ${now.slug}`];
  const deployer =
    seen.deployer === now.deployer
      ? []
      : [`• Deployer: ${shortName(seen.deployer)} → ${shortName(now.deployer)}`];
  return [...name, ...slug, ...deployer].join("\n");
}
