import { eq } from "drizzle-orm";
import { requests } from "../../../db/schema/index.ts";
import { expireOverdue } from "../../../src/usecases/requests/expire-request.ts";
import type { Place } from "./place.ts";
import { absent, accepted, never, type Row, refused } from "./row.ts";

const ask = (at: Place, more: object = {}, token?: string) =>
  at.call(
    "POST",
    "/requests",
    { project: at.slug, integration: "app", target: "staging", message: "", ...more },
    token,
  );
/** Everything is reviewed while such a row runs. */
const reviewed = async (at: Place) => {
  await at.load({ workflow: { options: { gate: "every" } } }, { force: true });
};
const requested = async (at: Place) => {
  await reviewed(at);
  await at.promote("dana");
};
/** Returns the last request of the cell's project as one line. */
const requestLine = async (at: Place) => {
  const { requests, projects } = await at.facts();
  const project = projects.find(({ slug }) => slug === at.slug);
  const request = requests.filter(({ projectId }) => projectId === project?.id).at(-1);
  return request === undefined ? "no request" : request.state;
};
const number = async (at: Place) => (await at.facts()).requests.at(-1)?.number ?? 0;
const stored = requestLine;
/** A request whose time is over, and nothing has written that down yet. */
const overdue = async (at: Place) => {
  await requested(at);
  const past = new Date(Date.now() - 60_000);
  await at.stack.app.context.db
    .update(requests)
    .set({ expiresAt: past })
    .where(eq(requests.number, await number(at)));
};

export const requestRows: Row[] = [
  {
    ...{ rule: "R1", when: "a promotion to a guarded environment is asked for", given: reviewed, stored },
    slack: accepted((at) => at.promote("dana"), "pending"),
    api: accepted((at) => ask(at), "pending"),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R2", when: "a promotion is asked for while nothing is live in the source", stored },
    slack: refused((at) => at.promote("dana", "production"), /nothing is live|Nothing is live/i),
    api: refused((at) => ask(at, { target: "production" }), /^409 nothing-live/),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R3", when: "a second promotion to the same place is asked for", given: requested, stored },
    slack: refused((at) => at.promote("sam"), /#\d+/),
    api: refused((at) => ask(at), /^409 open-request/),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R5", when: "the requester reviews", stored },
    given: async (at) => {
      await reviewed(at);
      await at.promote("bob");
    },
    slack: refused(
      async (at) => at.clickOld("bob", "approve_request", await number(at)),
      /You asked for #\d+, so somebody else must review it/,
    ),
    api: absent("No scope lets a token review."),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R4", when: "somebody without a role reviews", given: requested, stored },
    slack: refused(async (at) => at.clickOld("sam", "approve_request", await number(at)), /not a reviewer/),
    api: absent("No scope lets a token review."),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R9", when: "a request is promoted that nobody has approved", given: requested, stored },
    slack: refused(async (at) => at.clickOld("dana", "promote_request", await number(at)), /approv|review/i),
    api: refused(
      async (at) => at.call("POST", `/requests/${await number(at)}/promote`, {}),
      /^409 not-(reviewed|approved)/,
    ),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R8", when: "a decided request is reviewed again", stored },
    given: async (at) => {
      await requested(at);
      await at.clickOld("bob", "approve_request", await number(at));
    },
    slack: refused(async (at) => at.clickOld("carol", "approve_request", await number(at)), /Bob/),
    api: absent("No scope lets a token review."),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R10", when: "a request is cancelled by somebody who may not", given: requested, stored },
    slack: refused(async (at) => at.clickOld("sam", "open_cancel", await number(at)), /Dana|cancel/),
    api: refused(
      async (at) =>
        at.call("POST", `/requests/${await number(at)}/cancel`, { reason: "No" }, await at.tokenOf("sam")),
      /^403 not-canceller/,
    ),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{
      rule: "R11",
      when: "a request is reviewed or cancelled after it has expired",
      given: overdue,
      stored,
    },
    slack: refused(async (at) => at.clickOld("bob", "approve_request", await number(at)), /expired/),
    api: refused(
      async (at) => at.call("POST", `/requests/${await number(at)}/cancel`, { reason: "No" }),
      /^409 not-cancellable/,
    ),
    seed: never.file,
    elsewhere: accepted(async ({ stack }) => {
      await expireOverdue(stack.app.context);
      return "";
    }, "expired"),
  },
  {
    ...{ rule: "R14", when: "somebody asks for a promotion who holds no requester role", stored },
    given: (at) => at.put({ requesterRoles: ["Developers"] }),
    slack: refused((at) => at.promote("sam"), /Developers/),
    api: refused((at) => ask(at, { requester: "sam@acme.example" }), /^403 not-requester/),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
  {
    ...{ rule: "R14", when: "the member of a token has left", stored },
    slack: absent("Nobody is signed in to Slack as somebody who has left."),
    api: refused(
      async (at) => ask(at, {}, await at.tokenOfLeaver()),
      /^401 token-invalid: Who answers for this token/,
    ),
    ...{ seed: never.file, elsewhere: never.ownAct },
  },
];
