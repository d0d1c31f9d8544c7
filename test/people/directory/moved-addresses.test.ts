import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { knowRequesters } from "../../../src/directory/know-requester.ts";
import type { SlackUser } from "../../../src/directory/slack-user.ts";
import { findMember } from "../../../src/queries/people/find-member.ts";
import { getMember } from "../../../src/queries/people/get-member.ts";
import { getMemberByEmail } from "../../../src/queries/people/get-member-by-email.ts";
import { type SavedMember, saveMembers } from "../../../src/usecases/people/save-members.ts";
import { buildCatalog, type Catalog, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let database: TestDatabase;
let fixture: Catalog;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  fixture = await buildCatalog(database);
  await database.database.sql`delete from outbox`;
});
afterAll(() => database?.drop());

const person = (name: string, change: Partial<SavedMember> = {}): SavedMember => ({
  ...{ organizationId: fixture.organizationId, id: idOf(name), name, email: `${name}@acme.example` },
  ...{ timeZone: "Europe/Berlin", status: "active" as const },
  ...change,
});
const emailOf = async (name: string) =>
  (await getMember(fixture.context.db, fixture.organizationId, idOf(name)))?.email;
const holderOf = async (email: string) =>
  (await getMemberByEmail(fixture.context.db, fixture.organizationId, email))?.id;
const readAgain = async () =>
  (await fixture.outbox("refresh-member")).map(
    ({ payload }) => payload as { userId: string; moved?: boolean },
  );

test.each(["bob@acme.example", "Bob@ACME.example"])(
  "an address that moved (%s) is the newer holder's, and the older one is read again",
  async (email) => {
    fixture.later({ ms: 5 * 60_000 });
    await saveMembers(fixture.context, [person("newbob", { email })]);
    expect(await holderOf("bob@acme.example")).toBe(idOf("newbob"));
    expect(
      (await findMember(fixture.context.db, "BOB@acme.example")).map((found) => found.person.id),
    ).toContain(idOf("newbob"));
    expect(await emailOf("bob")).toBeNull();
    expect(await readAgain()).toEqual([{ userId: idOf("bob"), moved: true }]);
  },
);

test("a guest who gets the address takes it, too; a stranger, who has it in another workspace, does not", async () => {
  await saveMembers(fixture.context, [person("gus", { email: "bob@acme.example", status: "stranger" })]);
  expect(await emailOf("bob")).toBe("bob@acme.example");
  await saveMembers(fixture.context, [person("gail", { email: "bob@acme.example", status: "guest" })]);
  expect(await emailOf("bob")).toBeNull();
});

test("a read that is older than the stored one takes nothing, and gives up its own copy", async () => {
  const asOf = fixture.clock.now;
  fixture.later({ ms: 5 * 60_000 });
  await saveMembers(fixture.context, [person("bob")]);
  await saveMembers(fixture.context, [person("oldbob", { email: "bob@acme.example" })], { asOf });
  expect(await emailOf("bob")).toBe("bob@acme.example");
  expect(await emailOf("oldbob")).toBeNull();
});

test("two people who exchange addresses have each other's, whatever the order", async () => {
  fixture.later({ ms: 1 * 60_000 });
  await Promise.all([
    saveMembers(fixture.context, [person("bob", { email: "carol@acme.example" })]),
    saveMembers(fixture.context, [person("carol", { email: "bob@acme.example" })]),
  ]);
  fixture.later({ ms: 1 * 60_000 });
  await saveMembers(fixture.context, [
    person("bob", { email: "carol@acme.example" }),
    person("carol", { email: "bob@acme.example" }),
  ]);
  expect([await emailOf("bob"), await emailOf("carol")]).toEqual(["carol@acme.example", "bob@acme.example"]);
});

test("if Slack gives an address to two people, reading them again ends", async () => {
  fixture.later({ ms: 5 * 60_000 });
  await saveMembers(fixture.context, [person("newbob", { email: "bob@acme.example" })]);
  await database.database.sql`delete from outbox`;
  await saveMembers(fixture.context, [person("bob")], { because: "moved" });
  expect(await readAgain()).toEqual([]);
});

test("R5, R14: a requester by email whose address moved is found, also where an earlier version stored it twice", async () => {
  const newBob: SlackUser = {
    ...{ id: idOf("newbob"), team_id: fixture.organizationId, name: "newbob" },
    profile: { email: "bob@acme.example" },
  };
  const { sql } = database.database;
  await saveMembers(fixture.context, [person("newbob", { email: null })]);
  await sql`update members set email = 'bob@acme.example' where id = ${idOf("newbob")}`;
  expect(await holderOf("bob@acme.example")).toBeUndefined();
  fixture.later({ ms: 1 * 60_000 });
  const know = knowRequesters({
    ...{ context: fixture.context, findByEmail: async () => newBob, knowMember: async () => {} },
  });
  await know(fixture.organizationId, "Bob@acme.example");
  expect(await holderOf("bob@acme.example")).toBe(idOf("newbob"));
});

test("a stored holder who turns out to have another address is not taken for the new one", async () => {
  const findByEmail = vi.fn(
    async (): Promise<SlackUser> => ({
      ...{ id: idOf("newbob"), team_id: fixture.organizationId, name: "newbob" },
      profile: { email: "bob@acme.example" },
    }),
  );
  const knowMember = async () =>
    saveMembers(fixture.context, [person("bob", { email: "robert@acme.example" })]);
  fixture.later({ hours: 1 });
  await knowRequesters({ context: fixture.context, findByEmail, knowMember })(
    fixture.organizationId,
    "bob@acme.example",
  );
  expect(findByEmail).toHaveBeenCalledTimes(1);
  expect(await holderOf("bob@acme.example")).toBe(idOf("newbob"));
});
