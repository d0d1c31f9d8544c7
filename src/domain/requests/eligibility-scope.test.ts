import fc from "fast-check";
import { expect, test } from "vitest";
import type { MemberFacts } from "../people/people.ts";
import { defaultOptions, type Workflow } from "../workflow/workflow.ts";
import { reviewEligibility, reviewScope } from "./eligibility.ts";

const role = fc.constantFrom("managers", "leads", "others");
const project = fc.constantFrom("commerce", "finance");
const person: fc.Arbitrary<string> = fc.constantFrom("UME", "UYOU");

const member = fc.record({
  id: fc.constant("UME"),
  status: fc.constantFrom("active", "deactivated", "guest", "bot", "stranger"),
  holdings: fc.array(fc.record({ roleId: role, projectId: fc.option(project) }), { maxLength: 4 }),
}) as fc.Arbitrary<MemberFacts>;

const workflow = fc.record({
  version: fc.constant(1),
  enabled: fc.boolean(),
  roleIds: fc.uniqueArray(role),
  assigneeIds: fc.uniqueArray(person),
  options: fc.boolean().map((selfReview) => ({ ...defaultOptions, selfReview })),
}) as fc.Arbitrary<Workflow>;

const request = fc.record({ projectId: project, requesters: fc.uniqueArray(person, { minLength: 1 }) });

test("R4, R5: what somebody may review, for many requests at once, is what the rule says of each", () => {
  fc.assert(
    fc.property(member, workflow, request, (who, holding, asked) => {
      const { projects, own } = reviewScope(who, holding);
      const inScope = projects === "all" || projects.includes(asked.projectId);
      const may = inScope && (own || !asked.requesters.includes(who.id));
      expect(may).toBe(reviewEligibility(who, asked, holding).eligible);
    }),
    { numRuns: 2000 },
  );
});
