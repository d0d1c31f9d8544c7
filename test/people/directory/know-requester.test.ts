import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { knowRequesters } from "../../../src/directory/know-requester.ts";
import type { SlackUser } from "../../../src/directory/slack-user.ts";
import { getMember } from "../../../src/queries/people/get-member.ts";
import { buildCatalog, type Catalog, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let database: TestDatabase;
let fixture: Catalog;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());
beforeEach(async () => {
  fixture = await buildCatalog(database);
});

function asking(findByEmail: (email: string) => Promise<SlackUser | undefined>) {
  const find = vi.fn(findByEmail);
  const knowMember = vi.fn(async () => {});
  const know = knowRequesters({ context: fixture.context, findByEmail: find, knowMember });
  return { find, knowMember, know: (named: string) => know(fixture.organizationId, named) };
}

const eve = (): SlackUser => ({
  ...{ id: "UEVE", team_id: fixture.organizationId, name: "eve", tz: "Europe/Berlin" },
  profile: { email: "eve@acme.example", display_name: "eve" },
});

test("a person who never used Signoff is looked up in Slack by address, once", async () => {
  const { find, know } = asking(async () => eve());
  await know("eve@acme.example");
  expect(await getMember(fixture.context.db, fixture.organizationId, "UEVE")).toMatchObject({
    status: "active",
  });
  await know("Eve@acme.example");
  expect(find).toHaveBeenCalledTimes(1);
});

test("a known person is refreshed as for a click", async () => {
  const { find, knowMember, know } = asking(async () => undefined);
  await know("dana@acme.example");
  await know(idOf("bob"));
  expect(find).not.toHaveBeenCalled();
  expect(knowMember.mock.calls).toEqual([
    [fixture.organizationId, idOf("dana")],
    [fixture.organizationId, idOf("bob")],
  ]);
});

test("an address that Slack does not know is not looked up at every call", async () => {
  const { find, knowMember, know } = asking(async () => undefined);
  for (let n = 0; n < 5; n++) {
    await know("nobody@acme.example");
    await know("UNOBODY");
    await know("not an id");
  }
  expect(find).toHaveBeenCalledTimes(1);
  expect(knowMember).toHaveBeenCalledTimes(1);
  fixture.later({ hours: 1 });
  await know("nobody@acme.example");
  expect(find).toHaveBeenCalledTimes(2);
});

test("if Slack does not respond the call continues, and the next call looks again", async () => {
  const { find, know } = asking(async () => {
    throw new Error("no route");
  });
  await know("eve@acme.example");
  await know("eve@acme.example");
  expect(find).toHaveBeenCalledTimes(2);
});
