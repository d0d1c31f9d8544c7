import { expect, test } from "vitest";
import { sampleRequest } from "../../../test/support/sample-request.ts";
import { type BoundFacts, boundFacts, changedFacts } from "./bound-facts.ts";
import { drift, fingerprint } from "./drift.ts";

const facts: BoundFacts = {
  build: { id: "b2", externalId: "orders-2", version: "2", digest: null, commit: null },
  project: { name: "Commerce", slug: "commerce" },
  integration: { name: "Orders Sync", slug: "orders-sync", deployer: "record" },
  source: { id: "staging", name: "Staging", slug: "staging" },
  target: { id: "production", name: "Production", slug: "production", critical: true },
  message: "Please",
};

const others: BoundFacts = {
  ...facts,
  project: { name: "Shop", slug: "shop" },
  integration: { name: "Returns", slug: "returns", deployer: "webhook" },
  source: { ...facts.source, name: "Preview", slug: "preview" },
  target: { ...facts.target, name: "Staging", slug: "staging", critical: false },
};

test("R9: every bound fact that can change is named, with what it was and what it is", () => {
  expect(changedFacts(facts, facts)).toEqual([]);
  expect(changedFacts(facts, others).map(({ fact }) => fact)).toEqual([...boundFacts]);
  expect(changedFacts(facts, others)).toContainEqual({
    ...{ fact: "critical", before: "critical", after: "not critical" },
  });
});

test("R9: what changed since the decision is confirmed before the promotion, and exactly that", () => {
  const now = { sourceBuildId: "b2", targetBuildId: "b1", runningDeploymentId: null };
  const request = sampleRequest("approved", { decidedFacts: facts });
  expect(drift(request, { ...now, bound: { facts, fingerprint: "a" } })).toEqual([]);
  const changes = drift(request, { ...now, bound: { facts: others, fingerprint: "b" } });
  expect(changes).toHaveLength(boundFacts.length);
  const renamed = drift(request, {
    ...now,
    bound: { facts: { ...facts, project: others.project }, fingerprint: "c" },
  });
  const again = drift(request, {
    ...now,
    bound: { facts: { ...facts, project: { ...others.project, name: "Store" } }, fingerprint: "d" },
  });
  expect(new Set([changes, renamed, again].map(fingerprint)).size).toBe(3);
  // A request that was decided before its facts were stored.
  expect(drift(sampleRequest("approved"), { ...now, bound: { facts: others, fingerprint: "b" } })).toEqual(
    [],
  );
});
