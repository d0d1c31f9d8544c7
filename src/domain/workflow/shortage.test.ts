import { expect, test } from "vitest";
import type { PromotionRequest } from "../requests/request.ts";
import { findShortages, requestShortage } from "./shortage.ts";
import { defaultOptions, type Workflow } from "./workflow.ts";
import type { Candidate } from "./workflow-check.ts";

const workflow = (change: Partial<Workflow> = {}, requiredApprovals = 1): Workflow => ({
  ...{ version: 1, enabled: true, roleIds: ["reviewer"], assigneeIds: [] },
  options: { ...defaultOptions, requiredApprovals },
  ...change,
});

const person = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  ...{ id, name: id, status: "active", holdings: [{ roleId: "reviewer", projectId: null }] },
  ...change,
});

const request = (approvals = 0): PromotionRequest =>
  ({
    ...{ number: 42, projectId: "p", approvals, requesterId: "dana" },
    requestedBy: { kind: "member", memberId: "dana" },
  }) as PromotionRequest;

const approvedBy = (giver: Candidate) => ({
  fingerprint: "now",
  reviews: [
    {
      ...{ reviewerId: giver.id, verdict: "approve" as const, comment: "" },
      ...{ giver, fingerprint: "now" },
    },
  ],
});

test.each<[string, Parameters<typeof requestShortage>, ReturnType<typeof requestShortage>]>([
  ["one person can decide", [request(), undefined, [person("bob")], workflow()], null],
  [
    "R4: nobody may review",
    [request(), undefined, [person("bob", { status: "deactivated" })], workflow()],
    { number: 42, eligible: 0, available: 0, missing: 1 },
  ],
  [
    "R5: the requester does not count",
    [request(), undefined, [person("dana")], workflow()],
    { number: 42, eligible: 0, available: 0, missing: 1 },
  ],
  [
    "R4: only an assignee counts",
    [request(), undefined, [person("bob")], workflow({ assigneeIds: ["carol"] })],
    { number: 42, eligible: 0, available: 0, missing: 1 },
  ],
  [
    "R7: two are needed and one is there",
    [request(), undefined, [person("bob")], workflow({}, 2)],
    { number: 42, eligible: 1, available: 1, missing: 2 },
  ],
  [
    "R4: the approval of somebody who left does not count",
    [request(1), approvedBy(person("carol", { status: "deactivated" })), [person("bob")], workflow({}, 2)],
    { number: 42, eligible: 1, available: 1, missing: 2 },
  ],
  [
    "R7: the approval of something that has changed does not count",
    [request(1), { ...approvedBy(person("bob")), fingerprint: "then" }, [person("bob")], workflow({}, 2)],
    { number: 42, eligible: 1, available: 1, missing: 2 },
  ],
  [
    "R7: who approved cannot give another approval",
    [request(1), approvedBy(person("bob")), [person("bob")], workflow({}, 2)],
    { number: 42, eligible: 1, available: 0, missing: 1 },
  ],
  [
    "R7: fewer are needed now than are given: anybody's next review decides",
    [request(1), approvedBy(person("bob")), [person("bob")], workflow({}, 1)],
    null,
  ],
])("%s", (_, given, expected) => {
  expect(requestShortage(...given)).toEqual(expected);
});

test("R6: a project in which fewer could review than are required; none while the workflow is off", () => {
  const projects = [
    { id: "p", name: "Commerce" },
    { id: "q", name: "Finance" },
  ];
  const carol = person("carol", { holdings: [{ roleId: "reviewer", projectId: "p" }] });
  const find = (enabled: boolean) =>
    findShortages(
      { workflow: workflow({ enabled }, 2), candidates: [person("bob"), carol], projects, pending: [] },
      new Date(),
    );
  expect(find(true).projects).toEqual([{ id: "q", name: "Finance", available: 1, required: 2 }]);
  expect(find(false)).toEqual({ projects: [], requests: [] });
});
