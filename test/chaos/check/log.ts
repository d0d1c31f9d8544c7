import { isDeepStrictEqual } from "node:util";
import { grouped } from "../run/grouped.ts";
import type { AuditRow, Facts, Summary } from "./facts.ts";

type Row = Facts["requests"][number];

/** Checks R12: the audit log has no gaps and leads to the stored state. */
export function checkAudit(facts: Facts): string[] {
  const faults: string[] = [];
  const numbers = new Set(facts.requests.map(({ number }) => number));
  const rows = grouped(facts.audit, ({ subject }) => Number(subject.slice("request:".length)));
  for (const number of rows.keys()) {
    if (!numbers.has(number)) faults.push(`#${number} is in the audit log and is not there`);
  }
  for (const request of facts.requests) {
    const say = (what: string) => faults.push(`#${request.number}: ${what}`);
    checkVersions(facts, request, rows.get(request.number) ?? [], say);
    checkChain(request, rows.get(request.number) ?? [], say);
  }
  return faults;
}

/** Checks that each version is announced once. Versions outside the audit log are changes around the request. */
function checkVersions(
  facts: Facts,
  { number, version }: Row,
  rows: readonly AuditRow[],
  say: (what: string) => void,
): void {
  const audited = rows.map(({ after }) => after.version);
  if (new Set(audited).size !== audited.length) say(`a version is in the audit log twice: ${audited}`);
  for (let one = 1; one <= version; one++) {
    const item = facts.outbox.find(({ key }) => key === `request:${number}:v${one}`);
    if (item === undefined) say(`nobody was told of version ${one}`);
    const { event } = (item?.payload ?? {}) as { event?: string };
    if (event !== "changed" && !audited.includes(one))
      say(`version ${one} (${event}) is not in the audit log`);
  }
  if (audited.some((one) => one > version)) say(`the audit log is ahead of version ${version}: ${audited}`);
}

function checkChain(request: Row, rows: readonly AuditRow[], say: (what: string) => void): void {
  const [first, ...rest] = rows;
  if (first === undefined) {
    say("is not in the audit log");
    return;
  }
  if (first.before !== null || first.after.version !== 1) say("its first audit row is not its beginning");
  let previous = first;
  for (const row of rest) {
    checkStep(previous, row, say);
    previous = row;
  }
  const last = previous.after;
  if (last.state.name !== request.state) say(`is ${request.state}, and ${last.state.name} in the audit log`);
  if (last.approvals !== request.approvals)
    say(`has ${request.approvals} approvals, and ${last.approvals} in the audit log`);
  if ((last.decision?.outcome ?? null) !== request.outcome)
    say(`was ${request.outcome}, and ${last.decision?.outcome} in the audit log`);
}

/** Checks that a row begins where the one before it ended, one version further. */
function checkStep(previous: AuditRow, { before, after }: AuditRow, say: (what: string) => void): void {
  if (before === null) {
    say(`version ${after.version} has no before`);
    return;
  }
  if (after.version !== before.version + 1) say(`version ${before.version} became ${after.version}`);
  if (!isDeepStrictEqual(essence(before), essence(previous.after)))
    say(`what was before version ${after.version} is not what was after ${previous.after.version}`);
}

/** Leaves out the expiry, which the run itself moves. */
function essence({ approvals, decision, state }: Summary): object {
  const { expiresAt: _, ...rest } = state as Summary["state"] & { expiresAt?: string };
  return { approvals, decision, state: rest };
}

const ends = ["rejected", "cancelled", "expired", "promoted"];

/** Checks R8: one outcome, which follows from the reviews that count. settings.ts checks how many were needed. */
export function checkOutcomes(facts: Facts): string[] {
  const faults: string[] = [];
  for (const request of facts.requests) {
    const say = (what: string) => faults.push(`#${request.number}: ${what}`);
    checkEvents(facts, request, say);
    checkReviews(facts, request, say);
  }
  faults.push(...oneOpenEach(facts));
  return faults;
}

/** R1: with the workflow off, the system approves when the request is made. */
const isUngated = ({ decidedBy }: Row): boolean => decidedBy?.kind === "system";

/** Checks that the audit log decides and ends a request at most once, as its state says. */
function checkEvents({ audit }: Facts, request: Row, say: (what: string) => void): void {
  const { number, state, outcome } = request;
  const events = audit
    .filter(({ subject }) => subject === `request:${number}`)
    .map(({ action }) => action.slice("request.".length));
  const decided = events.filter((event) => event === "approved" || event === "rejected");
  const ended = events.filter((event) => ends.includes(event));
  if (decided.length > 1) say(`was decided ${decided.length} times: ${decided}`);
  const ungated = isUngated(request);
  if ((ungated ? "approved" : (decided[0] ?? null)) !== outcome || (ungated && decided.length > 0))
    say(`was ${outcome}, and the audit log says ${decided[0]}`);
  if (ended.length > 1) say(`ended ${ended.length} times: ${ended}`);
  if (ends.includes(state) && ended[0] !== state) say(`is ${state}, and the audit log says ${ended[0]}`);
}

/** Checks that the reviews can give the stored number of approvals, and the outcome. */
function checkReviews({ reviews }: Facts, request: Row, say: (what: string) => void): void {
  const { number, outcome } = request;
  const all = reviews.filter((one) => one.requestNumber === number);
  const given = all.filter(({ replacedAt }) => replacedAt === null);
  const approvals = given.filter(({ verdict }) => verdict === "approve").length;
  const rejections = given.filter(({ verdict }) => verdict === "reject").length;
  if (isUngated(request) && given.length > 0) say("was reviewed, and the system had approved it");
  // R4: of those given, the ones that counted at the last review. A reject by the previous version keeps the number.
  if (outcome !== "rejected" && approvals < request.approvals)
    say(`counts ${request.approvals} approvals of ${approvals}`);
  if ((outcome === "rejected") !== (rejections === 1) || rejections > 1)
    say(`is ${outcome ?? "undecided"} with ${rejections} rejections`);
}

/** Checks R3: one open request for each integration and target. */
function oneOpenEach({ requests }: Facts): string[] {
  const open = requests.filter(({ state }) => !ends.includes(state));
  const places = grouped(open, ({ integrationId, targetId }) => `${integrationId} ${targetId}`);
  return [...places.values()]
    .filter((found) => found.length > 1)
    .map((found) => `${found.map(({ number }) => `#${number}`).join(" and ")} are open for the same place`);
}

/** Checks R9: each promotion deploys its build once, and the last one promoted is live. */
export function checkDeployments(facts: Facts): string[] {
  const faults: string[] = [];
  for (const request of facts.requests) {
    const say = (what: string) => faults.push(`#${request.number}: ${what}`);
    checkAttempts(facts, request, say);
    checkLive(facts, request, say);
  }
  return faults;
}

/** Checks that each start of a request's promotion made one deployment of its build, and one of them succeeded. */
function checkAttempts(facts: Facts, request: Row, say: (what: string) => void): void {
  const { number, state, buildId, deploymentId } = request;
  const attempts = facts.deployments.filter(({ requestNumber }) => requestNumber === number);
  const begun = facts.audit.filter(
    ({ subject, action }) => subject === `request:${number}` && action === "request.promoting",
  ).length;
  if (attempts.length !== begun) say(`was begun ${begun} times, with ${attempts.length} deployments`);
  if (attempts.some((one) => one.status === "in progress")) say("has a deployment that never ended");
  if (attempts.some((one) => one.buildId !== buildId))
    say("another build was deployed than the one approved");
  const succeeded = attempts.filter((one) => one.status === "succeeded");
  // A silent attempt that reports after a newer one started does not change its request.
  // Nor does the last one, if the request was cancelled in the meantime.
  const isLast = (id: string) => id === deploymentId && state !== "cancelled";
  const counted = succeeded.filter(({ id }) => isLast(id) || !wasUnknown(facts, id));
  if (counted.length !== (state === "promoted" ? 1 : 0))
    say(`is ${state}, with ${counted.length} deployments that succeeded`);
  if (state === "promoted" && counted[0]?.id !== deploymentId) say("names another deployment than its own");
  if (state === "promoting") say("is still promoting");
}

/** Checks that the build deployed last for a request's integration and target is the live one. */
function checkLive(
  { deployments, live }: Facts,
  { integrationId, targetId }: Row,
  say: (what: string) => void,
): void {
  const last = deployments.findLast(
    (one) =>
      one.integrationId === integrationId && one.environmentId === targetId && one.status === "succeeded",
  );
  const current = live.find((one) => one.integrationId === integrationId && one.environmentId === targetId);
  if (last !== undefined && current?.buildId !== last.buildId) say("what was promoted last is not live");
}

/** Returns whether a deployment was silent for too long, whatever was reported later. */
export const wasUnknown = ({ reports }: Pick<Facts, "reports">, deploymentId: string): boolean =>
  reports.some(
    ({ subject, after }) => subject === `deployment:${deploymentId}` && after.status === "unknown",
  );
