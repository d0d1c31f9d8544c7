import { type AddressInfo, createServer, connect as dial } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { connect } from "./connect.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({ max: 2 });
});

afterAll(() => database?.drop());

/** Begins a transaction whose connection the server ends while it waits for a statement. */
async function cut(): Promise<unknown> {
  const { db, sql: other } = database.database;
  return db.transaction(async (tx) => {
    const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    const waits = tx.execute(sql`select pg_sleep(60)`);
    await Promise.all([waits, other`select pg_terminate_backend(${row?.pid ?? 0})`]);
  });
}

// A write to a connection that is gone throws outside of every promise, which vitest counts as a failed run.
test("a transaction whose connection is lost fails by itself, and the process goes on", async () => {
  const { db } = database.database;
  for (let round = 0; round < 5; round++) {
    await expect(cut()).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    await db.execute(sql`select 1`).catch(() => undefined);
    expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
  }
});

test("cut transactions leave connections behind that work at once", async () => {
  const { db } = database.database;
  const cuts = await Promise.allSettled([cut(), cut()]);
  expect(cuts.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  const began = performance.now();
  // The driver may answer the first statement of each new connection with the old one's error; it was not carried out.
  await Promise.allSettled([1, 2].map(() => db.execute(sql`select 1`)));
  const asked = await Promise.all([1, 2, 3, 4].map((n) => db.execute(sql`select ${n}::int as n`)));
  expect(asked).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }], [{ n: 4 }]]);
  // A spoilt connection is given up only after its two seconds.
  expect(performance.now() - began).toBeLessThan(1_900);
});

test("what fails for another reason is rolled back, and its connection is used again", async () => {
  const { db } = database.database;
  const broken = db.transaction(async (tx) => {
    await tx.execute(sql`create table never_there (id int)`);
    throw new Error("enough");
  });
  await expect(broken).rejects.toThrow("enough");
  expect(await db.execute(sql`select to_regclass('never_there') as found`)).toEqual([{ found: null }]);
});

// What the driver asks by itself is awaited by nobody: a connection that is lost meanwhile would end the process.
test("a connection that begins asks nothing by itself", async () => {
  const address = new URL(database.url);
  const port = Number(address.port);
  const asked: string[] = [];
  const server = createServer((client) => {
    const upstream = dial(port, address.hostname);
    client.on("data", (bytes) => asked.push(bytes.toString("latin1")));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address.port = String((server.address() as AddressInfo).port);
  const through = connect(address.href);
  expect(await through.db.execute(sql`select array['a', 'b']::text[] as letters`)).toEqual([
    { letters: "{a,b}" },
  ]);
  expect(asked.join("")).not.toContain("pg_type");
  await through.close();
  server.close();
});
