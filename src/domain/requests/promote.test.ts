import { describe, expect, test } from "vitest";
import {
  everyState,
  inDays,
  now,
  optionsWith,
  sampleRequest,
  sampleStates,
} from "../../../test/support/sample-request.ts";
import type { Situation } from "./drift.ts";
import { type AttemptEnd, beginAttempt, endAttempt } from "./promote.ts";
import type { RequestState, StateName } from "./request.ts";

const asAsked: Situation = { sourceBuildId: "b2", targetBuildId: "b1", runningDeploymentId: null };
const newer: Situation = { ...asAsked, sourceBuildId: "b3" };

const shownFor = (situation: Situation): string => {
  const answer = beginAttempt(sampleRequest("approved"), situation, null, "d2", now);
  if (answer.ok || answer.refusal.code !== "must-confirm") throw new Error("nothing to confirm");
  return answer.refusal.shown;
};

describe("R9: beginning an attempt", () => {
  test.each(everyState)("R9: of a request that is %s", (name) => {
    const request = sampleRequest(name);
    const answer = beginAttempt(request, asAsked, null, "d2", now);
    if (name === "approved" || name === "failed") {
      const state = { name: "promoting", deploymentId: "d2" };
      expect(answer).toEqual({ ok: true, value: { ...request, version: request.version + 1, state } });
    } else {
      expect(answer).toEqual({ ok: false, refusal: { code: "not-approved", number: 42 } });
    }
  });

  test.each(["approved", "failed"] as const)("R11: not once a request that was %s has expired", (name) => {
    const request = sampleRequest(name);
    expect(beginAttempt(request, asAsked, null, "d2", inDays(1, -1)).ok).toBe(true);
    expect(beginAttempt(request, asAsked, null, "d2", inDays(1))).toMatchObject({
      refusal: { code: "not-approved" },
    });
  });

  test("R9: what changed must be confirmed, by exactly what was shown", () => {
    const request = sampleRequest("approved");
    const changes = [{ kind: "source-changed", buildId: "b3" }];
    const shown = shownFor(newer);
    const refusal = { code: "must-confirm", number: 42, changes, shown };
    expect(beginAttempt(request, newer, null, "d2", now)).toEqual({ ok: false, refusal });
    expect(beginAttempt(request, newer, shown, "d2", now).ok).toBe(true);
  });

  test("R9: a confirmation of something else does not count", () => {
    const shown = shownFor({ ...newer, sourceBuildId: "b4" });
    const answer = beginAttempt(sampleRequest("approved"), newer, shown, "d2", now);
    expect(answer).toMatchObject({ refusal: { code: "must-confirm" } });
  });

  test("R9: what was confirmed and is no more needs no confirmation", () => {
    expect(beginAttempt(sampleRequest("approved"), asAsked, shownFor(newer), "d2", now).ok).toBe(true);
  });

  test.each([
    ["failed", true],
    ["unknown", false],
  ] as const)("R9: after an attempt that ended %s the next one begins at once: %s", (outcome, atOnce) => {
    const state = { ...sampleStates.failed, outcome } as RequestState;
    const answer = beginAttempt(sampleRequest(state), asAsked, null, "d2", now);
    expect(answer.ok ? "begun" : answer.refusal.code).toBe(atOnce ? "begun" : "must-confirm");
  });

  test("R9: promoted is exactly the approved build, whatever is live by now", () => {
    const answer = beginAttempt(sampleRequest("approved"), newer, shownFor(newer), "d2", now);
    expect(answer).toMatchObject({ value: { buildId: "b2" } });
  });
});

describe("R9: the end of an attempt", () => {
  const options = optionsWith({ unfinishedDays: 2 });
  const end = (status: AttemptEnd["status"]): AttemptEnd =>
    status === "succeeded" ? { status } : { status, reason: "no disk" };
  const failed = (outcome: "failed" | "unknown") =>
    ({ name: "failed", deploymentId: "d1", outcome, reason: "no disk", expiresAt: inDays(2) }) as const;
  const promoted = { name: "promoted", deploymentId: "d1", at: now } as const;

  test.each<[StateName, AttemptEnd["status"], RequestState | null]>([
    ["promoting", "succeeded", promoted],
    ["promoting", "failed", failed("failed")],
    ["promoting", "unknown", failed("unknown")],
    ["failed", "succeeded", promoted],
    ["failed", "failed", null],
    ["failed", "unknown", null],
  ])("R9: %s, the last attempt %s", (name, status, state) => {
    const request = sampleRequest(name);
    const expected = state && { ...request, version: request.version + 1, state };
    expect(endAttempt(request, "d1", end(status), options, now)).toEqual(expected);
  });

  test("R9: an attempt that ended unknown and has failed says why, and gets no more time for it", () => {
    const state = { ...sampleStates.failed, outcome: "unknown", reason: "silence" } as RequestState;
    const request = sampleRequest(state);
    const answer = endAttempt(request, "d1", { status: "failed", reason: "no disk" }, options, inDays(0.5));
    expect(answer).toEqual({ ...request, version: 4, state: sampleStates.failed });
    expect(endAttempt(request, "d1", end("unknown"), options, now)).toBeNull();
    expect(endAttempt(request, "d0", end("failed"), options, now)).toBeNull();
    expect(endAttempt(request, "d1", end("failed"), options, inDays(1))).toBeNull();
  });

  test.each(["succeeded", "failed", "unknown"] as const)(
    "R9: an older attempt %s moves nothing",
    (status) => {
      for (const name of ["promoting", "failed"] as const) {
        expect(endAttempt(sampleRequest(name), "d0", end(status), options, now)).toBeNull();
      }
    },
  );

  test.each(everyState.filter((name) => name !== "promoting" && name !== "failed"))(
    "R9: a report on a request that is %s moves nothing",
    (name) => {
      for (const status of ["succeeded", "failed", "unknown"] as const) {
        expect(endAttempt(sampleRequest(name), "d1", end(status), options, now)).toBeNull();
      }
    },
  );

  test("R11: a late success does not bring back a failed request that has expired, written down or not", () => {
    const request = sampleRequest("failed");
    expect(endAttempt(request, "d1", end("succeeded"), options, inDays(1, -1))?.state.name).toBe("promoted");
    expect(endAttempt(request, "d1", end("succeeded"), options, inDays(1))).toBeNull();
  });

  test("R11: an attempt may take longer than any expiry", () => {
    const answer = endAttempt(sampleRequest("promoting"), "d1", end("succeeded"), options, inDays(400));
    expect(answer?.state).toEqual({ ...promoted, at: inDays(400) });
  });
});
