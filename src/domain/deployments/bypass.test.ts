import { describe, expect, test } from "vitest";
import { member, system } from "../shared/actor.ts";
import { type BypassFacts, bypassesGate } from "./bypass.ts";

const now = new Date("2026-03-02T09:00:00Z");
const later = new Date(now.getTime() + 1);
const decision = { outcome: "approved" as const, at: now, by: member("U1") };
const bySystem = { ...decision, by: system("workflow off") };
const approved = { buildId: "b", decision, state: { name: "approved" as const, expiresAt: later } };
const another = { buildId: "c", outside: false };
const facts: BypassFacts = { buildId: "b", gated: true, first: false, open: null, live: null };

describe("R1: a deployment went past the gate", () => {
  const rows: [string, Partial<BypassFacts>, boolean][] = [
    ["nobody asked", {}, true],
    ["no gate", { gated: false }, false],
    ["the first environment", { first: true }, false],
    ["approved", { open: approved }, false],
    ["approved for another build", { open: { ...approved, buildId: "c" } }, true],
    [
      "approved, and expired at this instant",
      { open: { ...approved, state: { name: "approved", expiresAt: now } } },
      true,
    ],
    [
      "waiting",
      { open: { ...approved, decision: null, state: { name: "pending", expiresAt: later } } },
      true,
    ],
    ["approved by the open gate, and it stands now", { open: { ...approved, decision: bySystem } }, true],
    [
      "approved by the open gate, and begun",
      { open: { ...approved, decision: bySystem, state: { name: "promoting", deploymentId: "d" } } },
      false,
    ],
    ["the same is live, approved", { live: { buildId: "b", outside: false } }, false],
    ["the same is live, outside approval", { live: { buildId: "b", outside: true } }, true],
    ["another is live", { live: { buildId: "c", outside: false } }, true],
    [
      "another is live, and the same was when it started",
      { live: another, overtaken: { liveAtStart: { buildId: "b", outside: false } } },
      false,
    ],
    [
      "another is live, and the same was when it started, outside approval",
      { live: another, overtaken: { liveAtStart: { buildId: "b", outside: true } } },
      true,
    ],
    ["another is live, and another was", { live: another, overtaken: { liveAtStart: another } }, true],
    ["another is live, and nothing was", { live: another, overtaken: { liveAtStart: null } }, true],
    [
      "the same is live, approved since it started",
      {
        live: { buildId: "b", outside: false },
        overtaken: { liveAtStart: { buildId: "b", outside: true } },
      },
      false,
    ],
  ];
  test.each(rows)("%s", (_, change, outside) => {
    expect(bypassesGate({ ...facts, ...change }, now)).toBe(outside);
  });
});
