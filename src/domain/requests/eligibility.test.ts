import { describe, expect, test } from "vitest";
import { optionsWith } from "../../../test/support/sample-request.ts";
import type { Holding, MemberStatus } from "../people/people.ts";
import { noWorkflow, type Workflow } from "../workflow/workflow.ts";
import { requestEligibility, reviewEligibility } from "./eligibility.ts";

const roles: Record<string, Holding[]> = {
  organization: [{ roleId: "reviewers", projectId: null }],
  project: [{ roleId: "reviewers", projectId: "commerce" }],
  "other project": [{ roleId: "reviewers", projectId: "finance" }],
  "other role": [{ roleId: "developers", projectId: null }],
  "two projects": [
    { roleId: "reviewers", projectId: "finance" },
    { roleId: "reviewers", projectId: "commerce" },
  ],
  none: [],
};
const assignees: Record<string, string[]> = { unset: [], in: ["UBOB", "UCAROL"], out: ["UCAROL"] };
/** Who counts as the requester of the request that Bob looks at (R5). */
const requesters: Record<string, string[]> = {
  neither: ["UDANA", "UTOM"],
  requester: ["UBOB", "UTOM"],
  "token's maker": ["UDANA", "UBOB"],
};
const statuses: MemberStatus[] = ["active", "deactivated", "guest", "bot", "stranger"];

type Case = { role: string; assignee: string; as: string; selfReview: boolean; status: MemberStatus };

function bob({ role, assignee, as, selfReview, status }: Case): string {
  const workflow: Workflow = {
    ...noWorkflow,
    enabled: true,
    roleIds: ["leads", "reviewers"],
    assigneeIds: assignees[assignee] ?? [],
    options: optionsWith({ selfReview }),
  };
  const member = { id: "UBOB", status, holdings: roles[role] ?? [] };
  const asked = { projectId: "commerce", requesters: requesters[as] ?? [] };
  const answer = reviewEligibility(member, asked, workflow);
  return answer.eligible ? "eligible" : answer.why;
}

function everyCase(): Case[] {
  return Object.keys(roles).flatMap((role) =>
    Object.keys(assignees).flatMap((assignee) =>
      Object.keys(requesters).flatMap((as) =>
        statuses.flatMap((status) =>
          [true, false].map((selfReview) => ({ role, assignee, as, status, selfReview })),
        ),
      ),
    ),
  );
}

describe("R4, R5: who may review", () => {
  test.each([
    // role held for, assignees, who they are to the request, self-review, status, answer
    ["R4", "organization", "unset", "neither", false, "active", "eligible"],
    ["R4", "project", "unset", "neither", false, "active", "eligible"],
    ["R4", "two projects", "unset", "neither", false, "active", "eligible"],
    ["R4", "other project", "unset", "neither", false, "active", "role"],
    ["R4", "other role", "unset", "neither", false, "active", "role"],
    ["R4", "none", "unset", "neither", false, "active", "role"],
    ["R4", "organization", "in", "neither", false, "active", "eligible"],
    ["R4", "project", "in", "neither", false, "active", "eligible"],
    ["R4", "organization", "out", "neither", false, "active", "assignee"],
    ["R4", "project", "out", "neither", false, "active", "assignee"],
    ["R4", "other project", "in", "neither", false, "active", "role"],
    ["R4", "none", "in", "neither", false, "active", "role"],
    ["R4", "none", "out", "neither", false, "active", "role"],
    ["R5", "organization", "unset", "requester", false, "active", "self"],
    ["R5", "organization", "in", "requester", false, "active", "self"],
    ["R5", "organization", "unset", "requester", true, "active", "eligible"],
    ["R5", "organization", "unset", "token's maker", false, "active", "self"],
    ["R5", "organization", "unset", "token's maker", true, "active", "eligible"],
    ["R5", "none", "unset", "requester", true, "active", "role"],
    ["R5", "organization", "out", "requester", true, "active", "assignee"],
    ["R4", "organization", "in", "neither", true, "deactivated", "deactivated"],
    ["R4", "organization", "in", "neither", true, "guest", "guest"],
    ["R4", "organization", "in", "neither", true, "bot", "bot"],
    ["R4", "organization", "in", "neither", true, "stranger", "stranger"],
  ] as const)("%s: role %s, assignees %s, %s, self-review %s, %s: %s", (...row) => {
    const [, role, assignee, as, selfReview, status, answer] = row;
    expect(bob({ role, assignee, as, selfReview, status })).toBe(answer);
  });

  test("R4, R5: of every combination only those are eligible that pass all four questions", () => {
    const cases = everyCase();
    for (const given of cases) {
      const { role, assignee, as, selfReview, status } = given;
      const may =
        status === "active" &&
        ["organization", "project", "two projects"].includes(role) &&
        assignee !== "out" &&
        (selfReview || as === "neither");
      expect({ ...given, may: bob(given) === "eligible" }).toEqual({ ...given, may });
    }
    expect(cases.length).toBe(540);
  });

  test("R4: a workflow without roles has no reviewers", () => {
    const member = { id: "UBOB", status: "active" as const, holdings: roles.organization ?? [] };
    const asked = { projectId: "commerce", requesters: ["UDANA"] };
    expect(reviewEligibility(member, asked, noWorkflow)).toEqual({ eligible: false, why: "role" });
  });
});

describe("R14: who may request and promote", () => {
  test.each([
    // requester roles of the project, role held for, status, answer
    [[], "none", "active", "eligible"],
    [[], "other project", "active", "eligible"],
    [["reviewers"], "organization", "active", "eligible"],
    [["reviewers"], "project", "active", "eligible"],
    [["leads", "developers"], "other role", "active", "eligible"],
    [["reviewers"], "other project", "active", "role"],
    [["reviewers"], "other role", "active", "role"],
    [["reviewers"], "none", "active", "role"],
    [[], "none", "deactivated", "deactivated"],
    [[], "none", "guest", "guest"],
    [[], "none", "bot", "bot"],
    [["reviewers"], "organization", "stranger", "stranger"],
  ] as const)("R14: requester roles %j, role %s, %s: %s", (requesterRoleIds, role, status, answer) => {
    const member = { id: "UDANA", status, holdings: roles[role] ?? [] };
    const got = requestEligibility(member, { id: "commerce", requesterRoleIds });
    expect(got).toEqual(answer === "eligible" ? { eligible: true } : { eligible: false, why: answer });
  });
});
