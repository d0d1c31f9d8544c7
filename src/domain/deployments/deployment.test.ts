import { expect, test } from "vitest";
import { acceptsReport, type DeploymentStatus, silenceDeadline } from "./deployment.ts";

const every: DeploymentStatus[] = ["in progress", "succeeded", "failed", "unknown"];

test.each<[DeploymentStatus, DeploymentStatus[]]>([
  ["in progress", ["in progress", "succeeded", "failed", "unknown"]],
  ["unknown", ["succeeded", "failed"]],
  ["succeeded", []],
  ["failed", []],
])("R9: an attempt that is %s takes the reports %j and no other", (current, taken) => {
  expect(every.filter((reported) => acceptsReport(current, reported))).toEqual(taken);
});

test("an attempt that was heard of now is silent after its minutes", () => {
  expect(silenceDeadline(new Date("2026-03-02T23:30:00.000Z"), 45)).toEqual(
    new Date("2026-03-03T00:15:00.000Z"),
  );
});
