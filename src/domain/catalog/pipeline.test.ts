import { describe, expect, test } from "vitest";
import { type Environment, type Live, likelyStep, promotable, type Step, steps } from "./pipeline.ts";

const environment = (name: string, position: number): Environment => ({
  id: name.toLowerCase(),
  name,
  slug: name.toLowerCase(),
  position,
  critical: false,
});
const development = environment("Development", 1);
const staging = environment("Staging", 2);
const production = environment("Production", 3);

const live = (buildId: string): Live => ({ buildId, deploymentId: `d-${buildId}`, version: `v-${buildId}` });
const arrow = ({ source, target }: Step): string => `${source.name} → ${target.name}`;

describe("R2: the steps of a pipeline", () => {
  test.each([
    ["none", [], []],
    ["one environment", [development], []],
    ["two", [development, staging], ["Development → Staging"]],
    ["three", [development, staging, production], ["Development → Staging", "Staging → Production"]],
    ["out of order", [production, development, staging], ["Development → Staging", "Staging → Production"]],
    ["with a gap", [production, development], ["Development → Production"]],
  ])("R2: %s", (_, environments, expected) => {
    const given = Object.freeze([...environments]);
    expect(steps(given).map(arrow)).toEqual(expected);
  });
});

describe("R2: what a step would promote", () => {
  test.each([
    ["nothing in the source", null, null, { code: "nothing-live", source: "Staging" }],
    ["nothing in the source, a build in the target", null, "b1", { code: "nothing-live", source: "Staging" }],
    ["the same build", "b1", "b1", { code: "already-live", version: "v-b1", target: "Production" }],
  ])("R2: %s is refused", (_, source, target, refusal) => {
    const found = { source: source && live(source), target: target && live(target) };
    const step = { source: staging, target: production };
    expect(promotable(step, found as Parameters<typeof promotable>[1])).toEqual({ ok: false, refusal });
  });

  test.each([
    ["a newer build", live("b1")],
    ["a build, where the target is empty", null],
  ])("R2: %s is the one live in the source", (_, target) => {
    const answer = promotable({ source: staging, target: production }, { source: live("b2"), target });
    expect(answer).toEqual({ ok: true, value: live("b2") });
  });
});

describe("R2: the step that a person most likely means", () => {
  test.each([
    ["the first with something to promote", "b3", "b2", "b1", "Development → Staging"],
    ["the second, where the first has nothing new", "b2", "b2", "b1", "Staging → Production"],
    ["the second, where the first is empty", null, "b2", "b1", "Staging → Production"],
    ["the first, where nothing is new", "b2", "b2", "b2", "Development → Staging"],
    ["the first, where all is empty", null, null, null, "Development → Staging"],
  ])("R2: %s", (_, inDevelopment, inStaging, inProduction, expected) => {
    const builds = { development: inDevelopment, staging: inStaging, production: inProduction };
    const liveIn = (id: string) => {
      const build = builds[id as keyof typeof builds];
      return build === null ? null : live(build);
    };
    const step = likelyStep(steps([development, staging, production]), liveIn);
    expect(step && arrow(step)).toBe(expected);
  });

  test("R2: none in a pipeline of one", () => {
    expect(likelyStep([], () => null)).toBeUndefined();
  });
});
