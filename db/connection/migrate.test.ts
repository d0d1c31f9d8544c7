import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { expect, inject, test } from "vitest";
import { migrate } from "./migrate.ts";

test("four processes that start at once on an empty database all find it migrated", async () => {
  const server = inject("databaseServer");
  const name = `test_${randomBytes(8).toString("hex")}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin`create database ${admin(name)}`;
  const url = new URL(server);
  url.pathname = `/${name}`;

  await Promise.all([1, 2, 3, 4].map(() => migrate(url.href)));

  const sql = postgres(url.href, { max: 1 });
  const [applied] = await sql<{ times: number; once: number }[]>`
    select count(*)::int as times, count(distinct hash)::int as once from drizzle.__drizzle_migrations`;
  expect(applied?.times).toBe(applied?.once);
  expect(await sql`select from outbox`).toHaveLength(0);
  await sql.end();
  await admin`drop database ${admin(name)} with (force)`;
  await admin.end();
});
