import { expect, test } from "vitest";
import { type Held, SettingsHistory } from "../stories/settings-history.ts";
import type { Facts } from "./facts.ts";
import { firstHeld, heldFrom, renamesOf } from "./fixture.ts";
import { checkTold } from "./told.ts";

const at = (second: number) => new Date(second * 1_000);

/** Changes to a run in which Rita asks Ann and Bob, Ann approves, two approvals are needed, and somebody cancels. */
type Change = {
  /** Settings from a second on. */
  held?: readonly (readonly [number, Partial<Held>])[];
  /** When the integration was renamed. */
  renamedAt?: number;
  /** Who cancelled; null if it is still pending. */
  by?: string | null;
  cards?: "review" | "channel";
  told?: string[];
};

const asked = ["email:1:v1:requested:ann", "email:1:v1:requested:bob"];
const rita = ["message:1:v3:cancelled:rita", "email:1:v3:cancelled:rita"];
const bob = "email:1:v3:cancelled:bob";

function faults({ by = "rita", cards = "review", told = [...asked, bob], ...change }: Change): string[] {
  const { held = [], renamedAt } = change;
  const history = new SettingsHistory();
  history.add(firstHeld);
  for (const [second, settings] of held) history.add(heldFrom(second, settings));
  const state = by === null ? "pending" : "cancelled";
  const row = (event: string, version: number, before: string | null, actor: string) => ({
    ...{ subject: "request:1", action: `request.${event}`, at: at(version * 10) },
    ...{ actor: { kind: "member", memberId: actor }, before: before && { state: { name: before } } },
    after: { version, state: { name: event === "cancelled" ? event : "pending" } },
  });
  const kinds = cards === "review" ? ["ann", "bob"] : ["C1"];
  const followed = [1, 2, 3].map((version) => ({
    ...{ key: `request:1:v${version}`, kind: "request-changed", outcome: "done" },
    settledAt: at(version * 10 + 1),
  }));
  const facts = {
    requests: [
      { number: 1, requesterId: "rita", message: "", integrationId: "flow", state, createdAt: at(10) },
    ],
    reviews: [{ requestNumber: 1, reviewerId: "ann", verdict: "approve", at: at(20), replacedAt: null }],
    audit: [
      row("requested", 1, null, "rita"),
      row("reviewed", 2, "pending", "ann"),
      ...(by === null ? [] : [row("cancelled", 3, "pending", by)]),
    ],
    cards: kinds.map((id) => ({ requestNumber: 1, kind: cards, recipientId: id, id })),
    messages: new Map(kinds.map((id) => [id, [{}]])),
    emails: told.map((key) => ({ key })),
    outbox: [
      ...followed,
      ...told.map((key) => ({ key, kind: `send-${key.split(":")[0]}`, outcome: "done" })),
    ],
  };
  const people = ["ann", "bob", "rita", "dan"].map((id) => ({ id, name: id }));
  const renamed = { integrationId: "flow", name: "Flow 2", sentAt: 0, answeredAt: 0 };
  const tried =
    renamedAt === undefined ? [] : [{ ...renamed, sentAt: renamedAt * 1_000, answeredAt: renamedAt * 1_000 }];
  const world = {
    ...{ admin: { history }, slack: { workspace: { people } } },
    ...{ renames: renamesOf(...tried), isMixed: false },
  };
  return checkTold(world as unknown as Parameters<typeof checkTold>[0], facts as unknown as Facts);
}

test("R10: who was asked and had not answered hears that it is over, and its requester where another ended it", () => {
  expect(faults({})).toEqual([]);
  expect(faults({ by: "admin", told: [...asked, bob, ...rita] })).toEqual([]);
  expect(faults({ cards: "channel" })).toEqual([]);
  expect(faults({ by: null, told: asked })).toEqual([]);
});

test.each<[string, Change, string]>([
  ["a reviewer who was not asked", { by: null, told: asked.slice(1) }, "requested:ann was never told"],
  ["one who does not hear that it is over", { told: asked }, "cancelled:bob was never told"],
  ["nor from the channel", { told: asked, cards: "channel" }, "cancelled:bob was never told"],
  [
    "a requester who does not hear of it",
    { by: "admin", told: [...asked, bob] },
    "cancelled:rita was never told",
  ],
  ["a requester asked to review", { told: [...asked, bob, "email:1:v1:requested:rita"] }, "is not for them"],
  [
    "a stranger who hears of it",
    { told: [...asked, bob, "email:1:v3:cancelled:dan"] },
    "could never review it",
  ],
  [
    "a reviewer who gets the requester's news",
    { told: [...asked, bob, "message:1:v9:approved:bob"] },
    "not for them",
  ],
])("who is notified: %s is a fault", (_, change, words) => {
  expect(faults(change).join("\n")).toContain(words);
});

test("R13: who is no active full member at the moment is told nothing", () => {
  const away = [[15, { away: ["bob"] }]] as const;
  expect(faults({ told: asked, held: away })).toEqual([]);
  expect(faults({ told: asked, held: [[35, { away: ["bob"] }]] })).toEqual([]);
  const back = [...away, [18, {}]] as const;
  expect(faults({ told: asked, held: back }).join("\n")).toContain("cancelled:bob was never told");
});

test("R7: who approved, and the requester, are told that a fact changed since; who approved afterwards is not", () => {
  const outdated = (id: string) => `message:1:v4.abc:outdated:${id}`;
  const waiting = { by: null, renamedAt: 40 };
  expect(faults({ ...waiting, told: [...asked, outdated("ann"), outdated("rita")] })).toEqual([]);
  expect(faults({ by: null, renamedAt: 15, told: asked })).toEqual([]);
  expect(faults({ ...waiting, told: [...asked, outdated("ann")] })).toEqual([
    "#1: rita was not told that a fact changed since the approval",
  ]);
  expect(faults({ ...waiting, told: [...asked, outdated("rita")] })).toEqual([
    "#1: ann was not told that a fact changed since the approval",
  ]);
});
