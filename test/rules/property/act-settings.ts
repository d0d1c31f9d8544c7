import { randomUUID } from "node:crypto";
import { defaultOptions } from "../../../src/domain/workflow/workflow.ts";
import { archiveIntegration } from "../../../src/usecases/catalog/archive-integration.ts";
import { archiveProject } from "../../../src/usecases/catalog/archive-project.ts";
import { savePipeline } from "../../../src/usecases/catalog/save-pipeline.ts";
import { saveProject } from "../../../src/usecases/catalog/save-project.ts";
import { deleteRole } from "../../../src/usecases/people/delete-role.ts";
import { saveRole } from "../../../src/usecases/people/save-role.ts";
import { saveWorkflow } from "../../../src/usecases/workflow/save-workflow.ts";
import { turnOffWorkflow } from "../../../src/usecases/workflow/turn-off-workflow.ts";
import { by, idOf } from "../../support/catalog.ts";
import type { Facts } from "./facts.ts";
import { done, type Got, gotOf, type Of } from "./got.ts";
import type { Step, WorkflowChange } from "./steps.ts";
import { integrationOf, type World } from "./world.ts";

type Settings = Of<
  "workflow" | "turnOff" | "person" | "role" | "deleteRole" | "requesters" | "pipeline" | "archive"
>;

export const isSettings = (step: Step): step is Settings =>
  ["workflow", "turnOff", "person", "role", "deleteRole", "requesters", "pipeline", "archive"].includes(
    step.do,
  );

/** Changes people or settings as somebody does in Slack, who may be no admin. */
export async function changeSettings(world: World, step: Settings, facts: Facts): Promise<Got> {
  const { organizationId, context } = world;
  if (step.do === "person") {
    await world.people([step.who], step.status);
    return done;
  }
  const actor = by(step.by);
  const who = { organizationId, actor, surface: "slack" as const };
  switch (step.do) {
    case "workflow":
      return gotOf(await saveWorkflow(context, { ...who, workflow: changed(facts, step.change) }));
    case "turnOff": {
      const version = facts.workflow?.version ?? 0;
      return gotOf(await turnOffWorkflow(context, { ...who, version, cancelOpen: step.cancelOpen }));
    }
    case "role":
    case "deleteRole":
      return changeRole(world, step, facts);
    default:
      return changeProject(world, step, facts);
  }
}

const roleId = (facts: Facts, name: string) =>
  facts.roles.find((role) => role.name === name)?.id ?? randomUUID();

function changed(facts: Facts, change: WorkflowChange) {
  const stored = facts.workflow;
  const { enabled, roles, assignees, ...options } = change;
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    version: stored?.version ?? 0,
    enabled: enabled ?? stored?.enabled ?? false,
    roleIds: roles?.map((name) => roleId(facts, name)) ?? stored?.roleIds ?? [],
    assigneeIds: assignees?.map(idOf) ?? stored?.assigneeIds ?? [],
    options: { ...defaultOptions, ...stored?.options, ...given },
  };
}

async function changeRole(world: World, step: Of<"role" | "deleteRole">, facts: Facts): Promise<Got> {
  const { organizationId, context } = world;
  const role = facts.roles.find(({ name }) => name === step.role);
  if (role === undefined) return { ok: false, code: "not-offered" };
  const input = {
    ...{ organizationId, actor: by(step.by), surface: "slack" as const },
    ...{ roleId: role.id, version: role.version },
  };
  if (step.do === "deleteRole") return gotOf(await deleteRole(context, input));
  const holders = { projectId: null, memberIds: step.members.map(idOf) };
  return gotOf(await saveRole(context, { ...input, name: role.name, holders }));
}

async function changeProject(
  world: World,
  step: Of<"requesters" | "pipeline" | "archive">,
  facts: Facts,
): Promise<Got> {
  const { organizationId, context } = world;
  const integration = integrationOf(world, facts, step.place);
  const project = facts.projects.find(({ id }) => id === integration?.projectId);
  if (project === undefined || integration === undefined) return { ok: false, code: "not-offered" };
  const { id: projectId, version, slug } = project;
  const input = { organizationId, actor: by(step.by), surface: "slack" as const, projectId, version };
  if (step.do === "archive") {
    return gotOf(
      step.what === "project"
        ? await archiveProject(context, input)
        : await archiveIntegration(context, { ...input, integrationId: integration.id }),
    );
  }
  if (step.do === "requesters") {
    const requesterRoleIds = step.roles.map((name) => roleId(facts, name));
    const name = slug === "commerce" ? "Commerce" : "Finance";
    return gotOf(await saveProject(context, { ...input, name, slug, requesterRoleIds }));
  }
  return gotOf(
    await savePipeline(context, {
      ...input,
      pipeline: (current) =>
        step.pipeline.map(({ slug, critical }, position) => {
          const existing = current.find((one) => one.slug === slug);
          const fresh = { id: randomUUID(), slug, name: slug, critical: false };
          const base = existing ?? fresh;
          return { ...base, position, critical: critical ?? base.critical };
        }),
    }),
  );
}
