import type { Result } from "../../../src/domain/shared/result.ts";
import { endSilentAttempts } from "../../../src/usecases/deployments/end-silent-attempts.ts";
import { recordManualDeployment } from "../../../src/usecases/deployments/record-manual-deployment.ts";
import { expireOverdue } from "../../../src/usecases/requests/expire-request.ts";
import { by } from "../../support/catalog.ts";
import { loadFile } from "./act-seed.ts";
import { changeSettings } from "./act-settings.ts";
import type { Facts } from "./facts.ts";
import { done, type Got, gotOf, type Of } from "./got.ts";
import type { Step } from "./steps.ts";
import { environmentSlugs, integrationOf, places, type World } from "./world.ts";

/** Carries out one step through the entry point that it names. */
export async function act(world: World, step: Step, facts: Facts): Promise<Got> {
  switch (step.do) {
    case "request":
      return request(world, step, facts);
    case "review":
      return review(world, step, facts);
    case "promote":
      return promote(world, step, facts);
    case "cancel":
      return cancel(world, step, facts);
    case "deploy":
      return deploy(world, step);
    case "report":
      return report(world, step, facts);
    case "record":
      return record(world, step, facts);
    case "putProject":
    case "putIntegration":
      return putCatalog(world, step);
    case "seed":
      return loadFile(world, step);
    case "wait":
      world.later({ hours: step.hours });
      return done;
    case "drain":
      await world.drain();
      return done;
    case "job":
      await (step.job === "expire" ? expireOverdue(world.context) : endSilentAttempts(world.context));
      return done;
    default:
      return changeSettings(world, step, facts);
  }
}

/** Calls the API. An answer of 500 or more is a fault of the product. */
export async function call(
  world: World,
  token: "ada" | "dana",
  [method, path, body]: [string, string, object],
): Promise<Got> {
  const { status, body: answer } = await world.call(method, path, body, { token: world.tokens[token] });
  if (status >= 500) {
    throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${status} ${JSON.stringify(answer)}`);
  }
  if (status < 300) return { ...done, number: answer?.number, value: answer };
  return { ok: false, code: answer.code, value: answer };
}

const placeOf = ({ place, target }: { place: number; target: number }) => ({
  project: places[place]?.project ?? "",
  integration: places[place]?.integration ?? "",
  target: environmentSlugs[target] ?? "",
});

/** Requests the build that is live in the source, and confirms what is shown. */
async function request(world: World, step: Of<"request">, facts: Facts): Promise<Got> {
  const names = placeOf(step);
  const integration = integrationOf(world, facts, step.place);
  const pipeline = facts.environments.filter(({ projectId }) => projectId === integration?.projectId);
  const target = pipeline[step.target];
  const source = pipeline[step.target - 1];
  const open = facts.requests.find(
    (one) =>
      one.integrationId === integration?.id &&
      one.targetId === target?.id &&
      ["pending", "approved", "failed"].includes(one.state),
  );
  const replaces = step.replaces ? (open?.number ?? null) : null;
  if (step.via !== "slack") {
    const body = { ...names, message: "", ...(replaces !== null && { replaces }) };
    return confirmed((shown) =>
      call(world, step.via as "ada", ["POST", "/requests", { ...body, ...(shown && { confirmed: shown }) }]),
    );
  }
  const live = facts.live.find(
    (one) => one.integrationId === integration?.id && one.environmentId === source?.id,
  );
  if (integration === undefined || target === undefined || live === undefined) {
    return { ok: false, code: "not-offered" };
  }
  const wanted = { integrationId: integration.id, targetId: target.id, buildId: live.buildId, replaces };
  return confirmed(async (confirmedFingerprint) => {
    const result = await world.request(step.by, { ...wanted, confirmedFingerprint });
    return result.ok ? { ...done, number: result.value.number } : refusalOf(result);
  });
}

function refusalOf(result: Extract<Result<unknown>, { ok: false }>): Got {
  return { ok: false, code: result.refusal.code, value: result.refusal };
}

/** Does it again with what was shown, if that must be confirmed first. */
async function confirmed(send: (shown: string | null) => Promise<Got>): Promise<Got> {
  const got = await send(null);
  if (got.code !== "must-confirm") return got;
  return send((got.value as { shown: string }).shown);
}

/** Returns the number of the request that came this many before the last one. */
const numberOf = (facts: Facts, back: number): number => facts.requests.at(-back)?.number ?? 999;

async function review(world: World, { by: who, back, verdict }: Of<"review">, facts: Facts): Promise<Got> {
  const number = numberOf(facts, back);
  return { ...gotOf(await world.review(who, number, verdict, "a comment")), number };
}

async function promote(world: World, { by: who, via, back }: Of<"promote">, facts: Facts): Promise<Got> {
  const number = numberOf(facts, back);
  const got = await confirmed(async (shown) => {
    if (via !== "slack") {
      return call(world, via, ["POST", `/requests/${number}/promote`, shown ? { confirmed: shown } : {}]);
    }
    const result = await world.promote(who, number, shown);
    return result.ok ? done : refusalOf(result);
  });
  return { ...got, number };
}

async function cancel(world: World, { by: who, via, back }: Of<"cancel">, facts: Facts): Promise<Got> {
  const number = numberOf(facts, back);
  if (via !== "slack")
    return call(world, via, ["POST", `/requests/${number}/cancel`, { reason: "not needed" }]);
  return { ...gotOf(await world.cancel(who, number, "not needed")), number };
}

function deploy(world: World, { startedAgo, ...step }: Of<"deploy">): Promise<Got> {
  const { project, integration, target: environment } = placeOf(step);
  const build = places[step.place]?.builds[step.build] ?? places[step.place]?.builds[0] ?? "";
  const startedAt = new Date(world.clock.now.getTime() - (startedAgo ?? 0) * 60_000).toISOString();
  const body = {
    ...{ id: `${environment}-${build}-${step.run}`, environment, build, status: step.status },
    ...(startedAgo !== null && { startedAt }),
  };
  return call(world, step.token, [
    "POST",
    `/projects/${project}/integrations/${integration}/deployments`,
    body,
  ]);
}

/** Reports on a deployment that Signoff started, with its own token or a pipeline's. */
async function report(world: World, { via, back, status }: Of<"report">, facts: Facts): Promise<Got> {
  const ids = facts.requests.flatMap(({ deploymentId }) => deploymentId ?? []);
  const id = ids.at(-back);
  if (id === undefined) return { ok: false, code: "nothing-to-report" };
  const token = via === "deployer" ? `sgr_${world.organizationId}` : world.tokens[via];
  const { status: answered, body } = await world.call(
    "POST",
    `/deployments/${id}/status`,
    { status },
    { token },
  );
  if (answered >= 500) throw new Error(JSON.stringify(body));
  return answered < 300 ? done : { ok: false, code: body.code };
}

async function record(world: World, step: Of<"record">, facts: Facts): Promise<Got> {
  const integration = integrationOf(world, facts, step.place);
  const pipeline = facts.environments.filter(({ projectId }) => projectId === integration?.projectId);
  const environment = pipeline[step.target];
  if (integration === undefined || environment === undefined) return { ok: false, code: "not-offered" };
  const { organizationId, context } = world;
  const version = `1.${step.build}.0`;
  return gotOf(
    await recordManualDeployment(context, {
      ...{ organizationId, actor: by(step.by), surface: "slack", version, commit: null, link: null },
      ...{ integrationId: integration.id, environmentId: environment.id },
    }),
  );
}

const nameOf = (slug: string) => `${slug.charAt(0).toUpperCase()}${slug.slice(1)}`;

function putCatalog(world: World, step: Of<"putProject"> | Of<"putIntegration">): Promise<Got> {
  const { project = "", integration = "" } = places[step.place] ?? {};
  if (step.do === "putIntegration") {
    const { deployer, renamed } = step;
    const slug = renamed ? `${integration}-sync` : integration;
    const body = {
      ...{ name: nameOf(slug), ...(deployer && { deployer }) },
      ...(renamed && { previousSlug: integration }),
    };
    return call(world, step.token, ["PUT", `/projects/${project}/integrations/${slug}`, body]);
  }
  const pipeline = step.pipeline.map(({ slug, previousSlug, critical }) => ({
    ...{ slug, name: nameOf(slug), ...(previousSlug && { previousSlug }) },
    ...(critical !== undefined && { critical }),
  }));
  const body = { name: nameOf(project), pipeline, ...(step.roles && { requesterRoles: step.roles }) };
  return call(world, step.token, ["PUT", `/projects/${project}`, body]);
}
