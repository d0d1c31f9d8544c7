import { expect, test, vi } from "vitest";
import * as store from "../../db/delivery/outbox.ts";
import { kinds } from "../../src/outbox/items.ts";
import { type Lane, laneOf } from "../../src/outbox/lanes.ts";
import { startOutbox } from "../../src/outbox/worker.ts";
import { done, freshWorkers, gate } from "./worker-fixture.ts";

const fixture = freshWorkers();

const itemsOf = (kind: string, count: number): store.NewItem[] =>
  Array.from({ length: count }, (_, n) => ({
    ...{ organizationId: "T1", kind, key: `${kind}:${n}`, payload: null },
  }));

test("each kind has the lane of whom its handler waits for", () => {
  const expected: Record<string, Lane> = {
    ...{ deploy: "deployers", "draw-card": "slack", "send-message": "slack", "send-email": "email" },
    ...{ "request-changed": "signoff", "job-silence": "signoff", "a-newer-kind": "signoff" },
  };
  for (const [kind, lane] of Object.entries(expected)) expect([kind, laneOf(kind)]).toEqual([kind, lane]);
});

test.each([
  ["deploy", ["draw-card", "send-email", "request-changed", "a-newer-kind"]],
  ["draw-card", ["deploy", "send-email", "request-changed"]],
  ["send-email", ["deploy", "draw-card", "job-expire"]],
  ["request-changed", ["deploy", "draw-card", "send-email"]],
])("many slow items of the kind %s hold up no other lane, also what is added later", async (slow, others) => {
  const { open, opened } = gate();
  const ran: string[] = [];
  let slowNow = 0;
  const handlers = Object.fromEntries(
    [...kinds, "a-newer-kind"].map((kind) => [
      kind,
      {
        run: async () => {
          if (kind !== slow) ran.push(kind);
          else slowNow++;
          if (kind === slow) await opened;
          return done;
        },
      },
    ]),
  );
  await store.add(fixture.t.database.db, itemsOf(slow, 30));
  const outbox = startOutbox({ database: fixture.t.database, handlers, log: fixture.log, concurrency: 3 });
  try {
    await vi.waitUntil(() => slowNow === 3, { timeout: 5_000 });
    for (const kind of others) await store.add(fixture.t.database.db, itemsOf(kind, 5));
    outbox.wake();
    await vi.waitUntil(() => ran.length === others.length * 5, { timeout: 5_000 });
    expect(slowNow).toBe(3);
    // What becomes due by itself, for example a retry, is found as well.
    const [kind = ""] = others;
    await store.add(fixture.t.database.db, [{ ...itemsOf(kind, 6)[5], afterMs: 50 } as store.NewItem]);
    await vi.waitUntil(() => ran.length === others.length * 5 + 1, { timeout: 5_000 });
    open();
    await outbox.idle();
    expect([slowNow, await fixture.open()]).toEqual([30, 0]);
  } finally {
    open();
    await outbox.stop(1_000);
  }
});
