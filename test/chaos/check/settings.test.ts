import { expect, test } from "vitest";
import { type Held, SettingsHistory } from "../stories/settings-history.ts";
import type { Facts } from "./facts.ts";
import { untrue } from "./refusals.ts";
import { checkJudged } from "./settings.ts";

const second = 1_000;
const at = (moment: number) => new Date(moment * second);

/** Ann and Bob may review; from second 100 (saved at 99) only Bob; from 200 two approvals are needed; from 300 it is off. */
function world() {
  const history = new SettingsHistory();
  const first = { assignees: [], requiredApprovals: 1, enabled: true, cardsTo: "reviewers" } as const;
  const held = (change: Partial<Held>, from: number): Held => ({
    ...{ ...first, members: ["ann", "bob"], workflow: 1 },
    ...{ ...change, sentAt: (from - 1) * second, answeredAt: from * second },
  });
  history.add({ ...held({}, 1), sentAt: 0 });
  history.add(held({ members: ["bob"] }, 100));
  history.add(held({ members: ["bob"], workflow: 2, requiredApprovals: 2 }, 200));
  history.add(held({ members: ["bob"], workflow: 3, requiredApprovals: 2, enabled: false }, 300));
  return { admin: { history } };
}

type Review = {
  by: string;
  at: number;
  version?: number;
  action?: string;
  approvals?: number;
  verdict?: string;
};

/** Request 1, made by Rita, and one review of it. */
function facts({
  asked = 10,
  state = "pending",
  review,
}: {
  asked?: number;
  state?: string;
  review?: Review;
}) {
  const row = (action: string, moment: number, actor: string, after: object) => ({
    ...{ subject: "request:1", action: `request.${action}`, at: at(moment) },
    ...{ actor: { kind: "member", memberId: actor }, before: null, after },
  });
  const rows = [row("requested", asked, "rita", { approvals: 0, state: { name: state } })];
  const reviews = [];
  if (review !== undefined) {
    const { by, action = "approved", approvals = 1, verdict = "approve", version = 1 } = review;
    const outcome = action === "reviewed" ? "pending" : action;
    const after = { approvals, state: { name: outcome }, review: { verdict, replaces: null } };
    rows.push(row(action, review.at, by, after));
    reviews.push({ requestNumber: 1, reviewerId: by, at: at(review.at), workflowVersion: version });
  }
  const requests = [{ number: 1, requesterId: "rita", createdAt: at(asked), expiresAt: null }];
  return { requests, reviews, audit: rows } as unknown as Facts;
}

const judged = (of: Parameters<typeof facts>[0]) => checkJudged(world(), facts(of));

test("R4: a review by who could give one, by the settings of its moment, has no fault", () => {
  expect(judged({ review: { by: "ann", at: 50 } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 150 } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 250, version: 2, action: "reviewed" } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 50, action: "rejected", verdict: "reject" } })).toEqual([]);
  expect(judged({ asked: 350, state: "approved" })).toEqual([]);
});

test("R4: while a change is under way, a review may be judged by either", () => {
  expect(judged({ review: { by: "ann", at: 99.5 } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 199.5, version: 2, action: "reviewed" } })).toEqual([]);
});

test.each<[string, Parameters<typeof facts>[0], string]>([
  ["R4: a review by who has left the role", { review: { by: "ann", at: 150 } }, "could not at that moment"],
  ["R4: one by settings of before", { review: { by: "bob", at: 250, version: 1 } }, "did not hold then"],
  ["R4: one by settings of later", { review: { by: "bob", at: 50, version: 2 } }, "did not hold then"],
  ["R5: a self-review", { review: { by: "rita", at: 50 } }, "could not at that moment"],
  ["R7: approved by too few", { review: { by: "bob", at: 250, version: 2 } }, "approved with 1 approvals"],
  ["R7: not approved by enough", { review: { by: "bob", at: 50, action: "reviewed" } }, "reviewed with 1"],
  ["R1: a promotion past the gate", { asked: 50, state: "approved" }, "the workflow was on"],
  ["R1: a gate that was off", { asked: 350 }, "the workflow was off"],
])("%s is a fault", (_, of, words) => {
  expect(judged(of).join("\n")).toContain(words);
});

test.each<[string, string, number, string, boolean]>([
  ["who lost the role", "ann", 150, "You are not a reviewer of Core. Bob can.", true],
  ["who lost it at that moment", "ann", 103, "You are not a reviewer of Core. Bob can.", true],
  ["who holds it", "ann", 50, "You are not a reviewer of Core. Bob can.", false],
  ["its requester", "rita", 50, "You asked for #1, so somebody else must review it. Bob can.", true],
  ["somebody else", "bob", 50, "You asked for #1, so somebody else must review it.", false],
  ["after the decision", "bob", 70, "#1 is not waiting for review any more: approved by Ann", true],
  ["before it", "bob", 40, "#1 is not waiting for review any more", false],
  ["of one that waits", "rita", 40, "#1 is not approved yet (0 of 1).", true],
  ["of an approved one", "rita", 70, "#1 is not approved yet (0 of 1).", false],
  ["of an approved one", "rita", 70, "#1 can't be promoted: approved by Ann", false],
])("R13: %s, %s at second %d is told “%s”: that is so: %s", (_, userId, moment, text, isSo) => {
  const of = facts({ review: { by: "ann", at: 60 } });
  expect(untrue(world(), of, [{ userId, at: moment * second, text }])).toHaveLength(isSo ? 0 : 1);
});
