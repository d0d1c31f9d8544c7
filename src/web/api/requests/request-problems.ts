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
import { type Problem, refusalProblem } from "../problems.ts";
import { actorJson, requestPath } from "./request-json.ts";

/** What is needed to look up the facts of a refusal. The token limits them to the projects that it covers. */
export type ProblemLookup = { db: Db; token: ApiToken; now: Date };

/** Returns the value of a result. Throws its refusal as a `Problem` with the current facts of the request it is about. */
export async function valueOrRequestProblem<T>(lookup: ProblemLookup, result: Result<T>): Promise<T> {
  if (result.ok) return result.value;
  throw await requestProblem(lookup, result.refusal);
}

async function requestProblem(lookup: ProblemLookup, refusal: Refusal): Promise<Problem> {
  const { db, token, now } = lookup;
  if (refusal.code === "must-confirm") {
    const changes = await changesJson(lookup, refusal.changes);
    return refusalProblem(refusal, { facts: { changes } });
  }
  const view =
    "number" in refusal ? await getRequest(db, token.organizationId, refusal.number, now) : undefined;
  // The number may come from `replaces` and be of a request in any project.
  if (view === undefined || !coversProject(token, view.project.id)) return refusalProblem(refusal);
  return refusalProblem(refusal, {
    facts: { request: requestSummary(view), ...(await whoCan(lookup, refusal, view)) },
  });
}

/** R8: returns what was decided about the request, by whom, and when. */
function requestSummary({ number, version, state, requester, decision }: RequestView): object {
  const decided = decision && {
    ...{ outcome: decision.outcome, at: decision.at.toISOString(), by: actorJson(decision.by) },
  };
  return { number, version, state, requester, decision: decided, links: { self: requestPath(number) } };
}

/** R13: returns who can do what was refused. */
async function whoCan(
  { db, token: { organizationId } }: ProblemLookup,
  { code }: Refusal,
  view: RequestView,
): Promise<{ whoCan?: readonly Person[] }> {
  if (code === "not-approved" && view.state === "pending") return { whoCan: view.reviewers };
  if (code === "open-request") return { whoCan: [view.requester] };
  if (code !== "not-canceller" && code !== "not-ender") return {};
  const { admins } = await getAdmins(db, organizationId, view.requester.id);
  const people = [view.requester, ...admins];
  return { whoCan: people.filter(({ id }, i) => people.findIndex((person) => person.id === id) === i) };
}

/** R9: returns what changed. Builds appear under the IDs that their pipelines gave them. */
async function changesJson(
  { db, token: { organizationId } }: ProblemLookup,
  changes: readonly DriftChange[],
): Promise<object[]> {
  const ids = changes.flatMap((change) => ("buildId" in change && change.buildId ? [change.buildId] : []));
  const names = await getBuildNames(db, organizationId, ids);
  return changes.map((change) => {
    if (change.kind === "fact-changed") {
      const { kind, fact, before, after } = change;
      return { kind, fact, before, after };
    }
    if (!("buildId" in change)) return { kind: change.kind, deployment: change.deploymentId };
    return { kind: change.kind, build: change.buildId === null ? null : (names.get(change.buildId) ?? null) };
  });
}
