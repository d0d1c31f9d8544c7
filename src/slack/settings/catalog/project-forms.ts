import type { App } from "@slack/bolt";
import { maxEnvironments, nameLimits, slugOf } from "../../../domain/catalog/catalog.ts";
import { searchIntegrations } from "../../../queries/catalog/find-integrations.ts";
import { createProject } from "../../../usecases/catalog/create-project.ts";
import { recordManualDeployment } from "../../../usecases/deployments/record-manual-deployment.ts";
import { option } from "../../blocks/blocks.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { onSubmit, type Submission, within } from "../../kernel/interaction.ts";
import { shortName } from "../../words/words.ts";
import type { SettingsLocation } from "../draw-settings.ts";
import { redrawBeneath } from "../settings-listener.ts";
import {
  chosenRoles,
  done,
  type FormAnswer,
  readNames,
  refused,
  submitter,
  typed,
  wrong,
} from "./project-answers.ts";
import { saveEnvironmentForm, saveIntegrationForm, saveProjectForm } from "./project-edits.ts";
import { projectIds as ids } from "./project-ids.ts";
import { readForm } from "./project-modals-view.ts";

/** The forms of Settings › Projects. */
export function listenToProjectForms(app: App, ports: SlackDeps): void {
  const form = (
    callbackId: string,
    faultBlock: string,
    work: (ports: SlackDeps, submission: Submission) => Promise<FormAnswer>,
  ) => {
    const places = new WeakMap<Submission, SettingsLocation>();
    const carryOut = async (submission: Submission) => {
      const { answer, place } = await work(ports, submission);
      if (place !== undefined) places.set(submission, place);
      return answer;
    };
    onSubmit(app, ports, callbackId, faultBlock, carryOut, async (submission) => {
      const place = places.get(submission);
      if (place !== undefined) await redrawBeneath(ports, submission, place);
    });
  };
  form(ids.view.create, ids.input.name, create);
  form(ids.view.edit, ids.input.name, saveProjectForm);
  form(ids.view.environment, ids.input.name, saveEnvironmentForm);
  form(ids.view.integration, ids.input.name, saveIntegrationForm);
  form(ids.view.deployment, ids.input.version, deployment);
  offerIntegrations(app, ports);
}

/** The integrations of the form's project that match what is typed. */
function offerIntegrations(app: App, ports: SlackDeps): void {
  app.options<"block_suggestion">(ids.input.integration, async ({ ack, payload, context }) => {
    const search = async () => {
      const { projectId } = readForm(payload.view?.private_metadata ?? "");
      const typed = payload.value.slice(0, 200);
      return searchIntegrations(ports.context.db, context.teamId ?? "", typed, projectId);
    };
    const found = await within(ports, search()).catch((error) => {
      ports.log.error({ err: error }, "integrations could not be searched");
      return [];
    });
    await ack({ options: found.map(({ id, name }) => option({ text: shortName(name), value: id })) });
  });
}

async function create({ context }: SlackDeps, submission: Submission): Promise<FormAnswer> {
  const names = readNames(submission);
  if ("fault" in names) return names.fault;
  const environments = readEnvironments(typed(submission, ids.input.environments));
  if (typeof environments === "string") return wrong(ids.input.environments, environments);
  const requesterRoleIds = chosenRoles(submission);
  const input = { ...submitter(submission), ...names, requesterRoleIds, environments };
  const result = await createProject(context, input);
  if (!result.ok) {
    const roleGone = result.refusal.code === "not-found" ? ids.input.requesters : ids.input.name;
    const fields = { "not-found": roleGone, "too-few-environments": ids.input.environments };
    return refused(result.refusal, names, fields);
  }
  const { projectId, restored } = result.value;
  return done({ section: "projects", projectId }, restored ? names.name : null);
}

/** One environment a line; `!` at its end marks a critical one. What is wrong comes back as words. */
function readEnvironments(text: string): { name: string; slug: string; critical: boolean }[] | string {
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
  const repeated = environments.find(
    (one, i) => environments.findIndex(({ slug }) => slug === one.slug) !== i,
  );
  return repeated === undefined ? environments : `${shortName(repeated.name)} is there twice.`;
}

async function deployment({ context }: SlackDeps, submission: Submission): Promise<FormAnswer> {
  const { projectId = "", page = 0 } = readForm(submission.metadata);
  const version = typed(submission, ids.input.version);
  if (version === "") return wrong(ids.input.version, "Type the version.");
  const link = typed(submission, ids.input.link) || null;
  if (link !== null && !isAddress(link)) {
    return wrong(ids.input.link, "Give an address that begins with https:// or http://.");
  }
  const result = await recordManualDeployment(context, {
    ...submitter(submission),
    integrationId: submission.value(ids.input.integration, ids.input.integration),
    environmentId: submission.value(ids.input.environment, ids.input.environment),
    version,
    commit: typed(submission, ids.input.commit) || null,
    link,
  });
  if (result.ok) return { answer: undefined, place: { section: "projects", projectId, page } };
  const { refusal } = result;
  const isPlace = refusal.code === "not-found" && refusal.what === "environment";
  const field = isPlace ? ids.input.environment : ids.input.integration;
  return refused(refusal, null, { "not-found": field, archived: field, "not-admin": ids.input.version });
}

const isAddress = (text: string): boolean => /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
