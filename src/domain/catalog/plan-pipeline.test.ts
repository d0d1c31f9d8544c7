import { describe, expect, test } from "vitest";
import { planPipeline, type StoredEnvironment, type WantedEnvironment } from "./plan-pipeline.ts";

const stored = (
  slug: string,
  position: number,
  more: Partial<StoredEnvironment> = {},
): StoredEnvironment => ({
  ...{ id: `id-${slug}`, name: slug, slug, position, critical: false, archived: false, formerSlugs: [] },
  ...more,
});
const wanted = (slug: string, previousSlug?: string): WantedEnvironment => ({
  ...{ slug, name: slug, previousSlug },
});
const plan = (existing: StoredEnvironment[], environments: WantedEnvironment[]) => {
  const result = planPipeline(existing, environments, () => "id-new");
  return result.ok
    ? result.value.map(({ id, slug, critical }) => `${id} ${slug}${critical ? "!" : ""}`)
    : result.refusal;
};

const existing = [
  stored("dev", 0),
  stored("staging", 1),
  stored("production", 2, { critical: true }),
  stored("old", 3, { archived: true, critical: true }),
];

describe("a pipeline as a catalog states it", () => {
  test.each<[string, WantedEnvironment[], string[]]>([
    [
      "a rename keeps the environment and its guard",
      [wanted("dev"), wanted("staging"), wanted("prod", "production")],
      ["id-dev dev", "id-staging staging", "id-production prod!"],
    ],
    [
      "a new slug without a previous one is a new environment, critical in the place of a critical one",
      [wanted("dev"), wanted("staging"), wanted("prod")],
      ["id-dev dev", "id-staging staging", "id-new prod!"],
    ],
    [
      "two exchange their slugs",
      [wanted("dev"), wanted("production", "staging"), wanted("staging", "production")],
      ["id-dev dev", "id-staging production", "id-production staging!"],
    ],
    [
      "one takes what another gives up",
      [wanted("dev"), wanted("production", "staging"), wanted("live", "production")],
      ["id-dev dev", "id-staging production", "id-production live!"],
    ],
    [
      "an archived one comes back under a new slug, as guarded as it was",
      [wanted("dev"), wanted("older", "old")],
      ["id-dev dev", "id-old older!"],
    ],
  ])("%s", (_, environments, expected) => {
    expect(plan(existing, environments)).toEqual(expected);
  });

  test("one environment that is meant twice is refused", () => {
    expect(plan(existing, [wanted("dev"), wanted("prod", "production"), wanted("production")])).toEqual({
      ...{ code: "name-taken", name: "production", archived: false },
    });
  });

  test("a rename of nothing is refused", () => {
    expect(plan(existing, [wanted("dev"), wanted("prod", "prodcution")])).toEqual({
      ...{ code: "not-found", what: "environment", name: "prodcution" },
    });
  });
});
