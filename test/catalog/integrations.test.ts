import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archiveIntegration } from "../../src/usecases/catalog/archive-integration.ts";
import { accepted, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { projectFixture } from "../support/projects.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const fixture = (who?: string) => projectFixture(database, who);
const ada = { id: idOf("ada"), name: "ada" };

describe("an integration", () => {
  test("is created, renamed and found", async () => {
    const { integrate, project, projectId } = await fixture();
    const { integrationId } = accepted(await integrate());
    const seen = { name: "Stock", slug: "stock" };
    accepted(await integrate({ integration: { id: integrationId, seen }, name: "Shelf", slug: "shelf" }));
    expect((await project(projectId)).integrations).toEqual(["orders", "shelf"]);
  });

  test.each([
    ["its name", { name: "ORDERS" }, "Orders"],
    ["its short name", { slug: "orders" }, "orders"],
  ])("is not created where %s is taken in its project", async (_, change, name) => {
    const { integrate } = await fixture();
    expect(refusal(await integrate(change))).toEqual({ code: "name-taken", name, archived: false });
  });

  test("when two use one short name at once, one is refused", async () => {
    const { integrate, project, projectId } = await fixture();
    const both = await Promise.all([integrate(), integrate({ name: "Stocks" })]);
    expect(both.map((result) => (result.ok ? "done" : result.refusal.code)).sort()).toEqual([
      "done",
      "name-taken",
    ]);
    expect((await project(projectId)).integrations).toEqual(["orders", "stock"]);
  });

  test("the same short name in another project is another integration", async () => {
    const { integrate, create } = await fixture();
    const { projectId } = accepted(await create());
    accepted(await integrate({ projectId, name: "Orders", slug: "orders" }));
  });

  test("when two rename it at once, the second learns who did it first", async () => {
    const { integrate, integration, clock } = await fixture();
    const rename = (name: string) =>
      integrate({
        integration: { id: integration(), seen: { name: "Orders", slug: "orders" } },
        ...{ name, slug: "orders" },
      });
    accepted(await rename("Orders 2"));
    expect(refusal(await rename("Orders 3"))).toEqual({ code: "stale", by: ada, at: clock.now });
  });

  test("is not archived while a request of it is open; then its history stays and comes back", async () => {
    const house_ = await fixture();
    const { requested, cancel, integration, project, projectId, live, environment, request } = house_;
    const number = await requested();
    const archive = () => house_.archiveIntegration(integration());
    expect(refusal(await archive())).toEqual({ code: "request-in-the-way", number });
    accepted(await cancel("dana", number));
    accepted(await archive());
    expect((await project(projectId)).integrations).toEqual([]);
    expect(refusal(await request("dana"))).toEqual({ code: "archived", what: "integration" });
    expect(refusal(await archive())).toEqual({ code: "not-found", what: "integration" });
    expect(accepted(await house_.integrate({ name: "Orders", slug: "orders" }))).toEqual({
      integrationId: integration(),
      restored: true,
      needsWebhook: false,
    });
    expect(await live(environment("staging"))).toBe("1.2.0");
    accepted(await request("dana"));
  });

  test("is not renamed to an archived one's short name, nor once it is archived", async () => {
    const { integrate, archiveIntegration: archiveIt, integration } = await fixture();
    const stock = { name: "Stock", slug: "stock" };
    const { integrationId } = accepted(await integrate(stock));
    accepted(await archiveIt(integration()));
    const renamed = await integrate({
      integration: { id: integrationId, seen: stock },
      ...{ name: "Orders", slug: "orders" },
    });
    expect(refusal(renamed)).toEqual({ code: "name-taken", name: "orders", archived: true });
    const gone = await integrate({
      integration: { id: integration(), seen: { name: "Orders", slug: "orders" } },
    });
    expect(refusal(gone)).toEqual({ code: "not-found", what: "integration" });
  });

  test("of another project is not found", async () => {
    const { integrate, create, integration, context, by: by_ } = await fixture();
    const { projectId } = accepted(await create());
    const seen = { name: "Orders", slug: "orders" };
    const renamed = await integrate({ projectId, integration: { id: integration(), seen } });
    expect(refusal(renamed)).toEqual({ code: "not-found", what: "integration" });
    const archived = await archiveIntegration(context, { ...by_, projectId, integrationId: integration() });
    expect(refusal(archived)).toEqual({ code: "not-found", what: "integration" });
  });
});
