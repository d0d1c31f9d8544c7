import { expect, test } from "vitest";
import { rateBudget } from "./rate-budget.ts";

const api = "https://slack.test/api/";

/** A budget on a clock of its own, before a Slack that answers 429 where it is told to. */
function budget() {
  const clock = { now: 0 };
  const sent: string[] = [];
  const limited: string[] = [];
  const refusals = new Map<string, (string | null)[]>();
  const guarded = rateBudget({
    now: () => clock.now,
    onRateLimited: (method) => limited.push(method),
    fetch: async (url) => {
      const method = String(url).slice(api.length);
      sent.push(method);
      const wait = refusals.get(method)?.shift();
      if (wait === undefined) return Response.json({ ok: true });
      return new Response("", { status: 429, headers: wait === null ? {} : { "retry-after": wait } });
    },
  });
  const call = async (method: string) => {
    const answer = await guarded(`${api}${method}`);
    return answer.status === 429 ? Number(answer.headers.get("retry-after")) : "sent";
  };
  return {
    clock,
    sent,
    limited,
    refuse: (m: string, ...waits: (string | null)[]) => refusals.set(m, waits),
    call,
  };
}

test("after a 429 no call of that method goes out before Retry-After has passed; other methods go on", async () => {
  const { clock, sent, limited, refuse, call } = budget();
  refuse("chat.postMessage", "30");
  expect(await call("chat.postMessage")).toBe(30);
  clock.now = 10_000;
  expect(await call("chat.postMessage")).toBe(20);
  expect(await call("chat.update")).toBe("sent");
  clock.now = 29_999;
  expect(await call("chat.postMessage")).toBe(1);
  clock.now = 30_000;
  expect(await call("chat.postMessage")).toBe("sent");
  expect(sent).toEqual(["chat.postMessage", "chat.update", "chat.postMessage"]);
  expect(limited).toEqual(["chat.postMessage"]);
});

test("those that are held back are told to come again one after the other; however many they are, nobody waits long", async () => {
  const { sent, refuse, call } = budget();
  refuse("chat.update", "10");
  await call("chat.update");
  const waits: (number | string)[] = [];
  for (let held = 0; held < 1_000; held += 1) waits.push(await call("chat.update"));
  expect(waits.at(0)).toBe(10);
  expect(waits.at(50)).toBe(13);
  expect(waits.at(-1)).toBe(15);
  expect(waits).toEqual(waits.toSorted((one, other) => Number(one) - Number(other)));
  expect(sent).toEqual(["chat.update"]);
});

test("of several 429s that come together the longest wait holds, and each is counted", async () => {
  const { clock, limited, refuse, call } = budget();
  refuse("chat.update", "30", "5");
  expect(await Promise.all([call("chat.update"), call("chat.update")])).toEqual([30, 5]);
  clock.now = 29_000;
  expect(await call("chat.update")).toBe(1);
  expect(limited).toEqual(["chat.update", "chat.update"]);
});

test("a second 429 after the pause begins another", async () => {
  const { clock, sent, refuse, call } = budget();
  refuse("chat.update", "1", "7");
  await call("chat.update");
  clock.now = 1_000;
  expect(await call("chat.update")).toBe(7);
  expect(await call("chat.update")).toBe(7);
  expect(sent).toHaveLength(2);
});

test.each([[null], ["soon"], [""]])(
  "where Slack does not say how long (%s), half a minute is waited",
  async (said) => {
    const { refuse, call } = budget();
    refuse("chat.update", said);
    expect(await call("chat.update")).toBe(30);
  },
);

test("a burst is not slowed down before Slack says so", async () => {
  const { sent, call } = budget();
  for (let at = 0; at < 200; at += 1) expect(await call("chat.postMessage")).toBe("sent");
  expect(sent).toHaveLength(200);
});
