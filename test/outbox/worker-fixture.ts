import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import * as store from "../../db/delivery/outbox.ts";
import type { Handler } from "../../src/outbox/handlers.ts";
import { type Outbox, type OutboxOptions, startOutbox } from "../../src/outbox/worker.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

type StartOptions = Partial<OutboxOptions> & Partial<Pick<Handler, "onDead" | "maxAttempts">>;

type WorkerFixture = Awaited<ReturnType<typeof workerFixture>>;

/**
 * Gives the tests of a file a database, which is empty before each test, and workers, which are stopped after it. They
 * handle items of the kind `work`.
 */
export function freshWorkers(): WorkerFixture {
  const fixture = {} as WorkerFixture;
  beforeAll(async () => {
    Object.assign(fixture, await workerFixture());
  });
  afterAll(() => fixture.t.drop());
  beforeEach(() => fixture.clean());
  afterEach(() => fixture.stop());
  return fixture;
}

async function workerFixture() {
  const t: TestDatabase = await testDatabase();
  const running: Outbox[] = [];
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  return {
    t,
    log,
    start(run: Handler["run"], options: StartOptions = {}): Outbox {
      const { onDead, maxAttempts, ...rest } = options;
      const work = { run, ...(onDead && { onDead }), ...(maxAttempts && { maxAttempts }) };
      const handlers = { work };
      const outbox = startOutbox({ database: t.database, handlers, log, random: () => 0, ...rest });
      running.push(outbox);
      return outbox;
    },
    add: (...keys: string[]) => store.add(t.database.db, work(keys)),
    reopen: (...keys: string[]) => store.addOrReopen(t.database.db, work(keys)),
    row: async (key: string) => (await t.database.sql`select * from outbox where key = ${key}`)[0],
    open: () => store.countOpen(t.database.db),
    async clean() {
      await t.truncate();
      vi.clearAllMocks();
    },
    async stop() {
      await Promise.all(running.splice(0).map((outbox) => outbox.stop(1_000)));
    },
  };
}

export function work(keys: readonly string[]): store.NewItem[] {
  return keys.map((key) => ({ organizationId: "T1", kind: "work", key, payload: null }));
}

export const done = { kind: "done" } as const;

/** A promise that a test resolves. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
