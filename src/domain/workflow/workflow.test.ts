import { expect, test } from "vitest";
import { optionsWith } from "../../../test/support/sample-request.ts";
import { noReviewReason, noWorkflow, requiresReview } from "./workflow.ts";

test.each([
  // enabled, gate, critical target, gated
  [true, "every", true, true],
  [true, "every", false, true],
  [true, "critical", true, true],
  [true, "critical", false, false],
  [false, "every", true, false],
  [false, "every", false, false],
  [false, "critical", true, false],
  [false, "critical", false, false],
] as const)("R1: workflow enabled %s, gate %s, critical %s: gated %s", (enabled, gate, critical, gated) => {
  expect(requiresReview({ ...noWorkflow, enabled, options: optionsWith({ gate }) }, { critical })).toBe(
    gated,
  );
});

test.each([
  [false, "workflow off"],
  [true, "not a critical environment"],
])("R1: workflow enabled %s: the system approves because of: %s", (enabled, reason) => {
  expect(noReviewReason({ ...noWorkflow, enabled })).toBe(reason);
});

test("R1, R5, R7: an organization that saved nothing has no gate; the defaults are one approval and no self-review", () => {
  expect(requiresReview(noWorkflow, { critical: true })).toBe(false);
  expect(noWorkflow.options).toMatchObject({ gate: "every", requiredApprovals: 1, selfReview: false });
});
