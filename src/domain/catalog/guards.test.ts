import { describe, expect, test } from "vitest";
import {
  type KnownEnvironment,
  loweredDeployer,
  loweredInPipeline,
  loweredRequesters,
  stateCritical,
} from "./guards.ts";

/** Reads environments such as "dev test! -old!": `!` is critical, and `-` is archived. */
const known = (text: string): KnownEnvironment[] =>
  text.split(" ").map((word, position) => {
    const name = word.replace(/[-!]/g, "");
    const [archived, critical] = [word.startsWith("-"), word.endsWith("!")];
    return { id: name, name, slug: name, position, archived, critical };
  });

const workflow = (enabled: boolean, gate: "every" | "critical") => ({ enabled, options: { gate } });
const off = workflow(false, "every");
const every = workflow(true, "every");
const critical = workflow(true, "critical");

describe("R1: an environment that does not state whether it is critical", () => {
  /** Reads wanted environments: `!` is critical, `.` is not, and neither leaves it open. */
  const wanted = (text: string) =>
    text.split(" ").map((word) => ({
      id: word.replace(/[.!]/g, ""),
      critical: word.endsWith("!") ? true : word.endsWith(".") ? false : undefined,
    }));
  const stated = (before: KnownEnvironment[], text: string): string =>
    stateCritical(before, wanted(text))
      .map((is, i) => `${wanted(text)[i]?.id}${is ? "!" : ""}`)
      .join(" ");

  test.each([
    ["keeps what it has", "dev test prod!", "dev test prod", "dev test prod!"],
    [
      "keeps that it is not critical, also after a critical one",
      "dev prod! dr",
      "dev prod dr",
      "dev prod! dr",
    ],
    ["is critical in the place of a critical one", "dev test prod!", "dev test live", "dev test live!"],
    ["is critical in the place of one, behind others", "dev prod!", "dev qa live", "dev qa! live!"],
    ["is critical after a critical one", "dev prod!", "dev prod dr", "dev prod! dr!"],
    ["is critical after one at any distance", "dev prod! eu", "dev prod eu dr", "dev prod! eu dr!"],
    ["is critical after a new critical one", "dev test", "dev live! dr", "dev live! dr!"],
    ["is not critical before a critical one", "dev prod!", "dev qa prod", "dev qa prod!"],
    ["is critical where everything is replaced", "dev prod!", "a b", "a! b!"],
    ["is critical again when it comes back", "dev -prod!", "dev prod", "dev prod!"],
    ["is critical when it comes back after a critical one", "dev prod! -dr", "dev prod dr", "dev prod! dr!"],
    ["counts the critical ones after the change", "dev prod!", "dev prod. dr", "dev prod dr"],
    ["may state otherwise", "dev prod!", "dev prod dr.", "dev prod! dr"],
  ])("%s", (_, before, text, expected) => {
    expect(stated(known(before), text)).toBe(expected);
  });

  test("is not critical in a new project", () => {
    expect(stated([], "dev prod! dr")).toBe("dev prod! dr");
  });
});

describe("R1: what lowers a guard in a pipeline", () => {
  const lowered = (before: string, after: string, gate = critical) =>
    loweredInPipeline(known(before), known(after), gate).map((guard) =>
      "environment" in guard ? `${guard.environment} ${guard.kind}` : guard.kind,
    );

  test.each([
    ["nothing", "dev test prod!", "dev test prod!", []],
    ["more critical environments", "dev test prod!", "dev test! prod!", []],
    ["not critical any longer", "dev test prod!", "dev test prod", ["prod not-critical"]],
    ["dropped", "dev test prod!", "dev test", ["prod dropped"]],
    ["replaced, even by a critical one", "dev test prod!", "dev test live!", ["prod dropped"]],
    ["two of them", "dev test! prod!", "dev live", ["test dropped", "prod dropped"]],
    ["the source dropped", "dev test prod!", "dev prod!", ["prod moved"]],
    ["every source dropped", "dev prod!", "prod!", ["prod first"]],
    ["the source replaced", "dev test prod!", "dev qa prod!", ["prod moved"]],
    ["the sources in another order", "dev test prod!", "test dev prod!", ["prod moved"]],
    ["moved to the front", "dev test prod!", "prod! dev test", ["prod first"]],
    ["a source moved behind", "dev test prod!", "dev prod! test", ["prod moved"]],
    ["an unreviewed source added", "dev prod!", "dev qa prod!", ["prod moved"]],
    ["a new first environment", "dev prod!", "qa dev prod!", ["prod moved"]],
    ["a critical source added", "dev prod!", "dev qa! prod!", []],
    ["a source for a critical one that was the first", "prod!", "dev prod!", []],
    ["one added behind", "dev prod!", "dev prod! dr", []],
    ["one behind dropped or moved", "dev prod! dr eu", "dev prod! eu", []],
    ["no critical environment, in any order", "dev test prod", "prod dev", []],
    ["an archived one comes back less guarded", "dev -prod!", "dev prod", ["prod not-critical"]],
    ["an archived one comes back as it was", "dev -prod!", "dev prod!", []],
    ["an archived one comes back as the first", "dev -prod!", "prod! dev", ["prod first"]],
    ["an archived one stays away", "dev -prod!", "dev test", []],
  ])("%s", (_, before, after, expected) => {
    expect(lowered(before, after)).toEqual(expected);
  });

  test.each([
    ["a reviewed one becomes the first", "dev test prod", "test prod", ["test first"]],
    ["the last one becomes the first", "dev test prod", "prod dev test", ["prod first"]],
    ["a reviewed source is added", "dev prod!", "dev qa prod!", []],
    ["a new first environment", "dev prod!", "qa dev prod!", ["prod moved"]],
    ["one in the middle is dropped", "dev test prod", "dev prod", []],
  ])("where every environment is reviewed: %s", (_, before, after, expected) => {
    expect(lowered(before, after, every)).toEqual(expected);
  });

  test("while the workflow is off, only critical environments are guarded", () => {
    expect(lowered("dev test prod", "prod dev", off)).toEqual([]);
    expect(lowered("dev prod!", "dev prod", off)).toEqual(["prod not-critical"]);
    expect(lowered("dev prod!", "dev qa prod!", off)).toEqual(["prod moved"]);
  });
});

describe("R1: another environment that takes what a critical one is called replaces it", () => {
  /** Reads an environment such as "dev:live/Live!": the id, the slug, and the name. */
  const called = (text: string) =>
    text.split(" ").map((word) => {
      const [id = "", slug = "", name = ""] = word.replace("!", "").split(/[:/]/);
      return { id, slug, name, critical: word.endsWith("!") };
    });
  test.each([
    ["exchanges its slug with it", "dev:dev/Dev test:prod/Test prod:test/Prod!", ["Prod"]],
    ["takes its slug while it is renamed", "dev:dev/Dev test:prod/Test prod:old/Prod!", ["Prod"]],
    ["takes its slug and is critical too", "dev:dev/Dev test:prod/Test! prod:old/Prod!", ["Prod"]],
    ["takes its name", "dev:dev/Dev test:test/PROD prod:prod/Old!", ["Prod"]],
    ["is new and takes its name", "dev:dev/Dev test:test/Test prod:prod/Old! new:new/Prod", ["Prod"]],
    ["leaves it both", "dev:dev/Dev test:qa/QA prod:live/Live!", []],
  ])("%s", (_, after, expected) => {
    const before = known("Dev Test Prod!").map((one) => ({
      ...one,
      ...{ id: one.id.toLowerCase(), slug: one.slug.toLowerCase() },
    }));
    const guards = loweredInPipeline(before, called(after), critical);
    expect(guards).toEqual(expected.map((environment) => ({ kind: "dropped", environment })));
  });

  test("a namesake that was there before is no replacement", () => {
    const before = [...known("dev prod -old!"), { ...known("x y z!")[2], id: "more", name: "old" }];
    expect(
      loweredInPipeline(
        before as KnownEnvironment[],
        called("dev:dev/dev prod:prod/prod more:z/old!"),
        critical,
      ),
    ).toEqual([]);
  });
});

describe("R14: what widens who may request", () => {
  const roles = (text: string) => (text === "" ? [] : text.split(" ")).map((id) => ({ id, name: id }));
  test.each([
    ["none to some", "", "a", false],
    ["none to none", "", "", false],
    ["fewer", "a b", "b", false],
    ["the same in another order", "a b", "b a", false],
    ["some to none, which is everyone", "a", "", true],
    ["one more", "a", "a b", true],
    ["another one", "a", "b", true],
  ])("%s", (_, before, after, widens) => {
    const guards = loweredRequesters(roles(before), roles(after));
    expect(guards).toEqual(
      widens ? [{ kind: "requesters", roles: roles(before).map(({ name }) => name) }] : [],
    );
  });
});

test.each([
  ["webhook", "record", true],
  ["webhook", "webhook", false],
  ["record", "webhook", false],
  ["record", "record", false],
])("R1: from the deployer %s to %s", (before, after, lowers) => {
  const guards = loweredDeployer({ name: "Orders", deployer: before }, { deployer: after });
  expect(guards).toEqual(lowers ? [{ kind: "deployer", integration: "Orders" }] : []);
});
