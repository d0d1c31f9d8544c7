import { isDeepStrictEqual } from "node:util";
import { grouped } from "../grouped.ts";
import { numberOn } from "../people.ts";
import type { ChaosWorld } from "../world.ts";
import type { AuditRow, Facts } from "./facts.ts";

/** Nothing is left open, nothing was given up. */
export function checkOutbox({ outbox }: Facts): string[] {
  const open = outbox.filter(({ settledAt }) => settledAt === null);
  const dead = outbox.filter(({ outcome }) => outcome === "dead");
  return [
    ...open.map(({ key, reason, attempts }) => `${key} is still open after ${attempts} attempts: ${reason}`),
    ...dead.map(({ key, reason }) => `${key} is dead: ${reason}`),
  ];
}

/** Each message is there once, and nobody was told the same thing twice. */
export function checkMessages({ slack }: ChaosWorld, facts: Facts): string[] {
  const faults: string[] = [];
  const cards = new Set(facts.cards.map(({ id }) => id));
  const sent = facts.outbox.filter(({ kind, outcome }) => kind === "send-message" && outcome === "done");
  for (const { key } of sent) {
    const count = facts.messages.get(key)?.length ?? 0;
    if (count !== 1) faults.push(`the message ${key} is there ${count} times`);
  }
  const known = new Set(facts.outbox.map(({ key }) => key));
  for (const key of facts.messages.keys()) {
    if (!cards.has(key) && !known.has(key)) faults.push(`nobody asked for the message ${key}`);
  }
  for (const channel of slack.workspace.channels.values()) {
    const texts = slack.workspace
      .messagesIn(channel.id)
      .filter((message) => numberOn(message) === undefined)
      .map(({ text, metadata }) => `${text}${failureOf(metadata?.event_payload?.key)}`);
    faults.push(...twice(texts).map((text) => `${channel.id} was told twice: ${text}`));
  }
  return faults;
}

/** Each email went out once, as it was stored, and nobody got the same one twice. */
export function checkEmails(facts: Facts): string[] {
  const faults: string[] = [];
  const farOf = grouped(facts.farEmails, ({ key }) => key);
  const items = new Map(facts.outbox.map((item) => [item.key, item]));
  for (const { key, organizationId, content } of facts.emails) {
    const [first, ...more] = farOf.get(`${organizationId}/${key}`) ?? [];
    farOf.delete(`${organizationId}/${key}`);
    if (first === undefined) {
      if (items.get(key)?.outcome === "done") faults.push(`the email ${key} was never sent`);
      continue;
    }
    if (more.length > 0) faults.push(`the email ${key} was sent ${more.length + 1} times`);
    const { from, to, subject, html, text } = first.content;
    if (!isDeepStrictEqual({ from, to, subject, html, text }, content))
      faults.push(`the email ${key} was not sent as it was stored`);
  }
  for (const key of farOf.keys()) faults.push(`the email ${key} was sent and is not stored`);
  const inboxes = facts.farEmails.map(
    ({ key, content }) => `${content.to}: ${content.subject}${failureOf(key)}`,
  );
  return [...faults, ...twice(inboxes).map((what) => `an email arrived twice: ${what}`)];
}

/** Which failure a notice tells of: each attempt may fail, and two may be told in the same words. */
const failureOf = (key: unknown): string =>
  typeof key === "string" ? (/:v\d+:failed:/.exec(key)?.[0] ?? "") : "";

/** Events of which the requester is told by a message and an email, whoever brought them about. */
const toRequester = ["approved", "rejected", "promoted", "failed"];

/** DESIGN §3: everybody who must be told of a change has been told. */
export function checkTold({ reviewers, slack }: ChaosWorld, facts: Facts): string[] {
  const faults: string[] = [];
  const done = new Set(facts.outbox.filter(({ outcome }) => outcome === "done").map(({ key }) => key));
  const stored = new Set(facts.emails.map(({ key }) => key));
  const reviewerIds = slack.workspace.people
    .filter(({ name }) => reviewers.includes(name))
    .map(({ id }) => id);
  const need = (key: string) => {
    if (!done.has(key)) faults.push(`${key} was never told`);
    else if (key.startsWith("email:") && !stored.has(key)) faults.push(`${key} was settled with no email`);
  };
  const requests = new Map(facts.requests.map((request) => [request.number, request]));
  for (const row of facts.audit) {
    const number = Number(row.subject.slice("request:".length));
    const request = requests.get(number);
    if (request === undefined) continue;
    const event = row.action.slice("request.".length);
    const to = (channel: string, id: string) => `${channel}:${number}:v${row.after.version}:${event}:${id}`;
    const ownAct = actorOf(row) === request.requesterId;
    if (toRequester.includes(event) || ((event === "cancelled" || event === "expired") && !ownAct)) {
      need(to("message", request.requesterId));
      need(to("email", request.requesterId));
    }
    // Nobody is asked for a review that is not needed any more; while it is, everybody who may give one is.
    if (event === "requested" && request.state === "pending") {
      for (const id of reviewerIds) if (id !== request.requesterId) need(to("email", id));
    }
  }
  return faults;
}

const actorOf = ({ actor }: AuditRow): string | undefined =>
  actor.kind === "system" ? undefined : actor.memberId;

function twice(texts: readonly string[]): string[] {
  const seen = new Set<string>();
  return texts.filter((text) => seen.size === seen.add(text).size);
}
