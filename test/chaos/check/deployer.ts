import { grouped } from "../run/grouped.ts";
import type { ChaosWorld } from "../run/world.ts";
import type { Facts } from "./facts.ts";
import { wasUnknown } from "./log.ts";

type Attempt = Facts["deployments"][number];

/** Checks that the deploy site was asked once per attempt, one at a time, and that its first final report counts. */
export function checkDeployer(world: ChaosWorld, facts: Facts): string[] {
  const faults: string[] = [];
  const asked = new Set(world.places.filter(({ webhook }) => webhook).map(({ id }) => id));
  const attempts = facts.deployments.filter(
    ({ requestNumber, integrationId }) => requestNumber !== null && asked.has(integrationId),
  );
  const known = new Set(attempts.map(({ id }) => id));
  for (const id of world.site.attempts.keys()) {
    if (!known.has(id)) faults.push(`the far side was asked for ${id}, and nobody had begun it`);
  }
  for (const attempt of attempts) faults.push(...checkAttempt(world, facts, attempt));
  for (const tries of grouped(attempts, ({ requestNumber }) => requestNumber).values()) {
    faults.push(...checkOrder(world, facts, tries));
  }
  return faults;
}

function checkAttempt({ site }: ChaosWorld, facts: Facts, attempt: Attempt): string[] {
  const { id, requestNumber: number, buildId, status } = attempt;
  const faults: string[] = [];
  const say = (what: string) => faults.push(`#${number}, attempt ${id}: ${what}`);
  const taken = site.attempts.get(id);
  if (taken === undefined) {
    say(`is ${status}, and the far side was never asked`);
    return faults;
  }
  const { externalId } = facts.builds.find((build) => build.id === buildId) ?? {};
  if (taken.begun !== 1) say(`was begun ${taken.begun} times at the far side`);
  if (taken.number !== number) say(`was sent as one of #${taken.number}`);
  if (taken.build !== externalId) say(`was sent with ${taken.build}, and ${externalId} was approved`);
  for (const refused of taken.refused) say(`a report was refused: ${refused}`);
  const [first = "unknown"] = taken.finals;
  if (status !== first)
    say(`is ${status}, and the far side said ${taken.finals.join(", then ") || "nothing"}`);
  const ended = facts.reports
    .filter(({ subject }) => subject === `deployment:${id}`)
    .map(({ after }) => after.status)
    .filter((said) => said !== "in progress");
  // `unknown` may come before the real outcome, and nothing comes after that.
  const wanted = ended[0] === "unknown" && first !== "unknown" ? ["unknown", first] : [first];
  if (ended.join() !== wanted.join()) say(`ended as ${ended.join(", then ")} in the audit log`);
  checkRequest(facts, attempt, say);
  return faults;
}

/** Checks that the last attempt decides the state of its request. */
function checkRequest(facts: Facts, { id, status }: Attempt, say: (what: string) => void): void {
  const request = facts.requests.find(({ deploymentId }) => deploymentId === id);
  if (request === undefined) return;
  const { state } = request;
  // It may have been cancelled once nothing was heard of the attempt.
  if (state === "cancelled" && wasUnknown(facts, id)) return;
  if ((state === "promoted") !== (status === "succeeded")) say(`is ${status}, and its request is ${state}`);
}

/** Checks that no attempt starts before the previous one has ended. */
function checkOrder({ site }: ChaosWorld, facts: Facts, tries: readonly Attempt[]): string[] {
  const faults: string[] = [];
  for (const [index, attempt] of tries.entries()) {
    const next = tries[index + 1];
    if (next === undefined) continue;
    const taken = site.attempts.get(next.id);
    const ended = facts.reports.find(
      ({ subject, after }) => subject === `deployment:${attempt.id}` && after.status !== "in progress",
    );
    if (ended === undefined || ended.at > next.startedAt || (taken && taken.at < ended.at.getTime()))
      faults.push(`#${attempt.requestNumber}: attempt ${next.id} began before ${attempt.id} had ended`);
  }
  return faults;
}
