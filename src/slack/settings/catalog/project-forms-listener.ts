import type { App } from "@slack/bolt";
import { maxEnvironments, nameLimits, slugOf } from "../../../domain/catalog/catalog.ts";
import { cleanName } from "../../../domain/shared/clean-text.ts";
import { hasUserName } from "../../../domain/shared/web-link.ts";
import { searchIntegrations } from "../../../queries/catalog/find-integrations.ts";
import { listRoleNames } from "../../../queries/catalog/get-projects.ts";
import { createProject } from "../../../usecases/catalog/create-project.ts";
import { recordManualDeployment } from "../../../usecases/deployments/record-manual-deployment.ts";
import { option } from "../../blocks/blocks.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { fieldError, onSubmit, type Submission, type SubmissionReply } from "../../kernel/submission.ts";
import { onSuggest } from "../../kernel/suggest.ts";
import { shortName } from "../../words/names.ts";
import {
  chosenRoles,
  readNames,
  refuse,
  showProject,
  showRestored,
  typedText,
} from "./project-form-replies.ts";
import { projectIds as ids } from "./project-ids.ts";
import { readForm } from "./project-modals-view.ts";
import { searchedRequesters } from "./requesters-input.ts";
import { saveEnvironmentForm, saveIntegrationForm, saveProjectForm } from "./save-project-forms.ts";

type SubmitForm = (deps: SlackDeps, submission: Submission) => Promise<SubmissionReply>;

/** Listens to the forms of Settings › Projects. */
export function listenToProjectForms(app: App, deps: SlackDeps): void {
  const onForm = (callbackId: string, faultBlock: string, submit: SubmitForm) =>
    onSubmit(app, deps, { callbackId, faultBlock, work: (submission) => submit(deps, submission) });
  onForm(ids.view.create, ids.input.name, submitNewProject);
  onForm(ids.view.edit, ids.input.name, saveProjectForm);
  onForm(ids.view.environment, ids.input.name, saveEnvironmentForm);
  onForm(ids.view.integration, ids.input.name, saveIntegrationForm);
  onForm(ids.view.deployment, ids.input.version, submitDeployment);
  // The integrations of the form's project that match what is typed.
  onSuggest(app, deps, {
    actionId: ids.input.integration,
    search: async ({ organizationId, typed, view }) => {
      const { projectId } = readForm(view?.metadata ?? "");
      const found = await searchIntegrations(deps.context.db, organizationId, typed, projectId);
      return found.map(({ id, name }) => option({ text: shortName(name), value: id }));
    },
  });
  // The roles to choose from, if there are more than a select takes.
  onSuggest(app, deps, {
    actionId: ids.input.requesters,
    search: async ({ organizationId, typed }) =>
      searchedRequesters(await listRoleNames(deps.context.db, organizationId), typed),
  });
}

async function submitNewProject(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const names = readNames(submission);
  if ("error" in names) return names.error;
  const environments = readEnvironments(typedText(submission, ids.input.environments));
  if (typeof environments === "string") return fieldError(ids.input.environments, environments);
  const requesterRoleIds = chosenRoles(submission);
  const input = { ...actingMember(submission), ...names, requesterRoleIds, environments };
  const result = await createProject(deps.context, input);
  if (!result.ok) {
    const { refusal } = result;
    const ofEnvironment = refusal.code === "name-unusable" && refusal.what === "environment";
    const fields = {
      "not-found": ids.input.requesters,
      "too-few-environments": ids.input.environments,
      "name-unusable": ofEnvironment ? ids.input.environments : ids.input.name,
    };
    return refuse(refusal, names, fields);
  }
  const { projectId, restored } = result.value;
  return restored
    ? showRestored(deps, submission, { projectId }, names.name)
    : showProject(deps, submission, { projectId });
}

type NewEnvironment = { name: string; slug: string; critical: boolean };

/** Reads one environment per line; `!` at the end of a line marks a critical one. Returns words if one is unfit. */
function readEnvironments(text: string): NewEnvironment[] | string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) return "Type at least one environment.";
  if (lines.length > maxEnvironments) return `A project has at most ${maxEnvironments} environments.`;
  const environments = lines.map((line) => {
    const name = line.replace(/\s*!$/, "");
    return { name, slug: slugOf(name), critical: line.endsWith("!") };
  });
  const unfit = environments.find(({ name, slug }) => slug === "" || name.length > nameLimits.name);
  if (unfit !== undefined) {
    return `“${shortName(unfit.name)}” can't be an environment's name: use letters a to z or digits, and at most ${nameLimits.name} characters.`;
  }
  const slugs = environments.map(({ slug }) => slug);
  const repeated = environments.find(({ slug }, i) => slugs.indexOf(slug) !== i);
  return repeated === undefined ? environments : `${shortName(repeated.name)} is there twice.`;
}

async function submitDeployment(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { projectId = "", page = 0 } = readForm(submission.metadata);
  const version = typedText(submission, ids.input.version);
  if (cleanName(version) === "") return fieldError(ids.input.version, "Type the version.");
  const link = typedText(submission, ids.input.link) || null;
  if (link !== null && !isWebAddress(link)) {
    return fieldError(ids.input.link, "Give an address that begins with https:// or http://.");
  }
  if (link !== null && hasUserName(link)) return fieldError(ids.input.link, userNameWords);
  const result = await recordManualDeployment(deps.context, {
    ...actingMember(submission),
    integrationId: submission.value(ids.input.integration, ids.input.integration),
    environmentId: submission.value(ids.input.environment, ids.input.environment),
    version,
    commit: typedText(submission, ids.input.commit) || null,
    link,
  });
  if (result.ok) return showProject(deps, submission, { projectId, page });
  const { refusal } = result;
  const isEnvironment = refusal.code === "not-found" && refusal.what === "environment";
  const field = isEnvironment ? ids.input.environment : ids.input.integration;
  return refuse(refusal, null, {
    "not-found": field,
    archived: field,
    "not-admin": ids.input.version,
    "commit-ambiguous": ids.input.commit,
  });
}

const userNameWords =
  "Take the user name, and everything else before the @, out of the address. With it, a link can lead to another host than it seems to.";

const isWebAddress = (text: string): boolean => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
