import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleRequest, sampleStates } from "../../../test/support/sample-request.ts";
import { type DriftChange, drift, fingerprint, type Situation } from "./drift.ts";
import type { RequestState } from "./request.ts";

const asAsked: Situation = { sourceBuildId: "b2", targetBuildId: "b1", runningDeploymentId: null };
const unknown = { ...sampleStates.failed, outcome: "unknown" } as RequestState;

describe("R9: what changed since the request", () => {
  test.each<[string, RequestState, Partial<Situation>, DriftChange[]]>([
    ["nothing", sampleStates.approved, {}, []],
    ["nothing, after a clear failure", sampleStates.failed, {}, []],
    [
      "a newer build in the source",
      sampleStates.approved,
      { sourceBuildId: "b3" },
      [{ kind: "source-changed", buildId: "b3" }],
    ],
    [
      "nothing live in the source any more",
      sampleStates.approved,
      { sourceBuildId: null },
      [{ kind: "source-changed", buildId: null }],
    ],
    [
      "another build in the target",
      sampleStates.approved,
      { targetBuildId: "b0" },
      [{ kind: "target-changed", buildId: "b0" }],
    ],
    [
      "the approved build itself in the target",
      sampleStates.approved,
      { targetBuildId: "b2" },
      [{ kind: "target-changed", buildId: "b2" }],
    ],
    [
      "a deployment to the target that runs",
      sampleStates.approved,
      { runningDeploymentId: "d9" },
      [{ kind: "deployment-running", deploymentId: "d9" }],
    ],
    ["a last attempt that went silent", unknown, {}, [{ kind: "last-attempt-unknown", deploymentId: "d1" }]],
    [
      "another deployment to the target that ended as unknown",
      sampleStates.approved,
      { unknownDeploymentId: "d7" },
      [{ kind: "last-attempt-unknown", deploymentId: "d7" }],
    ],
    [
      "its own attempt that went silent, once",
      unknown,
      { unknownDeploymentId: "d1" },
      [{ kind: "last-attempt-unknown", deploymentId: "d1" }],
    ],
    [
      "everything at once",
      unknown,
      { sourceBuildId: "b3", targetBuildId: null, runningDeploymentId: "d9" },
      [
        { kind: "source-changed", buildId: "b3" },
        { kind: "target-changed", buildId: null },
        { kind: "last-attempt-unknown", deploymentId: "d1" },
        { kind: "deployment-running", deploymentId: "d9" },
      ],
    ],
  ])("R9: %s", (_, state, situation, changes) => {
    expect(drift(sampleRequest(state), { ...asAsked, ...situation })).toEqual(changes);
  });

  test("R9: an empty target that is still empty is no change", () => {
    const request = sampleRequest("approved", { targetBuildId: null });
    expect(drift(request, { ...asAsked, targetBuildId: null })).toEqual([]);
  });
});

describe("R9: a confirmation counts only for what was shown", () => {
  const id = fc.oneof(fc.constantFrom("none", "null", "b1", "b1 target-changed:b2", 'b"', ","), fc.string());
  const change: fc.Arbitrary<DriftChange> = fc.oneof(
    fc.record({
      kind: fc.constantFrom("source-changed" as const, "target-changed" as const),
      buildId: fc.option(id),
    }),
    fc.record({
      kind: fc.constantFrom("deployment-running" as const, "last-attempt-unknown" as const),
      deploymentId: id,
    }),
  );

  test("R9: changes have the same fingerprint exactly when they are the same", () => {
    const list = fc.array(change, { maxLength: 4 });
    fc.assert(
      fc.property(list, list, (some, others) => {
        const same = JSON.stringify(some) === JSON.stringify(others);
        expect(fingerprint(some) === fingerprint(others)).toBe(same);
        expect(fingerprint(structuredClone(some))).toBe(fingerprint(some));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[DriftChange[], DriftChange[]]>([
    [[{ kind: "target-changed", buildId: null }], [{ kind: "target-changed", buildId: "none" }]],
    [
      [{ kind: "source-changed", buildId: "b1 target-changed:b2" }],
      [
        { kind: "source-changed", buildId: "b1" },
        { kind: "target-changed", buildId: "b2" },
      ],
    ],
  ])("R9: %j is not %j", (some, others) => {
    expect(fingerprint(some)).not.toBe(fingerprint(others));
  });
});
