import { expect, test } from "vitest";
import type { Nearing } from "../run/clock.ts";
import { SettingsHistory } from "../stories/settings-history.ts";
import type { Facts } from "./facts.ts";
import { firstHeld } from "./fixture.ts";
import { checkReminders } from "./reminders.ts";

const at = (second: number) => new Date(second * 1_000);
const end = at(5_000);

/** Changes to a run in which request 1, Rita's, came close to its expiry at second 100 and is still pending. */
type Change = {
  nearing?: Partial<Nearing> | null;
  /** The number of reminder items. */
  items?: number;
  /** Which reminders to Ann and Bob arrive, and when. */
  arrived?: Record<string, number>;
  reviewed?: { by: string; second: number };
  /** When it left its state. */
  leftAt?: number;
};

const all = { "message:ann": 101, "email:ann": 101, "message:bob": 101, "email:bob": 101 };

function faults({ nearing, items = 1, arrived = all, reviewed, leftAt }: Change): string[] {
  const history = new SettingsHistory();
  history.add(firstHeld);
  const near: Nearing = { number: 1, state: "pending", expiresAt: end, at: 100_000, ...nearing };
  const state = leftAt === undefined ? near.state : "cancelled";
  const reminder = { state: "pending", expiresAt: end.toISOString() };
  const item = { kind: "request-changed", key: "request:1:reminder", payload: { number: 1, reminder } };
  const keyOf = (what: string) => what.replace(":", ":1:v3:reminder:");
  const got = Object.entries(arrived).map(([what, second]) => ({ key: keyOf(what), second }));
  const row = {
    subject: "request:1",
    before: { state: { name: "pending" } },
    after: { state: { name: state } },
  };
  const facts = {
    requests: [
      { number: 1, requesterId: "rita", message: "", state, expiresAt: leftAt === undefined ? end : null },
    ],
    reviews: reviewed
      ? [{ requestNumber: 1, reviewerId: reviewed.by, at: at(reviewed.second), replacedAt: null }]
      : [],
    audit: leftAt === undefined ? [] : [{ ...row, at: at(leftAt) }],
    outbox: Array.from({ length: items }, () => item),
    messages: new Map(
      got
        .filter(({ key }) => key.startsWith("message"))
        .map(({ key, second }) => [key, [{ ts: `${second}.0` }]]),
    ),
    farEmails: got
      .filter(({ key }) => key.startsWith("email"))
      .map(({ key, second }) => ({ key: `T1/${key}`, at: second * 1_000 })),
  };
  const world = { admin: { history }, clock: { nearing: nearing === null ? [] : [near] } };
  return checkReminders(world, facts as unknown as Facts);
}

test("R11: everybody who can still review is reminded by both ways, and who has answered is not", () => {
  expect(faults({})).toEqual([]);
  const bobs = { "message:bob": 101, "email:bob": 101 };
  expect(faults({ reviewed: { by: "ann", second: 50 }, arrived: bobs })).toEqual([]);
});

test("R11: what was on its way when it was answered, or was over, may still arrive", () => {
  expect(faults({ reviewed: { by: "ann", second: 99 } })).toEqual([]);
  expect(faults({ leftAt: 100 })).toEqual([]);
  expect(faults({ leftAt: 101, items: 0, arrived: {} })).toEqual([]);
  // A request that left this state and returned to it before it came close to its expiry.
  const cameBack = { leftAt: 96, arrived: { "message:ann": 106 } };
  expect(faults(cameBack)).toEqual([]);
});

test.each<[string, Change, string]>([
  ["a second reminder of the same", { items: 2 }, "reminds of what was reminded of"],
  ["one of what does not run out", { nearing: null }, "does not run out soon"],
  ["one of another end", { nearing: { expiresAt: at(9_000) } }, "does not run out soon"],
  ["somebody who got no email", { arrived: { ...all, "email:bob": 0 } }, "bob was not reminded by email"],
  ["nobody reminded", { items: 0, arrived: {} }, "ann was not reminded by message"],
  [
    "one who had answered long before",
    { reviewed: { by: "ann", second: 50 } },
    "ann was reminded by email for nothing",
  ],
  ["one long after it was over", { leftAt: 90, nearing: { at: 85_000 } }, "for nothing"],
  [
    "its requester, of a review",
    { arrived: { ...all, "email:rita": 101 } },
    "rita was reminded by email for nothing",
  ],
])("R11: %s is a fault", (_, change, words) => {
  expect(faults(change).join("\n")).toContain(words);
});
