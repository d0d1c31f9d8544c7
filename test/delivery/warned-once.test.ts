import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBreakers } from "../../src/compose/breakers.ts";
import { createLog } from "../../src/lib/log.ts";
import type { Warning } from "../../src/outbox/items.ts";
import { getOutage } from "../../src/queries/delivery/get-outage.ts";
import { pauseSending } from "../../src/usecases/delivery/pause-sending.ts";
import { refuseAddress } from "../../src/usecases/delivery/refuse-address.ts";
import { resumeSending } from "../../src/usecases/delivery/resume-sending.ts";
import { checkWarning, reportUntold } from "../../src/usecases/delivery/tell-admins.ts";
import { warnAdmins } from "../../src/usecases/delivery/warn-admins.ts";
import { buildCatalog, type Catalog, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type FaultyStack, startFaultyStack } from "./support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const reason = "Resend refused the address: Invalid `to` field";

describe("a warning counts as told once it was sent", () => {
  let stack: FaultyStack;
  beforeAll(async () => {
    stack = await startFaultyStack();
  });
  afterAll(() => stack?.stop());

  test("no admin got it: it does not count as told, and the next check sends it again", async () => {
    const { context, organizationId } = stack.app;
    const warnings = () =>
      stack.texts("ada").filter((text) => text.includes("No email reaches Bob Reviewer"));
    stack.slack.faults.fail("chat.postMessage", { error: "restricted_action" });
    await refuseAddress(context, organizationId, "bob@acme.example", reason);
    await stack.settle();
    expect(warnings()).toEqual([]);
    for (const _ of ["told", "told before"]) {
      await warnAdmins(context, organizationId);
      await stack.settle();
      expect(warnings()).toHaveLength(1);
    }
    expect(stack.slack.violations).toEqual([]);
  });
});

/** Adds a warning to two admins with these outcomes. Null means that the message is still open. */
async function warned(fixture: Catalog, outcomes: Record<string, "done" | "dead" | null>) {
  const { context, organizationId } = fixture;
  await fixture.hold("Admin", ["ada", "dora"]);
  await refuseAddress(context, organizationId, "bob@acme.example", reason);
  const items = await fixture.outbox("send-admin-message");
  expect(items).toHaveLength(2);
  for (const { key, payload } of items) {
    const { recipientId } = payload as Warning;
    const outcome = Object.entries(outcomes).find(([name]) => idOf(name) === recipientId)?.[1] ?? null;
    await database.database.sql`
      update outbox set outcome = ${outcome}, settled_at = ${outcome === null ? null : new Date()}
      where organization_id = ${organizationId} and key = ${key}`;
  }
  const payload = items[0]?.payload as Warning;
  const subjects = async () => {
    const rows = await database.database.sql<{ subject: string }[]>`
      select subject from warnings where organization_id = ${organizationId} order by subject`;
    return rows.map(({ subject }) => subject);
  };
  return { payload, subjects, check: () => checkWarning(context, organizationId, payload) };
}

const both = ["address:bob@acme.example", "told:address:bob@acme.example"];

describe("of several admins", () => {
  test("one admin who got it is enough", async () => {
    const { check, subjects } = await warned(await buildCatalog(database), { ada: "dead", dora: "done" });
    expect(await check()).toEqual({ sending: false });
    expect(await subjects()).toEqual(both);
  });

  test("it waits for an admin whose message is still being sent", async () => {
    const { check, subjects } = await warned(await buildCatalog(database), { ada: "dead", dora: null });
    expect(await check()).toEqual({ sending: true });
    expect(await subjects()).toEqual(both);
  });

  test("when none got it the refusal stays noted, and is untold", async () => {
    const { check, subjects } = await warned(await buildCatalog(database), { ada: "dead", dora: "dead" });
    expect(await check()).toEqual({ sending: false });
    expect(await subjects()).toEqual(both.slice(0, 1));
  });

  test("two that fail at once have it looked at once", async () => {
    const fixture = await buildCatalog(database);
    const { payload } = await warned(fixture, { ada: null, dora: null });
    const { context, organizationId } = fixture;
    await Promise.all([1, 2].map(() => reportUntold(context, organizationId, payload)));
    const looks = await fixture.outbox("check-warning");
    expect(looks.filter(({ key }) => key !== "digest")).toHaveLength(1);
  });
});

test("without an admin, a refusal does not count as told until there is one", async () => {
  const fixture = await buildCatalog(database);
  const { context, organizationId } = fixture;
  await fixture.people(["ada"], "deactivated");
  await refuseAddress(context, organizationId, "bob@acme.example", reason);
  expect(await fixture.outbox("send-admin-message")).toEqual([]);
  await fixture.people(["ada"]);
  await warnAdmins(context, organizationId);
  expect(await fixture.outbox("send-admin-message")).toHaveLength(1);
});

describe("several replicas", () => {
  const log = createLog("silent");

  /** The circuit breakers of two replicas, and how often each called Slack. */
  async function replicas() {
    const fixture = await buildCatalog(database);
    let accepts = false;
    let asked = 0;
    const test = async () => {
      asked += 1;
      if (!accepts) throw new Error("invalid_auth");
      return {};
    };
    const clients = { people: { auth: { test } } } as unknown as Parameters<typeof createBreakers>[1];
    const gates = [
      createBreakers(fixture.context, clients, log),
      createBreakers(fixture.context, clients, log),
    ];
    return {
      fixture,
      enter: () => Promise.all(gates.map(({ slack }) => slack.enter(fixture.organizationId))),
      asked: () => asked,
      accept: () => {
        accepts = true;
      },
    };
  }

  test("find the stop that one of them noted, and ask once a minute, all together", async () => {
    const { fixture, enter, asked, accept } = await replicas();
    const { context, organizationId } = fixture;
    const stops = [1, 2].map(() =>
      pauseSending(context, organizationId, "slack", "Slack says token_revoked"),
    );
    expect((await Promise.all(stops)).filter(({ fresh }) => fresh)).toHaveLength(1);
    const waiting = { kind: "postponed", reason: "Slack says token_revoked" };
    expect(await enter()).toMatchObject([waiting, waiting]);
    expect(asked()).toBe(0);
    fixture.later({ ms: 60_000 });
    expect(await enter()).toMatchObject([waiting, waiting]);
    expect(await enter()).toMatchObject([waiting, waiting]);
    expect(asked()).toBe(1);
    fixture.later({ ms: 60_000 });
    accept();
    await enter();
    expect(await enter()).toEqual(["send", "send"]);
    expect(asked()).toBe(2);
    expect(await getOutage(context.db, organizationId, "slack")).toBeUndefined();
  });

  test("resume once: what waited is due, what waits for something else is not", async () => {
    const { fixture } = await replicas();
    const { context, organizationId } = fixture;
    await fixture.requested();
    const { sql } = database.database;
    await pauseSending(context, organizationId, "email", "refused");
    const [item] = await fixture.outbox("request-changed");
    if (item === undefined) throw new Error("nothing to tell");
    const later = new Date(Date.now() + 600_000);
    await sql`update outbox set available_at = ${later}, reason = 'another' where organization_id = ${organizationId}`;
    await sql`update outbox set reason = 'refused' where organization_id = ${organizationId} and key = ${item.key}`;
    const resumed = [1, 2].map(() => resumeSending(context, organizationId, "email"));
    expect((await Promise.all(resumed)).filter((waited) => waited !== null)).toEqual([1]);
    const rows = await sql<{ key: string }[]>`
      select key from outbox where organization_id = ${organizationId} and available_at <= now()`;
    expect(rows.map(({ key }) => key)).toEqual([item.key]);
  });
});
