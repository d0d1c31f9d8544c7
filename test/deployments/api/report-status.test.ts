import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { type ApiFixture, apiFixture } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** A fixture whose deployers hold the report token `sgr_it`. */
async function reported(): Promise<ApiFixture & { statusPath: string }> {
  let organizationId = "";
  const fixture = await apiFixture(database, {}, { readReportToken: () => organizationId });
  organizationId = fixture.organizationId;
  const { deploymentId } = await fixture.promoting();
  return { ...fixture, statusPath: `/deployments/${deploymentId}/status` };
}

describe("a report on a deployment of a request says in notes what is not stored as it was sent", () => {
  const cut = { field: "reason", note: "Cut to 3000 characters." };
  const removed = { field: "link", note: "Signoff removed the user name from this link." };
  const link = "https://ci@evil.example/runs/1";

  test.each([
    ["a reason that is too long", { status: "failed", reason: "x".repeat(3001) }, [cut]],
    ["a link with a user name", { status: "in progress", link }, [removed]],
    [
      "a link with a user name and a password, and a long reason of many bytes",
      { status: "failed", reason: "🚀".repeat(3001), link: "https://me:token@ci.example/runs/1" },
      [removed, cut],
    ],
    ["nothing", { status: "failed", reason: "no disk", link: "https://ci.example/runs/1" }, []],
    ["the reason of a success, which has none", { status: "succeeded", reason: "x".repeat(3001) }, []],
  ])("%s", async (_, report, notes) => {
    for (const token of [undefined, "sgr_it"]) {
      const fixture = await reported();
      const { status, body } = await fixture.post(fixture.statusPath, report, token ? { token } : {});
      expect([status, body.notes]).toEqual([200, notes]);
      const repeated = await fixture.post(fixture.statusPath, report, token ? { token } : {});
      expect(repeated.body).toMatchObject({ changed: false, notes });
    }
  });

  test("what is stored is what the notes say", async () => {
    const fixture = await reported();
    await fixture.post(fixture.statusPath, { status: "failed", reason: "x".repeat(4000), link });
    const entry = (await fixture.audit()).filter(({ action }) => action === "deployment.reported").at(-1);
    expect(entry?.after).toMatchObject({
      reason: expect.stringMatching(/^x{2999}…$/),
      link: "https://evil.example/runs/1",
    });
  });

  test("the OpenAPI document describes them", async () => {
    const { get } = await apiFixture(database);
    const { body } = await get("/openapi.json");
    const { required, properties } = body.components.schemas.ReportedDeployment;
    expect(required).toContain("notes");
    expect(properties.notes.type).toBe("array");
  });
});
