import { z } from "zod";
import { coverageKey, drawCardKey, upgradeNoticeKey } from "../domain/delivery/item-keys.ts";
import type { Provider } from "../domain/delivery/outages.ts";
import type { Job } from "../domain/delivery/slots.ts";
import { boundFacts } from "../domain/requests/bound-facts.ts";
import { requestEvents } from "../domain/requests/notices.ts";
import { remindedStates } from "../domain/requests/reminder.ts";
import { type Actor, surfaces } from "../domain/shared/actor.ts";

/** 0: somebody is waiting for it. 1: it only follows another change. Lower numbers go first. */
export type Priority = 0 | 1;

type ItemKind<Payload extends z.ZodType, KeyFacts> = {
  /** Tolerates extra fields, and the fields that earlier versions did not store. */
  payload: Payload;
  /**
   * Returns the item's key: one item per key and organization.
   *
   * @param facts what the key holds beyond the payload
   */
  key(payload: z.infer<Payload>, facts: KeyFacts): string;
  /** The priority of an item that names none. */
  priority: Priority;
  /** Whose circuit breaker guards it. */
  provider: Provider | null;
};

/** Infers both types of an entry. Without a second parameter of `key`, an item takes no key facts. */
function itemKind<Payload extends z.ZodType, KeyFacts = undefined>(
  kind: ItemKind<Payload, KeyFacts>,
): ItemKind<Payload, KeyFacts> {
  return kind;
}

const actor = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("member"), memberId: z.string() }),
  z.object({
    kind: z.literal("token"),
    tokenId: z.string(),
    name: z.string(),
    memberId: z.string(),
    makerId: z.string(),
  }),
  z.object({ kind: z.literal("system"), reason: z.string() }),
]) satisfies z.ZodType<Actor>;

/** R11: the state that runs out, and when, in ISO 8601. */
const reminder = z.object({ state: z.enum(remindedStates), expiresAt: z.string() });

const empty = z.object({});

const named = z.object({ name: z.string(), slug: z.string() });

const notice = z.object({
  number: z.number(),
  event: z.enum(requestEvents),
  recipientId: z.string(),
  reminder: reminder.optional(),
  /** Identifies the bound facts for which the approvals were given that no longer count. */
  outdated: z.string().optional(),
  /** What changed since, where that is known. */
  changes: z.array(z.object({ fact: z.enum(boundFacts), before: z.string(), after: z.string() })).optional(),
});

/** What the key of a notice holds beyond its payload. */
type NoticeFacts = {
  version: number;
  /** What stands for the request (`keyOf`). Without it, its number. */
  request?: string;
  /** Identifies the change that is told. Without it, the version: after a restore, a version may come again. */
  change?: string;
};

const noticeKey = (
  channel: "message" | "email",
  { number, event, recipientId }: z.infer<typeof notice>,
  { version, request = String(number), change = `v${version}` }: NoticeFacts,
): string => `${channel}:${request}:${change}:${event}:${recipientId}`;

/** `keys`: the items that carry the same warning to the other admins. Early versions stored none. */
const warning = z.object({
  recipientId: z.string(),
  subjects: z.array(z.string()),
  keys: z.array(z.string()).default([]),
});

/** The payload of a warning to one admin. */
export type Warning = z.infer<typeof warning>;

/** The entries of the audit log that a digest covers: after one, up to another one. */
const digestRange = { afterId: z.number(), throughId: z.number() };

export type DigestRange = { afterId: number; throughId: number };

/**
 * Digests of changed settings, and offers of tokens, use the kinds of warnings, without `subjects`. The previous version cannot read that and
 * leaves it to this one, whereas an item of a kind that it does not know would be dead at once.
 */
const digestMessage = z.object({
  ...{ digest: z.literal("send"), recipientId: z.string(), keys: z.array(z.string()), ...digestRange },
});
/** The offer of a token to the member who is to take it over. `offer`: the token's id. */
const tokenOffer = z.object({ offer: z.string(), recipientId: z.string(), keys: z.array(z.string()) });
const digestPlan = z.object({ digest: z.literal("plan") });
const digestCheck = z.object({ digest: z.literal("check"), keys: z.array(z.string()), ...digestRange });

const jobRun = (job: Job) =>
  itemKind({
    payload: z.object({ slot: z.string() }),
    key: () => `job:${job}`,
    priority: 0,
    provider: null,
  });

const jobs = {
  "job-expire": jobRun("expire"),
  "job-remind": jobRun("remind"),
  "job-silence": jobRun("silence"),
  "job-forget": jobRun("forget"),
  "job-prune": jobRun("prune"),
} satisfies Record<`job-${Job}`, unknown>;

/**
 * Every kind of outbox item. Kinds, keys and payloads are stored: another version of Signoff may have added an item that
 * this one carries out, so a change here must keep reading what is stored.
 */
export const items = {
  "request-changed": itemKind({
    payload: z.object({
      number: z.number(),
      version: z.number(),
      event: z.enum(requestEvents),
      by: actor,
      reminder: reminder.optional(),
      /** Identifies the change, in the keys of its notices. Earlier versions stored none. */
      change: z.string().optional(),
      /** Who pressed Promote, if an attempt ended. Early versions stored none. */
      promoterId: z.string().optional(),
    }),
    key: ({ number, version, reminder }) =>
      reminder === undefined
        ? `request:${number}:v${version}`
        : `request:${number}:reminder:${reminder.state}:${reminder.expiresAt}`,
    priority: 0,
    provider: null,
  }),
  "settings-changed": itemKind({ payload: empty, key: () => "settings", priority: 0, provider: null }),
  "cancel-requests": itemKind({
    payload: z.object({
      numbers: z.array(z.number()),
      actor,
      surface: z.enum(surfaces),
      reason: z.string(),
    }),
    key: (_, { workflowVersion }: { workflowVersion: number }) =>
      `cancel-requests:workflow:v${workflowVersion}`,
    priority: 0,
    provider: null,
  }),
  "draw-card": itemKind({
    payload: z.object({ cardId: z.string() }),
    key: ({ cardId }) => drawCardKey(cardId),
    priority: 0,
    provider: "slack",
  }),
  "send-message": itemKind({
    payload: notice,
    key: (payload, facts: NoticeFacts) => noticeKey("message", payload, facts),
    priority: 0,
    provider: "slack",
  }),
  "send-email": itemKind({
    payload: notice,
    key: (payload, facts: NoticeFacts) => noticeKey("email", payload, facts),
    priority: 0,
    provider: "email",
  }),
  "remove-message": itemKind({
    payload: z.object({ channel: z.string(), ts: z.string(), cardId: z.string().nullable() }),
    key: ({ channel, ts }) => `remove:${channel}:${ts}`,
    priority: 1,
    provider: "slack",
  }),
  "send-admin-message": itemKind({
    payload: z.union([warning, digestMessage, tokenOffer]),
    key: ({ recipientId }, { warningId }: { warningId: string }) => warningKey(warningId, recipientId),
    priority: 0,
    provider: "slack",
  }),
  "send-admin-email": itemKind({
    payload: warning,
    key: ({ recipientId }, { warningId }: { warningId: string }) => warningKey(warningId, recipientId),
    priority: 0,
    provider: "email",
  }),
  /**
   * One for each admin, ever: what an upgrade no longer accepts is told once. `about` is left out in the notice of an
   * earlier version, which was about names and channels only.
   */
  "send-upgrade-notice": itemKind({
    payload: z.object({ recipientId: z.string(), about: z.literal("tokens").optional() }),
    key: ({ recipientId, about = "names" }) => upgradeNoticeKey(about, recipientId),
    priority: 1,
    provider: "slack",
  }),
  "check-warning": itemKind({
    payload: z.union([
      z.object({ subjects: z.array(z.string()), keys: z.array(z.string()) }),
      digestPlan,
      digestCheck,
    ]),
    key: (payload) => ("keys" in payload ? `${payload.keys[0]}:check` : "digest"),
    priority: 0,
    provider: null,
  }),
  "make-due": itemKind({
    payload: z.object({ reason: z.string() }),
    key: (_, { provider }: { provider: Provider }) => `make-due:${provider}`,
    priority: 0,
    provider: null,
  }),
  "follow-reach": itemKind({
    payload: z.object({ number: z.number() }),
    key: ({ number }) => coverageKey(number),
    priority: 1,
    provider: null,
  }),
  deploy: itemKind({
    /** The integration's deployer, and what things were called, when the attempt started. Earlier versions stored none. */
    payload: z.object({
      deploymentId: z.string(),
      deployer: z.string().optional(),
      names: z.object({ project: named, integration: named, source: named, target: named }).optional(),
    }),
    key: ({ deploymentId }) => `deploy:${deploymentId}`,
    priority: 0,
    provider: null,
  }),
  "draw-homes": itemKind({
    payload: empty,
    key: (_, { change }: { change: string | null }) => (change === null ? "homes" : `homes:${change}`),
    priority: 0,
    provider: null,
  }),
  "draw-home": itemKind({
    payload: z.object({ memberId: z.string() }),
    key: ({ memberId }) => `home:${memberId}`,
    priority: 0,
    provider: "slack",
  }),
  "warn-admins": itemKind({ payload: empty, key: () => "warnings", priority: 0, provider: null }),
  "refresh-member": itemKind({
    /** `moved`: somebody else now has their email address. Early versions stored no such field. */
    payload: z.object({ userId: z.string(), moved: z.boolean().optional() }),
    key: ({ userId }) => `member:${userId}`,
    priority: 0,
    provider: "slack",
  }),
  "sync-group": itemKind({
    payload: z.object({ groupId: z.string() }),
    key: ({ groupId }) => `group:${groupId}`,
    priority: 0,
    provider: "slack",
  }),
  "read-people": itemKind({
    payload: empty,
    key: () => "directory:people",
    priority: 0,
    provider: "slack",
  }),
  "read-groups": itemKind({
    payload: empty,
    key: () => "directory:groups",
    priority: 0,
    provider: "slack",
  }),
  ...jobs,
};

export type Kind = keyof typeof items;

export type Payload<K extends Kind> = z.infer<(typeof items)[K]["payload"]>;

/** What the key of a kind holds beyond its payload; undefined where the payload is enough. */
export type KeyFacts<K extends Kind> = Parameters<(typeof items)[K]["key"]>[1];

/** Returns the key of a warning's item for one admin. */
export const warningKey = (warningId: string, recipientId: string): string =>
  `warning:${warningId}:${recipientId}`;

const isKind = (name: string): name is Kind => Object.hasOwn(items, name);

/** Every kind, for handlers and metrics. */
export const kinds: readonly Kind[] = Object.keys(items).filter(isKind);
