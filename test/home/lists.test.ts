import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  countWaitingFor,
  listPast,
  listPending,
  type PastCursor,
  type PendingCursor,
} from "../../src/queries/requests/list-requests.ts";
import {
  accepted,
  buildCatalog,
  type Catalog,
  type CatalogOptions,
  commerce,
  idOf,
} from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database?.drop());

/** Creates this many integrations in Commerce and in Finance, each with something to promote. */
function projects(count: number): NonNullable<CatalogOptions["projects"]> {
  const [orders] = commerce.integrations;
  if (orders === undefined) throw new Error("no integration");
  const integrations = Array.from({ length: count }, (_, i) => ({
    ...orders,
    slug: `orders-${i}`,
    name: `Orders ${i}`,
    // The catalog's own requests are for build 3 of the first integration.
    builds: [
      ...orders.builds.map((build) => ({ ...build, id: `${i}-${build.id}` })),
      ...(i === 0 ? orders.builds : []),
    ],
    live: { development: `${i}-3`, staging: `${i}-2`, production: `${i}-1` },
  }));
  return [
    { ...commerce, integrations },
    { ...commerce, slug: "finance", name: "Finance", integrations },
  ];
}

/** Requests the promotion of an integration to Staging. */
async function ask(fixture: Catalog, name: string, i: number, project = "commerce"): Promise<number> {
  const asked = await fixture.request(name, {
    integrationId: fixture.integration(`orders-${i}`, project),
    targetId: fixture.environment("staging", project),
    buildId: fixture.build(`${i}-3`, project),
  });
  return accepted(asked).number;
}

const day = 86_400_000;

const listInput = (fixture: Catalog, name: string, size = 10, projectId: string | null = null) => ({
  organizationId: fixture.organizationId,
  viewerId: idOf(name),
  projectId,
  size,
  now: fixture.clock.now,
});

const pending = async (fixture: Catalog, name: string, cursor: PendingCursor | null = null, size = 10) => {
  const page = await listPending(fixture.context.db, listInput(fixture, name, size), cursor);
  return { ...page, shown: page.lines.map(({ group, number }) => `${group} ${number}`) };
};

const past = async (fixture: Catalog, cursor: PastCursor | null = null, size = 10) => {
  const page = await listPast(fixture.context.db, listInput(fixture, "bob", size), cursor);
  return { ...page, shown: page.lines.map(({ number }) => number) };
};

const waitingFor = (fixture: Catalog, name: string) =>
  countWaitingFor(fixture.context.db, fixture.organizationId, idOf(name), fixture.clock.now);

describe("Pending", () => {
  test("requests to review come first, then own requests, then the rest; oldest first", async () => {
    const fixture = await buildCatalog(database, {
      projects: projects(3),
      reviewers: ["bob", "carol", "erin"],
      options: { requiredApprovals: 2 },
    });
    const byBob = await ask(fixture, "bob", 0);
    const byDana = await ask(fixture, "dana", 1);
    const byDora = await ask(fixture, "dora", 2);
    const inFinance = await ask(fixture, "dana", 0, "finance");
    accepted(await fixture.review("bob", byDora, "approve"));
    expect((await pending(fixture, "bob")).shown).toEqual([
      `review ${byDana}`,
      `review ${inFinance}`,
      `asked ${byBob}`,
      `rest ${byDora}`,
    ]);
    expect((await pending(fixture, "dana")).shown).toEqual([
      `asked ${byDana}`,
      `asked ${inFinance}`,
      `rest ${byBob}`,
      `rest ${byDora}`,
    ]);
    expect(await waitingFor(fixture, "bob")).toBe(2);
    expect(await waitingFor(fixture, "carol")).toBe(4);
    expect(await waitingFor(fixture, "dana")).toBe(0);
    expect(await waitingFor(fixture, "nobody")).toBe(0);
  });

  test("R4: a role for one project, assignees, and R5 where the workflow allows self-review", async () => {
    const fixture = await buildCatalog(database, {
      projects: projects(2),
      reviewers: ["bob", "carol", "erin"],
    });
    const mine = await ask(fixture, "bob", 0);
    const theirs = await ask(fixture, "dana", 0, "finance");
    await fixture.seed({
      roles: [
        {
          name: "Reviewer",
          members: [
            { memberId: idOf("bob"), projects: ["finance"] },
            { memberId: idOf("carol"), projects: null },
            { memberId: idOf("erin"), projects: null },
          ],
        },
      ],
    });
    expect((await pending(fixture, "bob")).shown).toEqual([`review ${theirs}`, `asked ${mine}`]);
    await fixture.saveWorkflow({ assignees: ["carol"] });
    expect(await waitingFor(fixture, "bob")).toBe(0);
    expect(await waitingFor(fixture, "erin")).toBe(0);
    expect(await waitingFor(fixture, "carol")).toBe(2);
    await fixture.saveWorkflow({ assignees: [], options: { selfReview: true } });
    await fixture.seed({
      roles: [{ name: "Reviewer", members: [{ memberId: idOf("bob"), projects: null }] }],
    });
    expect((await pending(fixture, "bob")).shown).toEqual([`review ${mine}`, `review ${theirs}`]);
    await fixture.people(["bob"], "guest");
    expect(await waitingFor(fixture, "bob")).toBe(0);
    expect((await pending(fixture, "bob")).shown).toEqual([`asked ${mine}`, `rest ${theirs}`]);
  });

  test("R5: the creator of the token counts as the requester of its requests", async () => {
    const fixture = await buildCatalog(database, { projects: projects(1) });
    const number = accepted(
      await fixture.request("dana", {
        actor: { kind: "token", tokenId: "t1", name: "CI", memberId: idOf("dana"), makerId: idOf("bob") },
        integrationId: fixture.integration("orders-0"),
        targetId: fixture.environment("staging"),
        buildId: fixture.build("0-3"),
      }),
    ).number;
    expect((await pending(fixture, "bob")).shown).toEqual([`asked ${number}`]);
    expect((await pending(fixture, "carol")).shown).toEqual([`review ${number}`]);
  });

  test("pages of keys lead on and back over the parts of the list, and no line is lost or shown twice", async () => {
    const fixture = await buildCatalog(database, { projects: projects(4) });
    for (const [i, name] of ["dana", "bob", "dana", "bob"].entries()) await ask(fixture, name, i);
    for (const [i, name] of ["dora", "bob", "dora", "bob"].entries()) await ask(fixture, name, i, "finance");
    const all = (await pending(fixture, "bob", null, 100)).shown;
    expect(all).toHaveLength(8);
    const forth: string[][] = [];
    let cursor: PendingCursor | null = null;
    let last = await pending(fixture, "bob", cursor, 3);
    expect(last.previous).toBeNull();
    for (;;) {
      forth.push(last.shown);
      cursor = last.next;
      if (cursor === null) break;
      last = await pending(fixture, "bob", cursor, 3);
      expect(last.previous).not.toBeNull();
    }
    expect(forth).toEqual([all.slice(0, 3), all.slice(3, 6), all.slice(6)]);
    const back: string[][] = [last.shown];
    while (last.previous !== null) {
      last = await pending(fixture, "bob", last.previous, 3);
      expect(last.next).not.toBeNull();
      back.unshift(last.shown);
    }
    expect(back).toEqual(forth);
  });

  test("R11: an expired request is no longer pending, whether or not it was recorded", async () => {
    const fixture = await buildCatalog(database, { projects: projects(2) });
    const old = await ask(fixture, "dana", 0);
    fixture.clock.now = new Date(fixture.clock.now.getTime() + 6.5 * day);
    const fresh = await ask(fixture, "dana", 1);
    fixture.clock.now = new Date(fixture.clock.now.getTime() + day);
    expect((await pending(fixture, "bob")).shown).toEqual([`review ${fresh}`]);
    expect(await waitingFor(fixture, "bob")).toBe(1);
    const shown = await past(fixture);
    expect(shown.lines[0]).toMatchObject({ number: old, state: "expired" });
    expect(shown.lines[0]?.endedAt).toEqual((await fixture.state(old)).expiresAt);
  });

  test("an empty page says whether there was ever a request", async () => {
    const fixture = await buildCatalog(database, { projects: projects(1) });
    expect(await pending(fixture, "bob")).toMatchObject({ lines: [], everAsked: false });
    const number = await ask(fixture, "dana", 0);
    accepted(await fixture.cancel("dana", number));
    expect(await pending(fixture, "bob")).toMatchObject({ lines: [], everAsked: true });
  });
});

describe("Past", () => {
  test("shows decided and closed requests, latest first, with the person and the time", async () => {
    const fixture = await buildCatalog(database, { projects: projects(4) });
    const tick = () => {
      fixture.clock.now = new Date(fixture.clock.now.getTime() + 60_000);
    };
    const approved = await ask(fixture, "dana", 0);
    const rejected = await ask(fixture, "dana", 1);
    const cancelled = await ask(fixture, "dana", 2);
    await ask(fixture, "dana", 3);
    tick();
    accepted(await fixture.cancel("dana", cancelled));
    tick();
    accepted(await fixture.review("carol", rejected, "reject"));
    tick();
    accepted(await fixture.review("bob", approved, "approve"));
    const { lines, shown } = await past(fixture);
    expect(shown).toEqual([approved, rejected, cancelled]);
    expect(
      lines.map(({ state, decision, cancelled: end }) => [state, (end ?? decision)?.by.person?.name]),
    ).toEqual([
      ["approved", "bob"],
      ["rejected", "carol"],
      ["cancelled", "dana"],
    ]);
    expect(lines[0]?.endedAt).toEqual(fixture.clock.now);
    const { deploymentId } = accepted(await fixture.promote("dora", approved));
    expect((await past(fixture)).lines[0]).toMatchObject({ number: approved, state: "promoting" });
    tick();
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect((await past(fixture)).lines[0]).toMatchObject({
      number: approved,
      state: "promoted",
      endedAt: fixture.clock.now,
    });
  });

  test("pages of keys lead on and back, over moments that many share", async () => {
    const fixture = await buildCatalog(database, { projects: projects(7) });
    const numbers: number[] = [];
    for (let i = 0; i < 7; i += 1) numbers.push(await ask(fixture, "dana", i));
    for (const [i, number] of numbers.entries()) {
      if (i === 4) fixture.clock.now = new Date(fixture.clock.now.getTime() + 60_000);
      accepted(await fixture.cancel("dana", number));
    }
    const all = (await past(fixture, null, 100)).shown;
    expect(all).toEqual([...numbers].reverse());
    const first = await past(fixture, null, 3);
    const second = await past(fixture, first.next, 3);
    const third = await past(fixture, second.next, 3);
    expect([first, second, third].map(({ shown }) => shown)).toEqual([
      all.slice(0, 3),
      all.slice(3, 6),
      all.slice(6),
    ]);
    expect([first.previous, third.next]).toEqual([null, null]);
    const back = await past(fixture, third.previous, 3);
    expect(back.shown).toEqual(second.shown);
    expect((await past(fixture, back.previous, 3)).shown).toEqual(first.shown);
  });

  test("shows only one project's on request", async () => {
    const fixture = await buildCatalog(database, { projects: projects(1) });
    const here = await ask(fixture, "dana", 0);
    const there = await ask(fixture, "dana", 0, "finance");
    const { db } = fixture.context;
    const place = (await fixture.state(there)).projectId;
    const narrowed = listInput(fixture, "bob", 10, place);
    expect((await listPending(db, narrowed, null)).lines.map(({ number }) => number)).toEqual([there]);
    for (const number of [here, there]) accepted(await fixture.cancel("dana", number));
    expect((await listPast(db, narrowed, null)).lines.map(({ number }) => number)).toEqual([there]);
  });
});

test("with very many past requests every list and count reads by an index", async () => {
  // One connection, because the test counts its statements.
  const alone = await testDatabase({ max: 1 });
  try {
    const fixture = await buildCatalog(alone, { projects: projects(1) });
    const number = await ask(fixture, "dana", 0);
    const { projectId } = await fixture.state(number);
    await fill(fixture, Number(process.env.PAST_REQUESTS ?? 20_000), 5_000);
    const { db } = fixture.context;
    const before = await sequentialScans(db);
    const slowest = await timed([
      () => waitingFor(fixture, "bob"),
      ...[null, projectId].flatMap((of) => [
        async () => {
          const asking = listInput(fixture, "bob", 10, of);
          const first = await listPast(db, asking, null);
          const next = await listPast(db, asking, first.next);
          expect([first.lines.length, next.lines.length]).toEqual([10, 10]);
          await listPast(db, asking, next.previous);
        },
        async () => {
          const asking = listInput(fixture, "carol", 10, of);
          const first = await listPending(db, asking, null);
          const rest = { from: "after", group: "rest", number: 0 } as const;
          expect([first.lines.length, first.lines[0]?.group]).toEqual([10, "review"]);
          await listPending(db, asking, first.next);
          await listPending(db, asking, rest);
        },
      ]),
    ]);
    expect(await sequentialScans(db)).toBe(before);
    expect(slowest).toBeLessThan(1_000);
  } finally {
    await alone.drop();
  }
}, 300_000);

/**
 * Copies the only request: this many rejected ones, and this many pending ones, each as if for a separate
 * target.
 */
async function fill({ context: { db } }: Catalog, past: number, waiting: number): Promise<void> {
  const copies = (from: number, count: number, changes: string) =>
    sql.raw(`insert into requests select c.* from requests r cross join generate_series(1, ${count}) as i,
      lateral jsonb_populate_record(r, jsonb_build_object('number', ${from} + i, ${changes})) c where r.number = 1`);
  await db.transaction(async (tx) => {
    await tx.execute(sql`set local statement_timeout = '280s'`);
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(
      copies(
        100,
        past,
        `'state', 'rejected', 'outcome', 'rejected', 'expires_at', null, 'decided_by', r.requested_by,
         'decided_at', r.created_at - i * interval '1 minute'`,
      ),
    );
    await tx.execute(
      sql.raw(`insert into environments select c.* from environments e
        join requests r on r.number = 1 and r.target_id = e.id cross join generate_series(1, ${waiting}) as i,
        lateral jsonb_populate_record(e, jsonb_build_object('id', md5(i::text), 'slug', i, 'position', 100 + i)) c`),
    );
    await tx.execute(copies(10_000_000, waiting, `'target_id', md5(i::text)`));
  });
  await db.execute(sql`analyze`);
}

async function sequentialScans(db: Catalog["context"]["db"]): Promise<number> {
  await db.execute(sql`select pg_stat_force_next_flush()`);
  const [row] = await db.execute<{ scans: string }>(
    sql`select seq_scan as scans from pg_stat_user_tables where relname = 'requests'`,
  );
  return Number(row?.scans);
}

/** Returns the duration of the slowest of these, in milliseconds. */
async function timed(work: (() => Promise<unknown>)[]): Promise<number> {
  let slowest = 0;
  for (const one of work) {
    const started = performance.now();
    await one();
    slowest = Math.max(slowest, performance.now() - started);
  }
  return slowest;
}
