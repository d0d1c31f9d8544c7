import { expect, test } from "vitest";
import { messageOf } from "../stories/requesters.ts";
import { SettingsHistory } from "../stories/settings-history.ts";
import type { Facts } from "./facts.ts";
import { heldFrom, renamesOf } from "./fixture.ts";
import { untrue } from "./refusals.ts";
import { checkJudged } from "./settings.ts";

const second = 1_000;
const at = (moment: number) => new Date(moment * second);

/**
 * Ann and Bob may review; from second 100 (saved at 99) only Bob; from 200 two approvals are needed; from 300 it is off; from
 * 400 on it is on, and Ann holds the role again; from 500 on Bob is deactivated.
 */
function world() {
  const history = new SettingsHistory();
  history.add({ ...heldFrom(1, { requiredApprovals: 1 }), sentAt: 0 });
  history.add(heldFrom(100, { members: ["bob"], requiredApprovals: 1 }));
  history.add(heldFrom(200, { members: ["bob"], workflow: 2 }));
  history.add(heldFrom(300, { members: ["bob"], workflow: 3, enabled: false }));
  history.add(heldFrom(400, { workflow: 4 }));
  history.add(heldFrom(500, { workflow: 4, away: ["bob"] }));
  const renamed = { integrationId: "flow", name: "Flow 2", sentAt: 450 * second, answeredAt: 451 * second };
  return { admin: { history }, renames: renamesOf(renamed), isMixed: false };
}

type Review = {
  by: string;
  at: number;
  version?: number;
  action?: string;
  approvals?: number;
  verdict?: string;
};

/** Request 1, made for Rita, one review of it, and an earlier approval. */
type Run = {
  asked?: number;
  state?: string;
  review?: Review;
  earlier?: { by: string; at: number; version?: number };
  /** Whose token made the request. */
  token?: string;
};

function facts({ asked = 10, state = "pending", review, earlier, token }: Run) {
  const row = (action: string, moment: number, actor: string, after: object) => ({
    ...{ subject: "request:1", action: `request.${action}`, at: at(moment) },
    ...{ actor: { kind: "member", memberId: actor }, before: null, after },
  });
  const rows = [row("requested", asked, "rita", { version: 1, approvals: 0, state: { name: state } })];
  const reviews = [];
  if (earlier !== undefined) {
    const after = { version: 2, approvals: 1, state: { name: "pending" }, review: { verdict: "approve" } };
    rows.push(row("reviewed", earlier.at, earlier.by, after));
    reviews.push({
      ...{
        requestNumber: 1,
        reviewerId: earlier.by,
        at: at(earlier.at),
        workflowVersion: earlier.version ?? 1,
      },
      ...{ verdict: "approve", replacedAt: null },
    });
  }
  if (review !== undefined) {
    const { by, action = "approved", approvals = 1, verdict = "approve", version = 1 } = review;
    const outcome = action === "reviewed" ? "pending" : action;
    const after = { version: 3, approvals, state: { name: outcome }, review: { verdict, replaces: null } };
    rows.push(row(action, review.at, by, after));
    reviews.push({
      ...{ requestNumber: 1, reviewerId: by, at: at(review.at), workflowVersion: version },
      ...{ verdict, replacedAt: null },
    });
  }
  const message = token === undefined ? "ask 1" : messageOf("ask 1", token);
  const request = { number: 1, requesterId: "rita", message, integrationId: "flow" };
  const requests = [{ ...request, createdAt: at(asked), expiresAt: null }];
  return { requests, reviews, audit: rows } as unknown as Facts;
}

const judged = (of: Run) => checkJudged(world(), facts(of));

test("R4: a review by who could give one, by the settings of its moment, has no fault", () => {
  expect(judged({ review: { by: "ann", at: 50 } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 150 } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 250, version: 2, action: "reviewed" } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 50, action: "rejected", verdict: "reject" } })).toEqual([]);
  expect(judged({ asked: 350, state: "approved" })).toEqual([]);
});

test("R4, R7: an approval counts while its person may review, and for the names that it was given for", () => {
  const both = { action: "approved", approvals: 2, version: 4 };
  expect(
    judged({ earlier: { by: "ann", at: 410, version: 4 }, review: { by: "bob", at: 430, ...both } }),
  ).toEqual([]);
  expect(
    judged({ earlier: { by: "ann", at: 460, version: 4 }, review: { by: "bob", at: 470, ...both } }),
  ).toEqual([]);
  const one = { action: "reviewed", approvals: 1, version: 4 };
  expect(
    judged({ earlier: { by: "ann", at: 420, version: 4 }, review: { by: "bob", at: 470, ...one } }),
  ).toEqual([]);
  expect(
    judged({ earlier: { by: "bob", at: 420, version: 4 }, review: { by: "ann", at: 550, ...one } }),
  ).toEqual([]);
  expect(judged({ review: { by: "bob", at: 420, ...one }, token: "ann" })).toEqual([]);
});

test("R4: while a change is under way, a review may be judged by either", () => {
  expect(judged({ review: { by: "ann", at: 99.5 } })).toEqual([]);
  expect(judged({ review: { by: "bob", at: 199.5, version: 2, action: "reviewed" } })).toEqual([]);
});

test.each<[string, Run, string]>([
  ["R4: a review by who has left the role", { review: { by: "ann", at: 150 } }, "could not at that moment"],
  ["R4: one by settings of before", { review: { by: "bob", at: 250, version: 1 } }, "did not hold then"],
  ["R4: one by settings of later", { review: { by: "bob", at: 50, version: 2 } }, "did not hold then"],
  ["R5: a self-review", { review: { by: "rita", at: 50 } }, "could not at that moment"],
  ["R7: approved by too few", { review: { by: "bob", at: 250, version: 2 } }, "approved with 1 approvals"],
  ["R7: not approved by enough", { review: { by: "bob", at: 50, action: "reviewed" } }, "reviewed with 1"],
  [
    "R4: a review by who is deactivated",
    { review: { by: "bob", at: 550, version: 4, action: "reviewed" } },
    "could not at that moment",
  ],
  [
    "R5: a review by the token's owner",
    { review: { by: "ann", at: 50 }, token: "ann" },
    "could not at that moment",
  ],
  [
    "R4: an approval that counts although its person lost the role",
    { earlier: { by: "ann", at: 50 }, review: { by: "bob", at: 250, version: 2, approvals: 2 } },
    "counts 2 approvals, and 1 to 1 do",
  ],
  [
    "R4: one that does not count although its person has the role again",
    { earlier: { by: "ann", at: 50 }, review: { by: "bob", at: 420, version: 4, action: "reviewed" } },
    "counts 1 approvals, and 2 to 2 do",
  ],
  [
    "R4: an approval that counts although its person was deactivated",
    { earlier: { by: "bob", at: 420 }, review: { by: "ann", at: 550, version: 4, approvals: 2 } },
    "counts 2 approvals, and 1 to 1 do",
  ],
  [
    "R7: an approval that counts for a name that changed since",
    { earlier: { by: "ann", at: 420 }, review: { by: "bob", at: 470, version: 4, approvals: 2 } },
    "counts 2 approvals, and 1 to 1 do",
  ],
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
  ["who is away", "bob", 550, "Guests can't use Signoff. Only full members can.", true],
  ["who is there", "bob", 450, "Guests can't use Signoff. Only full members can.", false],
  ["after the decision", "bob", 70, "#1 is not waiting for review any more: approved by Ann", true],
  ["before it", "bob", 40, "#1 is not waiting for review any more", false],
  ["of one that waits", "rita", 40, "#1 is not approved yet (0 of 1).", true],
  ["of an approved one", "rita", 70, "#1 is not approved yet (0 of 1).", false],
  ["of an approved one", "rita", 70, "#1 can't be promoted: approved by Ann", false],
])("R13: %s, %s at second %d is told “%s”: that is so: %s", (_, userId, moment, text, isSo) => {
  const of = facts({ review: { by: "ann", at: 60 } });
  expect(untrue(world(), of, [{ userId, at: moment * second, text }])).toHaveLength(isSo ? 0 : 1);
});
