import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RequestProgress } from "../../../queries/requests/get-request-progress.ts";
import {
  createRequestWaiters,
  type RequestWait,
  type RequestWaiters,
  TooManyWaiters,
} from "./request-waiters.ts";

const start = new Date("2026-03-02T09:00:00.000Z");

const progress = (over: Partial<RequestProgress> = {}): RequestProgress => ({
  ...{ version: 3, state: "pending", expiresAt: new Date(start.getTime() + 86_400_000), projectId: "p1" },
  ...over,
});

let known: Map<number, RequestProgress>;
const readProgress = vi.fn(async (_: string, numbers: readonly number[]) => {
  return new Map([...known].filter(([number]) => numbers.includes(number)));
});
const log = { warn: vi.fn() };
let waiting: RequestWaiters;

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  vi.clearAllMocks();
  known = new Map([[42, progress()]]);
  waiting = createRequestWaiters({ readProgress, now: () => new Date(), log, maxWaiters: 200 });
});
afterEach(() => {
  waiting.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Begins to wait; `over` is when it was let go, in milliseconds since the start, or null. */
function wait(over: Partial<RequestWait> = {}) {
  const client = new AbortController();
  const at = { over: null as number | null, fault: undefined as unknown, client };
  const asked = { organizationId: "T1", number: 42, since: 3, waitMs: 60_000, projectId: null };
  const tokenId = `token ${waiting.count() % 2}`;
  void waiting
    .untilChanged({ ...asked, tokenId, signal: client.signal, ...over })
    .catch((error: unknown) => {
      at.fault = error;
    })
    .then(() => {
      at.over = Date.now() - start.getTime();
    });
  return at;
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("a client whose version is another one is let go at once, the others when it changes", async () => {
  const old = wait({ since: 2 });
  const current = wait();
  await pass(0);
  expect([old.over, current.over]).toEqual([0, null]);
  await pass(5_000);
  known.set(42, progress({ version: 4, state: "approved" }));
  waiting.wake();
  await pass(0);
  expect(current.over).toBe(5_000);
  expect(waiting.count()).toBe(0);
});

test("a hundred clients and a hundred commits at once cost two looks at most each 50 ms", async () => {
  const clients = Array.from({ length: 100 }, () => wait());
  await pass(0);
  expect(readProgress).toHaveBeenCalledTimes(1);
  expect(readProgress).toHaveBeenCalledWith("T1", [42]);
  for (let n = 0; n < 100; n++) {
    waiting.wake();
    await pass(1);
  }
  expect(readProgress.mock.calls.length).toBeLessThanOrEqual(4);
  known.set(42, progress({ version: 4 }));
  waiting.wake();
  await pass(50);
  expect(clients.every(({ over }) => over !== null)).toBe(true);
});

test("a commit during a look is looked at after it", async () => {
  let answer = (_: Map<number, RequestProgress>) => {};
  readProgress.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  const client = wait();
  await pass(0);
  known.set(42, progress({ version: 4 }));
  waiting.wake();
  answer(new Map([[42, progress()]]));
  await pass(50);
  expect(client.over).toBe(50);
});

test("nobody waits for what is over, for what is not there, or for another project's request", async () => {
  known.set(43, progress({ number: 43, state: "rejected" } as Partial<RequestProgress>));
  const all = [wait({ number: 43 }), wait({ number: 44 }), wait({ projectId: "p2" })];
  const allowed = wait({ projectId: "p1" });
  await pass(0);
  expect(all.map(({ over }) => over)).toEqual([0, 0, 0]);
  expect(allowed.over).toBeNull();
});

test("the time that a client gave is kept", async () => {
  const client = wait({ waitMs: 7_000 });
  await pass(6_999);
  expect(client.over).toBeNull();
  await pass(1);
  expect(client.over).toBe(7_000);
});

test("R11: whoever waits is let go when the request expires, before anybody writes that down", async () => {
  known.set(42, progress({ expiresAt: new Date(start.getTime() + 30_000) }));
  const client = wait();
  await pass(29_999);
  expect(client.over).toBeNull();
  await pass(10);
  expect(client.over).toBe(30_005);
  const late = wait();
  await pass(50);
  expect(late.over).not.toBeNull();
});

test("who has gone is forgotten", async () => {
  const client = wait();
  await pass(0);
  expect(waiting.count()).toBe(1);
  client.client.abort();
  expect(waiting.count()).toBe(0);
  const gone = new AbortController();
  gone.abort();
  const never = wait({ signal: gone.signal });
  await pass(0);
  expect(never.over).toBe(0);
});

test("more than so many at once are refused", async () => {
  for (let n = 0; n < 200; n++) wait();
  const last = wait();
  await pass(0);
  expect(last.fault).toBeInstanceOf(TooManyWaiters);
  expect(waiting.count()).toBe(200);
});

test("one token has half of the places at most: others still wait", async () => {
  for (let n = 0; n < 100; n++) wait({ tokenId: "wild" });
  const [refused, other] = [wait({ tokenId: "wild" }), wait({ tokenId: "calm" })];
  await pass(0);
  expect(refused.fault).toBeInstanceOf(TooManyWaiters);
  expect([other.fault, other.over]).toEqual([undefined, null]);
});

test("a stop lets everybody go, those who come later too", async () => {
  const clients = [wait(), wait()];
  await pass(10);
  waiting.stop();
  await pass(0);
  expect(clients.map(({ over }) => over)).toEqual([10, 10]);
  const late = wait();
  await pass(0);
  expect(late.over).toBe(10);
});

test("with the database away who comes is told, who waits goes on waiting, and it is said once", async () => {
  const before = wait();
  await pass(100);
  readProgress.mockRejectedValue(new Error("away"));
  const now = wait();
  await pass(0);
  expect(now.fault).toEqual(new Error("away"));
  await pass(5_000);
  expect(log.warn).toHaveBeenCalledTimes(1);
  expect(before.over).toBeNull();
  readProgress.mockReset();
  readProgress.mockResolvedValue(new Map([[42, progress({ version: 4 })]]));
  await pass(1_000);
  expect(before.over).not.toBeNull();
});

test("requests of two organizations do not meet", async () => {
  wait();
  wait({ organizationId: "T2" });
  await pass(0);
  expect(readProgress.mock.calls).toEqual([
    ["T1", [42]],
    ["T2", [42]],
  ]);
});
