import { describe, expect, test } from "vitest";
import {
  checkPipeline,
  findNamesake,
  insertEnvironment,
  isSlug,
  matchBuild,
  maxEnvironments,
  reuseEnvironments,
  slugOf,
} from "./catalog.ts";
import type { Environment } from "./pipeline.ts";

const environment = (id: string, position = 0, more: Partial<Environment> = {}): Environment => ({
  id,
  name: id,
  slug: id,
  position,
  critical: false,
  ...more,
});

const pipeline = (...ids: string[]): Environment[] => ids.map((id, position) => environment(id, position));
const order = (list: readonly Environment[]): string => list.map(({ id }) => id).join(" ");

describe("a short name is made of a name", () => {
  test.each([
    ["Orders Sync", "orders-sync"],
    ["  Orders   Sync  ", "orders-sync"],
    ["orders_sync.v2", "orders-sync-v2"],
    ["Crème Brûlée", "creme-brulee"],
    ["ÅNGSTRÖM", "angstrom"],
    ["ﬁnance", "finance"],
    ["-- Pre-production! --", "pre-production"],
    ["<!channel> & co", "channel-co"],
    ["42", "42"],
    ["注文", ""],
    ["🚀", ""],
    ["", ""],
    ["a".repeat(100), "a".repeat(63)],
    [`${"a".repeat(62)} b`, "a".repeat(62)],
  ])("%j → %j", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(slug === "" || isSlug(slug)).toBe(true);
  });

  test.each([
    ["orders-sync", true],
    ["0", true],
    ["a-", true],
    ["a".repeat(63), true],
    ["a".repeat(64), false],
    ["", false],
    ["-a", false],
    ["Orders", false],
    ["orders sync", false],
    ["orders_sync", false],
    ["commerce/orders", false],
    ["é", false],
    ["a\n", false],
  ])("%j is one: %s", (text, is) => {
    expect(isSlug(text)).toBe(is);
  });
});

describe("names", () => {
  const live = { id: "1", name: "Orders", slug: "orders", archived: false };
  const gone = { id: "2", name: "Billing", slug: "billing", archived: true };
  test.each([
    ["a new name", { id: null, name: "Stock", slug: "stock" }, undefined],
    ["the name of another", { id: null, name: "ORDERS", slug: "o" }, live],
    ["the short name of another", { id: null, name: "O", slug: "orders" }, live],
    ["its own", { id: "1", name: "Orders", slug: "orders" }, undefined],
    ["an archived one's name is free", { id: null, name: "Billing", slug: "b" }, undefined],
    ["an archived one's short name is not", { id: null, name: "B", slug: "billing" }, gone],
  ])("%s", (_, wanted, expected) => {
    expect(findNamesake([live, gone], wanted)).toBe(expected);
  });
});

describe("a pipeline may become another", () => {
  const open = [{ number: 42, sourceId: "dev", targetId: "test" }];
  const inTheWay = { code: "request-in-the-way", number: 42 };
  test.each([
    ["as it is", pipeline("dev", "test", "prod"), open, null],
    ["no environment", [], [], { code: "too-few-environments" }],
    ["one", pipeline("dev"), [], null],
    ["the most", pipeline(...Array.from({ length: maxEnvironments }, (_, i) => `e${i}`)), [], null],
    [
      "one too many",
      pipeline(...Array.from({ length: maxEnvironments + 1 }, (_, i) => `e${i}`)),
      [],
      { code: "too-many-environments", limit: maxEnvironments },
    ],
    ["one put between source and target", pipeline("dev", "qa", "test", "prod"), open, inTheWay],
    ["one put before the source", pipeline("qa", "dev", "test", "prod"), open, null],
    ["one put after the target", pipeline("dev", "test", "qa", "prod"), open, null],
    ["the source taken out", pipeline("test", "prod"), open, inTheWay],
    ["the target taken out", pipeline("dev", "prod"), open, inTheWay],
    ["another one taken out", pipeline("dev", "test"), open, null],
    ["source and target turned round", pipeline("test", "dev", "prod"), open, inTheWay],
    ["both moved together", pipeline("prod", "dev", "test"), open, null],
    ["reordered with nothing open", pipeline("prod", "test", "dev"), [], null],
    [
      "two of one short name",
      [environment("dev", 0), environment("other", 1, { slug: "dev" })],
      [],
      { code: "name-taken", name: "other", archived: false },
    ],
    [
      "two of one name",
      [environment("dev", 0), environment("other", 1, { name: "DEV" })],
      [],
      { code: "name-taken", name: "DEV", archived: false },
    ],
    [
      "the first of several in the way is named",
      pipeline("prod"),
      [{ number: 7, sourceId: "dev", targetId: "test" }, ...open],
      { code: "request-in-the-way", number: 7 },
    ],
  ])("%s", (_, next, requests, refusal) => {
    const result = checkPipeline(next, requests);
    expect(result.ok ? null : result.refusal).toEqual(refusal);
  });
});

describe("an environment is put in its place", () => {
  const now = pipeline("dev", "test", "prod");
  test.each([
    ["a new one, first", "qa", null, "qa dev test prod"],
    ["a new one, in the middle", "qa", "dev", "dev qa test prod"],
    ["a new one, last", "qa", "prod", "dev test prod qa"],
    ["a new one after one that is gone", "qa", "gone", "dev test prod qa"],
    ["moved to the front", "prod", null, "prod dev test"],
    ["moved to the end", "dev", "prod", "test prod dev"],
    ["left where it is", "test", "dev", "dev test prod"],
  ])("%s", (_, id, after, expected) => {
    const next = insertEnvironment(now, environment(id, 9), after);
    expect(order(next)).toBe(expected);
    expect(next.map(({ position }) => position)).toEqual(next.map((_one, i) => i));
  });

  test("what else changed of it is kept", () => {
    const changed = environment("test", 9, { name: "Test 2", critical: true });
    expect(insertEnvironment(now, changed, "dev")[1]).toEqual({ ...changed, position: 1 });
  });
});

describe("environments that come back are themselves again", () => {
  const dev = { ...environment("dev", 0), archived: false, formerSlugs: [] as string[] };
  const old = { ...environment("old", 1), archived: true, formerSlugs: ["ancient"] };
  test.each([
    ["nothing new", [environment("dev")], "dev"],
    ["a new one of a new short name", [environment("dev"), environment("qa")], "dev qa"],
    [
      "a new one of an archived one's short name",
      [environment("dev"), environment("new", 1, { slug: "old" })],
      "dev old",
    ],
    ["a new one in the place of one that goes", [environment("new", 0, { slug: "dev" })], "dev"],
    ["the archived one by its id", [environment("dev"), environment("old", 1)], "dev old"],
    ["a rename", [environment("dev", 0, { slug: "development" })], "dev"],
  ])("%s", (_, wanted, expected) => {
    const result = reuseEnvironments(wanted, [dev, old]);
    expect(result.ok && order(result.value)).toBe(expected);
  });

  const taken = { code: "name-taken", name: "old", archived: true };
  test.each([
    ["an archived one's short name", [environment("dev", 0, { slug: "old" })], taken],
    [
      "an archived one's former short name",
      [environment("dev", 0, { slug: "ancient" })],
      { ...taken, name: "ancient", formerlyOf: "old" },
    ],
    [
      "a former short name, for a new one",
      [environment("dev"), environment("new", 1, { slug: "ancient" })],
      { ...taken, name: "ancient", formerlyOf: "old" },
    ],
    [
      "a short name that its owner gives up in the same change, for a new one",
      [environment("old", 0, { slug: "older" }), environment("new", 1, { slug: "old" })],
      { ...taken, archived: false },
    ],
  ])("%s is refused", (_, wanted, refusal) => {
    expect(reuseEnvironments(wanted, [dev, old])).toEqual({ ok: false, refusal });
  });

  test("two may exchange their short names, and one may take what another gives up", () => {
    const exchanged = [environment("dev", 0, { slug: "old" }), environment("old", 1, { slug: "dev" })];
    const chain = [environment("dev", 0, { slug: "old" }), environment("old", 1, { slug: "older" })];
    expect(reuseEnvironments(exchanged, [dev, old])).toEqual({ ok: true, value: exchanged });
    expect(reuseEnvironments(chain, [dev, old])).toEqual({ ok: true, value: chain });
  });
});

describe("a build that somebody typed", () => {
  const a = { id: "a", commit: "aaa" };
  const b = { id: "b", commit: "bbb" };
  const plain = { id: "plain", commit: null };
  test.each([
    ["the same commit", [b, a], "aaa", "a"],
    ["another commit", [a], "bbb", undefined],
    ["no build of this version", [], null, undefined],
    ["no commit, and one build of this version", [a], null, "a"],
    ["no commit, and several builds of this version", [a, b], null, undefined],
    ["no commit, as before", [plain, a, b], null, "plain"],
    ["a commit where there was none", [plain], "aaa", undefined],
  ])("%s", (_, builds, commit, expected) => {
    expect(matchBuild(builds, commit)).toBe(expected);
  });
});
