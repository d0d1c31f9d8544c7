import { describe, expect, test } from "vitest";
import { nameTaken, resolveSlug, type Slugged } from "./slugs.ts";

const item = (id: string, slug: string, formerSlugs: string[] = [], archived = false): Slugged => ({
  ...{ id, name: id.toUpperCase(), slug, archived, formerSlugs },
});

const notFound = (name: string) => ({ code: "not-found", what: "environment", name });

describe("a slug and a previous slug lead to one item", () => {
  const a = item("a", "prod", ["production", "live"]);
  const b = item("b", "test");
  const gone = item("gone", "qa", ["quality"], true);
  const all = [a, b, gone];
  test.each<[string, string, string | undefined, [string | null, string]]>([
    ["a new slug", "new", undefined, [null, "new"]],
    ["a current slug", "test", undefined, ["b", "test"]],
    ["a former slug does not rename it back", "production", undefined, ["a", "prod"]],
    ["a former slug of an archived one", "quality", undefined, ["gone", "qa"]],
    ["a rename", "staging", "test", ["b", "staging"]],
    ["a rename that was done before", "prod", "production", ["a", "prod"]],
    ["a rename that was done before, of an earlier slug", "prod", "live", ["a", "prod"]],
    ["a rename from a former slug", "main", "live", ["a", "main"]],
    ["an outdated rename between two former slugs", "production", "live", ["a", "prod"]],
    ["a return to a former slug", "production", "prod", ["a", "production"]],
    ["a previous slug that nothing had, where the slug exists", "test", "unknown", ["b", "test"]],
    ["a rename to itself", "test", "test", ["b", "test"]],
    ["a rename of an archived one", "quality-2", "qa", ["gone", "quality-2"]],
    ["an archived one beside the one that took its place", "test", "qa", ["b", "test"]],
    ["two different ones: the caller finds the slug taken", "test", "prod", ["a", "test"]],
    ["two different ones, one by its former slug", "test", "live", ["a", "test"]],
    ["another one's former slug: the caller finds it taken", "live", "test", ["b", "live"]],
  ])("%s", (_, slug, previousSlug, [id, resulting]) => {
    const result = resolveSlug(all, { slug, previousSlug }, "environment");
    expect(result.ok && [result.value.item?.id ?? null, result.value.slug]).toEqual([id, resulting]);
  });

  test("a rename of nothing is refused, so that a typing error creates nothing", () => {
    const result = resolveSlug(all, { slug: "new", previousSlug: "prodution" }, "environment");
    expect(result).toEqual({ ok: false, refusal: notFound("prodution") });
  });

  test("an exchange of two slugs is done once, however often it is repeated", () => {
    const first = [item("x", "one"), item("y", "two")];
    const done = [item("x", "two", ["one"]), item("y", "one", ["two"])];
    for (const all of [first, done]) {
      expect(resolveSlug(all, { slug: "two", previousSlug: "one" }, "environment")).toMatchObject({
        value: { item: { id: "x" }, slug: "two" },
      });
      expect(resolveSlug(all, { slug: "one", previousSlug: "two" }, "environment")).toMatchObject({
        value: { item: { id: "y" }, slug: "one" },
      });
    }
  });
});

test.each([
  ["a slug that another has", "prod", { name: "prod", archived: false }],
  ["a slug that another had", "live", { name: "live", archived: false, formerlyOf: "A" }],
  ["a name that another has", "other", { name: "A", archived: false }],
])("%s is taken, and the refusal says by what", (_, slug, facts) => {
  expect(nameTaken(item("a", "prod", ["live"]), { slug })).toEqual({ code: "name-taken", ...facts });
});
