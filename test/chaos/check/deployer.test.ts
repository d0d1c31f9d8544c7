import { expect, test } from "vitest";
import type { ChaosWorld } from "../run/world.ts";
import type { TakenAttempt } from "../stories/deploy-site.ts";
import { checkDeployer } from "./deployer.ts";
import type { Facts } from "./facts.ts";

type Attempt = { id: string; status: string; startedAt: Date };
type Change = {
  attempt?: Partial<Attempt>;
  taken?: Partial<TakenAttempt> | null;
  said?: string[];
  state?: string;
  more?: Partial<Attempt>[];
};

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second));

/** A run with one request and one successful attempt, with the given changes. */
function faults({ attempt, taken, said = ["succeeded"], state = "promoted", more = [] }: Change): string[] {
  const base = { id: "a1", status: "succeeded", startedAt: at(0) };
  const place = { requestNumber: 1, integrationId: "i", buildId: "b" };
  const tries = [base, ...more].map((one) => ({ ...base, ...place, ...one }));
  Object.assign(tries[0] as object, attempt);
  const known: TakenAttempt = {
    ...{ attempt: "a1", number: 1, build: "run-1", behaviour: "succeeds", at: at(1).getTime() },
    ...{ sent: 2, begun: 1, finals: ["succeeded"], refused: [], isDone: true },
  };
  const attempts = new Map(taken === null ? [] : [["a1", { ...known, ...taken }]]);
  for (const { id = "" } of more) attempts.set(id, { ...known, attempt: id });
  const world = { site: { attempts }, places: [{ id: "i", webhook: true }] } as unknown as ChaosWorld;
  const reportsOf = (id: string, statuses: string[]) =>
    statuses.map((status, i) => ({ subject: `deployment:${id}`, at: at(5 + i), after: { status } }));
  const facts = {
    deployments: tries,
    builds: [{ id: "b", externalId: "run-1" }],
    requests: [{ deploymentId: "a1", state }],
    reports: [...reportsOf("a1", said), ...more.flatMap(({ id = "" }) => reportsOf(id, ["succeeded"]))],
  };
  return checkDeployer(world, facts as unknown as Facts);
}

test("a run in which all went well has no fault; nor one whose silent attempt spoke late", () => {
  expect(faults({})).toEqual([]);
  expect(faults({ said: ["in progress", "succeeded"] })).toEqual([]);
  expect(faults({ said: ["unknown", "succeeded"] })).toEqual([]);
  const silent = {
    attempt: { status: "unknown" },
    taken: { finals: [] },
    said: ["unknown"],
    state: "failed",
  };
  expect(faults(silent)).toEqual([]);
  // Cancelled once nothing was heard of it, for example because the workflow was turned off.
  expect(faults({ said: ["unknown", "succeeded"], state: "cancelled" })).toEqual([]);
  const contradicted = { taken: { finals: ["succeeded" as const, "failed" as const] } };
  expect(faults(contradicted)).toEqual([]);
  expect(faults({ more: [{ id: "a2", startedAt: at(20) }] })).toEqual([
    // Its webhook arrived while the first attempt was running.
    expect.stringContaining("a2 began before a1 had ended"),
  ]);
});

test.each<[string, Change, string]>([
  ["an attempt that nobody was asked for", { taken: null }, "never asked"],
  ["one that was begun twice", { taken: { begun: 2 } }, "begun 2 times"],
  ["one that was never begun", { taken: { begun: 0 } }, "begun 0 times"],
  ["another request's number", { taken: { number: 2 } }, "as one of #2"],
  ["a success of a cancelled request", { state: "cancelled" }, "its request is cancelled"],
  ["another build", { taken: { build: "run-2" } }, "run-1 was approved"],
  ["a later report that won", { taken: { finals: ["failed", "succeeded"] } }, "said failed, then succeeded"],
  ["an end that nobody said", { taken: { finals: [] } }, "said nothing"],
  ["a refused report", { taken: { refused: ["failed was answered 401"] } }, "answered 401"],
  ["two ends in the audit log", { said: ["succeeded", "failed"] }, "ended as succeeded, then failed"],
  ["an end after our guess that is none", { said: ["unknown"] }, "ended as unknown"],
  ["a request that does not follow", { state: "failed" }, "its request is failed"],
  ["a second attempt beside the first", { more: [{ id: "a2", startedAt: at(2) }] }, "began before"],
])("%s is a fault", (_, change, words) => {
  expect(faults(change).join("\n")).toContain(words);
});

test("an attempt at the far side that nobody had begun is a fault", () => {
  expect(faults({ attempt: { id: "a9" } }).join("\n")).toContain("asked for a1, and nobody had begun it");
});
