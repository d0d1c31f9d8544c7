import type { ChaosWorld } from "../run/world.ts";
import { requestersOf } from "../stories/requesters.ts";
import { type Held, judgedWithinMs, mayReview } from "../stories/settings-history.ts";
import type { Facts } from "./facts.ts";

/** A private message to a person, and when they got it, in milliseconds. */
type Said = { userId: string; at: number; text: string };

type Judging = { admin: Pick<ChaosWorld["admin"], "history"> };

/** Checks R13: every reason that was given for a refusal was true. */
export function checkRefusals(world: ChaosWorld, facts: Facts): string[] {
  const ephemerals = world.slack.workspace.ephemerals
    .filter(({ from }) => from === "bot")
    .map(({ user, ts, text }): Said => ({ userId: user, at: Number(ts) * 1000, text }));
  const answers = facts.acts
    .filter(({ answer }) => answer === "told")
    .map(({ userId, answeredAt, said }): Said => ({ userId, at: answeredAt, text: said }));
  return untrue(world, facts, [...ephemerals, ...answers]);
}

/** What held at the moments at which a refusal may have been decided. */
type Known = {
  userId: string;
  /** The settings that may have applied. */
  held: readonly Held[];
  /** The states of the request that it names. */
  states: readonly string[];
  requesters: readonly string[];
};

/** What refusals claim, and when each claim is true. The number in the text is the request's. */
const claims: { words: RegExp; isSo(known: Known): boolean }[] = [
  {
    words: /You are not a reviewer of|Only the assigned reviewers can review/,
    isSo: ({ held, userId }) => held.some((settings) => !mayReview(settings, userId, [])),
  },
  { words: /You asked for #(\d+)/, isSo: ({ userId, requesters }) => requesters.includes(userId) },
  {
    words: /#(\d+) is not waiting for review any more/,
    isSo: ({ states }) => states.some((state) => state !== "pending"),
  },
  {
    words: /Guests can't use Signoff|This card is no longer shown to you/,
    isSo: ({ held, userId }) => held.some(({ away }) => away.includes(userId)),
  },
  { words: /#(\d+) is not approved yet/, isSo: ({ states }) => states.includes("pending") },
  {
    words: /#(\d+) can't be promoted/,
    isSo: ({ states }) => states.some((state) => state !== "approved" && state !== "failed"),
  },
];

export function untrue({ admin }: Judging, facts: Facts, all: readonly Said[]): string[] {
  return all.flatMap(({ userId, at, text }) =>
    claims.flatMap(({ words, isSo }) => {
      const found = words.exec(text);
      if (found === null) return [];
      const number = Number(found[1] ?? 0);
      const request = facts.requests.find((one) => one.number === number);
      const known = {
        userId,
        held: admin.history.between(at - judgedWithinMs, at),
        states: stood(facts, number, at - judgedWithinMs, at),
        requesters: request === undefined ? [] : requestersOf(request),
      };
      const said = text.slice(found.index, found.index + 200);
      return isSo(known) ? [] : [`${userId} was told what is not so: ${said}`];
    }),
  );
}

/** Returns the states that a request had between two moments. It is expired at its exact time, and recorded later (R11). */
function stood(facts: Facts, number: number, from: number, to: number): string[] {
  const rows = facts.audit.filter(({ subject }) => subject === `request:${number}`);
  const states = rows
    .filter((row, index) => {
      const next = rows[index + 1];
      return row.at.getTime() <= to && (next === undefined || next.at.getTime() >= from);
    })
    .map(({ after }) => after.state.name);
  const recorded = rows.find(({ after }) => after.state.name === "expired")?.before?.state.expiresAt;
  const { expiresAt } = facts.requests.find((one) => one.number === number) ?? {};
  const end = expiresAt ?? (recorded === undefined ? undefined : new Date(recorded));
  return end && end.getTime() <= to ? [...states, "expired"] : states;
}
