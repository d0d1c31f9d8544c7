import { expect, test } from "vitest";
import { accepts, type DeploymentStatus } from "./deployment.ts";

const every: DeploymentStatus[] = ["in progress", "succeeded", "failed", "unknown"];

test.each<[DeploymentStatus, DeploymentStatus[]]>([
  ["in progress", ["in progress", "succeeded", "failed", "unknown"]],
  ["unknown", ["succeeded", "failed"]],
  ["succeeded", []],
  ["failed", []],
])("R9: an attempt that is %s takes the reports %j and no other", (current, taken) => {
  expect(every.filter((reported) => accepts(current, reported))).toEqual(taken);
});
