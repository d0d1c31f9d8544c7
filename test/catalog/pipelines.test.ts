import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import { accepted, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { fresh, projectFixture } from "../support/projects.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const fixture = (who?: string) => projectFixture(database, who);

describe("a pipeline", () => {
  const reversed = (now: Environment[]) => [...now].reverse();
  const insertAfter = (slug: string, added: Environment) => (now: Environment[]) =>
    now.flatMap((one) => (one.slug === slug ? [one, added] : [one]));

  test("is reordered, and what is promoted next follows", async () => {
    const { pipeline, project, projectId, request, environment, build } = await fixture();
    accepted(await pipeline(reversed));
    expect((await project(projectId)).environments).toEqual(["production!", "staging", "development"]);
    accepted(await request("dana", { targetId: environment("staging"), buildId: build("1") }));
  });

  test.each([
    ["one put between its source and its target", insertAfter("development", fresh("qa"))],
    ["its source archived", (now: Environment[]) => now.slice(1)],
    ["its target archived", (now: Environment[]) => now.filter(({ slug }) => slug !== "staging")],
    ["the order turned round", reversed],
  ])("with an open request, %s is refused and names it", async (_, change) => {
    const { requested, pipeline, allRows } = await fixture();
    const number = await requested();
    const before = await allRows();
    expect(refusal(await pipeline(change))).toEqual({ code: "request-in-the-way", number });
    expect(await allRows()).toEqual(before);
  });

  test.each(["approved", "promoting", "failed"] as const)(
    "a request that is %s is in the way too",
    async (wanted) => {
      const { approved, promote, report, pipeline } = await fixture();
      const number = await approved();
      if (wanted !== "approved") {
        const { deploymentId } = accepted(await promote("dana", number));
        if (wanted === "failed")
          accepted(await report(deploymentId, { status: "failed", reason: "no space" }));
      }
      expect(refusal(await pipeline(reversed))).toEqual({ code: "request-in-the-way", number });
    },
  );

  test("R11: one that has expired is not in the way, written down or not", async () => {
    const { requested, pipeline, later } = await fixture();
    await requested();
    later({ days: 30 });
    accepted(await pipeline(reversed));
  });

  test("an open request elsewhere in it is not in the way", async () => {
    const { requested, pipeline, environment, build, project, projectId } = await fixture();
    await requested({ targetId: environment("production"), buildId: build("2") });
    accepted(await pipeline(insertAfter("development", fresh("qa"))));
    expect((await project(projectId)).environments).toEqual(["development", "qa", "staging", "production!"]);
  });

  test("a request and a change of the pipeline at once: they never part its environments", async () => {
    for (let round = 0; round < 5; round++) {
      const { request, pipeline, editing, state } = await fixture();
      const { version } = await editing();
      const [asked, changed] = await Promise.all([
        request("dana"),
        pipeline((now) => now.filter(({ slug }) => slug !== "staging"), version),
      ]);
      if (asked.ok) {
        expect(refusal(changed)).toEqual({ code: "request-in-the-way", number: asked.value.number });
        expect(await state(asked.value.number)).toMatchObject({ state: "pending" });
      } else {
        expect(asked.refusal).toEqual({ code: "not-found", what: "environment" });
        accepted(changed);
      }
    }
  });

  test("an archived environment is in no pipeline, and comes back under its short name as itself", async () => {
    const {
      archiveEnvironment: archiveIt,
      pipeline,
      project,
      projectId,
      environment,
      live,
    } = await fixture();
    accepted(await archiveIt("staging"));
    expect((await project(projectId)).environments).toEqual(["development", "production!"]);
    accepted(await pipeline(insertAfter("development", fresh("staging", { name: "Stage two" }))));
    expect((await project(projectId)).environmentIds[1]).toBe(environment("staging"));
    expect((await project(projectId)).environments).toEqual(["development", "staging", "production!"]);
    expect(await live(environment("staging"))).toBe("1.2.0");
  });

  test("the last environment is not archived, and one that is gone is not there", async () => {
    const { archiveEnvironment: archiveIt } = await fixture();
    accepted(await archiveIt("staging"));
    expect(refusal(await archiveIt("staging"))).toEqual({ code: "not-found", what: "environment" });
    accepted(await archiveIt("production"));
    expect(refusal(await archiveIt("development"))).toEqual({ code: "too-few-environments" });
  });

  test("an environment is renamed and keeps what is live, but not to an archived one's short name", async () => {
    const {
      archiveEnvironment: archiveIt,
      pipeline,
      project,
      projectId,
      environment,
      live,
    } = await fixture();
    const rename = (from: string, slug: string) => (now: Environment[]) =>
      now.map((one) => (one.slug === from ? { ...one, slug, name: slug } : one));
    accepted(await pipeline(rename("development", "dev")));
    expect((await project(projectId)).environments[0]).toBe("dev");
    expect(await live(environment("development"))).toBe("1.3.0");
    accepted(await archiveIt("staging"));
    const taken = refusal(await pipeline(rename("dev", "staging")));
    expect(taken).toEqual({ code: "name-taken", name: "staging", archived: true });
    expect(refusal(await pipeline(rename("dev", "production")))).toMatchObject({ code: "name-taken" });
  });
});
