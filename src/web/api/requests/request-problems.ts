import type { Person } from "../../../domain/people/people.ts";
import type { DriftChange } from "../../../domain/requests/drift.ts";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import type { Result } from "../../../domain/shared/result.ts";
import { type ApiToken, coversProject } from "../../../domain/tokens/token.ts";
import { getBuildNames } from "../../../queries/deployments/get-build-names.ts";
import { getAdmins } from "../../../queries/people/get-admins.ts";
import { getRequest } from "../../../queries/requests/get-request.ts";
import type { RequestView } from "../../../queries/requests/request-view.ts";
import type { Db } from "../../../queries/shared/db.ts";
import { type Problem, refused } from "../problems.ts";
import { byJson, pathOf } from "./request-json.ts";

/** Where the facts of a refusal are looked up, and for which token: it is told of no project that it does not see. */
export type Looking = { db: Db; token: ApiToken; now: Date };

/** What a use case answered about a request; throws its refusal as a problem, with what is true of that request now. */
export async function answered<T>(looking: Looking, result: Result<T>): Promise<T> {
  if (result.ok) return result.value;
  throw await problemOf(looking, result.refusal);
}

async function problemOf(looking: Looking, refusal: Refusal): Promise<Problem> {
  const { db, token, now } = looking;
  if (refusal.code === "must-confirm") {
    const changes = await changesJson(looking, refusal.changes);
    return refused(refusal, { facts: { changes } });
  }
  const view =
    "number" in refusal ? await getRequest(db, token.organizationId, refusal.number, now) : undefined;
  // `replaces` may name any number.
  if (view === undefined || !coversProject(token, view.project.id)) return refused(refusal);
  return refused(refusal, { facts: { request: brief(view), ...(await whoCan(looking, refusal, view)) } });
}

/** R8: who did what to the request that is in the way, or that has moved on. */
function brief({ number, version, state, requester, decision }: RequestView): object {
  const decided = decision && {
    ...{ outcome: decision.outcome, at: decision.at.toISOString(), by: byJson(decision.by) },
  };
  return { number, version, state, requester, decision: decided, links: { self: pathOf(number) } };
}

/** R13: who can do what was refused. */
async function whoCan(
  { db, token: { organizationId } }: Looking,
  { code }: Refusal,
  view: RequestView,
): Promise<{ whoCan?: readonly Person[] }> {
  if (code === "not-approved" && view.state === "pending") return { whoCan: view.reviewers };
  if (code === "open-request") return { whoCan: [view.requester] };
  if (code !== "not-canceller") return {};
  const { admins } = await getAdmins(db, organizationId, view.requester.id);
  const people = [view.requester, ...admins];
  return { whoCan: people.filter(({ id }, i) => people.findIndex((one) => one.id === id) === i) };
}

/** R9: what changed, with builds by the ids that they have where they were built. */
async function changesJson(
  { db, token: { organizationId } }: Looking,
  changes: readonly DriftChange[],
): Promise<object[]> {
  const ids = changes.flatMap((change) => ("buildId" in change && change.buildId ? [change.buildId] : []));
  const names = await getBuildNames(db, organizationId, ids);
  return changes.map((change) => {
    if (!("buildId" in change)) return { kind: change.kind, deployment: change.deploymentId };
    return { kind: change.kind, build: change.buildId === null ? null : (names.get(change.buildId) ?? null) };
  });
}
