import { expect, test, vi } from "vitest";
import * as store from "../../db/delivery/outbox.ts";
import { bindHandlers, type Guard, type Handlers } from "../../src/outbox/handlers.ts";
import { kinds } from "../../src/outbox/items.ts";
import { startOutbox } from "../../src/outbox/worker.ts";
import { done, freshWorkers } from "./worker-fixture.ts";

const fixture = freshWorkers();

const unguarded: Guard = (_, handler) => handler;

const idle = Object.fromEntries(
  kinds.map((kind) => [kind, { run: async () => done }]),
) as unknown as Handlers;

/** Returns handlers that do nothing, except those that a test provides. */
const handlersWith = (given: Partial<Handlers>): Handlers => ({ ...idle, ...given });

async function carryOut(handlers: Handlers, kind: string, payload: unknown): Promise<void> {
  await store.add(fixture.t.database.db, [{ organizationId: "T1", kind, key: "a", payload }]);
  const bound = bindHandlers(handlers, unguarded);
  const outbox = startOutbox({ database: fixture.t.database, handlers: bound, log: fixture.log });
  await outbox.idle();
  await outbox.stop(1_000);
}

test("a handler gets its item with the payload parsed", async () => {
  const run = vi.fn(async () => done);
  await carryOut(handlersWith({ "send-admin-message": { run } }), "send-admin-message", {
    ...{ recipientId: "U1", subjects: ["project:p1"] },
    ofTheNextVersion: true,
  });
  const payload = { recipientId: "U1", subjects: ["project:p1"], keys: [] };
  expect(run).toHaveBeenCalledWith(expect.objectContaining({ key: "a", payload }), expect.any(AbortSignal));
  expect(await fixture.row("a")).toMatchObject({ outcome: "done" });
});

test.each([
  [
    "misses a field",
    {},
    "its payload is not valid: cardId: Invalid input: expected string, received undefined",
  ],
  ["is no object", null, "its payload is not valid: Invalid input: expected object, received null"],
])(
  "an item whose payload %s waits for a replica that can read it, and its handler never sees it",
  async (_, payload, reason) => {
    const run = vi.fn(async () => done);
    const onDead = vi.fn(async () => {});
    await carryOut(handlersWith({ "draw-card": { run, onDead } }), "draw-card", payload);
    expect(await fixture.row("a")).toMatchObject({ outcome: null, reason, attempts: 1, in_doubt: false });
    expect([run.mock.calls, onDead.mock.calls]).toEqual([[], []]);
  },
);

test("an item that no replica can read is dead after the last attempt with the reason, and logged", async () => {
  const handlers = handlersWith({ "draw-card": { run: async () => done, maxAttempts: 1 } });
  await carryOut(handlers, "draw-card", {});
  const reason = expect.stringContaining("its payload is not valid: cardId");
  expect(await fixture.row("a")).toMatchObject({ outcome: "dead", reason });
  expect(fixture.log.error).toHaveBeenCalledWith(
    { kind: "draw-card", key: "a", organizationId: "T1", reason },
    expect.any(String),
  );
});

test("an item of a kind that this version does not know waits for a replica that does", async () => {
  await carryOut(handlersWith({}), "send-fax", {});
  const reason = "nothing handles send-fax";
  expect(await fixture.row("a")).toMatchObject({ outcome: null, reason, attempts: 1, in_doubt: false });
});

test("the end of an item is reported with the payload parsed", async () => {
  const onDead = vi.fn(async () => {});
  const run = async () => ({ kind: "dead", reason: "channel_not_found" }) as const;
  await carryOut(handlersWith({ "draw-card": { run, onDead } }), "draw-card", { cardId: "c1" });
  const payload = { cardId: "c1" };
  expect(onDead).toHaveBeenCalledWith(expect.objectContaining({ payload }), "channel_not_found");
});

test("a handler that is missing, or that no kind has, does not compile", () => {
  // @ts-expect-error: every other kind is missing
  const missing: Handlers = { deploy: { run: async () => done } };
  const extra: Pick<Handlers, "deploy"> = {
    deploy: { run: async () => done },
    // @ts-expect-error: there is no such kind
    "send-fax": { run: async () => done },
  };
  expect([missing, extra]).toHaveLength(2);
});
