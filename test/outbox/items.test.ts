import { expect, test } from "vitest";
import { type ItemToAdd, toStored } from "../../src/outbox/add-items.ts";
import { items, type Kind } from "../../src/outbox/items.ts";

const organizationId = "T1";
const by = { kind: "member", memberId: "U1" } as const;
const reminder = { state: "pending", expiresAt: "2026-12-01T09:00:00.000Z" } as const;

/**
 * One item of each kind, and a second one where a field is optional, with the key that every version has
 * used.
 */
const added: [key: string, item: ItemToAdd][] = [
  [
    "request:7:v2",
    { organizationId, kind: "request-changed", payload: { number: 7, version: 2, event: "approved", by } },
  ],
  [
    "request:7:reminder:pending:2026-12-01T09:00:00.000Z",
    {
      organizationId,
      kind: "request-changed",
      payload: { number: 7, version: 2, event: "reminder", by, reminder },
    },
  ],
  ["settings", { organizationId, kind: "settings-changed", payload: {} }],
  [
    "cancel-requests:workflow:v3",
    {
      ...{ organizationId, kind: "cancel-requests", keyFacts: { workflowVersion: 3 } },
      payload: { numbers: [7, 8], actor: by, surface: "slack" as const, reason: "workflow turned off" },
    },
  ],
  ["card:c1", { organizationId, kind: "draw-card", payload: { cardId: "c1" } }],
  [
    "message:7:v2:approved:U1",
    {
      ...{ organizationId, kind: "send-message", keyFacts: { version: 2 } },
      payload: { number: 7, event: "approved", recipientId: "U1" },
    },
  ],
  [
    "email:7:v2:reminder:U1",
    {
      ...{ organizationId, kind: "send-email", keyFacts: { version: 2 } },
      payload: { number: 7, event: "reminder", recipientId: "U1", reminder },
    },
  ],
  [
    "remove:D1:1.2",
    { organizationId, kind: "remove-message", payload: { channel: "D1", ts: "1.2", cardId: null } },
  ],
  [
    "warning:w1:U1",
    {
      ...{ organizationId, kind: "send-admin-message", keyFacts: { warningId: "w1" } },
      payload: { recipientId: "U1", subjects: ["project:p1"], keys: ["warning:w1:U1"] },
    },
  ],
  [
    "warning:w1:U2",
    {
      ...{ organizationId, kind: "send-admin-email", keyFacts: { warningId: "w1" } },
      payload: { recipientId: "U2", subjects: ["told:slack"], keys: ["warning:w1:U2"] },
    },
  ],
  [
    "upgrade-notice:names:U1",
    { organizationId, kind: "send-upgrade-notice", payload: { recipientId: "U1" } },
  ],
  [
    "warning:w1:U1:check",
    { organizationId, kind: "check-warning", payload: { subjects: ["told:slack"], keys: ["warning:w1:U1"] } },
  ],
  [
    "warning:w2:U1",
    {
      ...{ organizationId, kind: "send-admin-message", keyFacts: { warningId: "w2" } },
      payload: { digest: "send", recipientId: "U1", keys: ["warning:w2:U1"], afterId: 4, throughId: 9 },
    },
  ],
  ["digest", { organizationId, kind: "check-warning", payload: { digest: "plan" } }],
  [
    "warning:w2:U1:check",
    {
      ...{ organizationId, kind: "check-warning" },
      payload: { digest: "check", keys: ["warning:w2:U1"], afterId: 4, throughId: 9 },
    },
  ],
  [
    "make-due:slack",
    { organizationId, kind: "make-due", payload: { reason: "r" }, keyFacts: { provider: "slack" } },
  ],
  ["reach:7", { organizationId, kind: "follow-reach", payload: { number: 7 } }],
  ["deploy:d1", { organizationId, kind: "deploy", payload: { deploymentId: "d1", deployer: "webhook" } }],
  ["homes", { organizationId, kind: "draw-homes", payload: {}, keyFacts: { change: null } }],
  [
    "homes:deployment:d1",
    { organizationId, kind: "draw-homes", payload: {}, keyFacts: { change: "deployment:d1" } },
  ],
  ["home:U1", { organizationId, kind: "draw-home", payload: { memberId: "U1" } }],
  ["warnings", { organizationId, kind: "warn-admins", payload: {} }],
  ["member:U1", { organizationId, kind: "refresh-member", payload: { userId: "U1" } }],
  ["group:S1", { organizationId, kind: "sync-group", payload: { groupId: "S1" } }],
  ["directory:people", { organizationId, kind: "read-people", payload: {} }],
  ["directory:groups", { organizationId, kind: "read-groups", payload: {} }],
  ["job:expire", { organizationId, kind: "job-expire", payload: { slot: "2026-12-01T09:00:00.000Z" } }],
  ["job:remind", { organizationId, kind: "job-remind", payload: { slot: "2026-12-01T09:00:00.000Z" } }],
  ["job:silence", { organizationId, kind: "job-silence", payload: { slot: "2026-12-01T09:00:00.000Z" } }],
  ["job:forget", { organizationId, kind: "job-forget", payload: { slot: "2026-12-01T09:00:00.000Z" } }],
  ["job:prune", { organizationId, kind: "job-prune", payload: { slot: "2026-12-01T09:00:00.000Z" } }],
];

test.each(added)("%s is stored under that key, with its payload as it is, and parses", (key, item) => {
  const stored = toStored(item);
  expect(stored).toMatchObject({ organizationId, kind: item.kind, key, payload: item.payload });
  expect(stored).not.toHaveProperty("keyFacts");
  expect(items[item.kind].payload.parse(JSON.parse(JSON.stringify(stored.payload)))).toEqual(item.payload);
});

test("the list above has every kind", () => {
  expect(new Set(added.map(([, { kind }]) => kind))).toEqual(new Set(Object.keys(items)));
});

test("an item without a priority gets the priority of its kind", () => {
  const card = { organizationId, kind: "draw-card", payload: { cardId: "c1" } } as const;
  expect(toStored(card).priority).toBe(0);
  expect(toStored({ ...card, priority: 1 }).priority).toBe(1);
  expect(toStored({ organizationId, kind: "follow-reach", payload: { number: 7 } }).priority).toBe(1);
});

/** Payloads that earlier versions stored and that this version must read. */
test.each<[what: string, kind: Kind, stored: object, parsed: object]>([
  ["an attempt that names no deployer", "deploy", { deploymentId: "d1" }, { deploymentId: "d1" }],
  [
    "a warning that does not name the other admins' items",
    "send-admin-message",
    { recipientId: "U1", subjects: ["project:p1"] },
    { recipientId: "U1", subjects: ["project:p1"], keys: [] },
  ],
  [
    "a notice from before there were reminders",
    "send-email",
    { number: 7, event: "approved", recipientId: "U1" },
    { number: 7, event: "approved", recipientId: "U1" },
  ],
  [
    "a change that a token made",
    "request-changed",
    {
      ...{ number: 7, version: 1, event: "requested" },
      by: { kind: "token", tokenId: "t1", name: "CI", memberId: "U1", makerId: "U2" },
    },
    {
      ...{ number: 7, version: 1, event: "requested" },
      by: { kind: "token", tokenId: "t1", name: "CI", memberId: "U1", makerId: "U2" },
    },
  ],
])("%s parses", (_, kind, stored, parsed) => {
  expect(items[kind].payload.parse(stored)).toEqual(parsed);
});

test("fields that a later version added are ignored", () => {
  expect(items["draw-card"].payload.parse({ cardId: "c1", later: true })).toEqual({ cardId: "c1" });
});
