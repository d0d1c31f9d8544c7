import { asc, eq } from "drizzle-orm";
import * as schema from "../../../db/schema/index.ts";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import { ids } from "../../../src/slack/kernel/ids.ts";
import type { ChaosWorld } from "../run/world.ts";
import type { Act, People } from "../stories/people.ts";

/** The state of a request in the audit log, before and after. */
export type Summary = {
  version: number;
  approvals: number;
  decision: { outcome: string; by: { kind: string; memberId?: string } } | null;
  state: { name: string; deploymentId?: string; replacedBy?: number | null; expiresAt?: string };
};

type InsertedAudit = typeof schema.auditLog.$inferSelect;
export type AuditRow = Omit<InsertedAudit, "before" | "after"> & {
  before: Summary | null;
  after: Summary & { review?: { verdict: string; replaces: string | null } };
};

/** A report of a deployment in the audit log. */
export type ReportRow = { subject: string; at: Date; before: { status: string }; after: { status: string } };

/** An email that the stand-in for Resend accepted, one for each ID that it returned. */
export type FarEmail = {
  id: string;
  key: string;
  /** When it was first sent there, in milliseconds. */
  at: number;
  content: { from: string; to: string; subject: string; html: string; text: string };
};

/** Everything in the database and at both services once all is quiet. */
export type Facts = {
  requests: (typeof schema.requests.$inferSelect)[];
  /** The rows about requests, oldest first. */
  audit: AuditRow[];
  /** The rows about deployments, oldest first. */
  reports: ReportRow[];
  builds: (typeof schema.builds.$inferSelect)[];
  integrations: (typeof schema.integrations.$inferSelect)[];
  reviews: (typeof schema.reviews.$inferSelect)[];
  cards: (typeof schema.cards.$inferSelect)[];
  emails: (typeof schema.emails.$inferSelect)[];
  outbox: (typeof schema.outbox.$inferSelect)[];
  deployments: (typeof schema.deployments.$inferSelect)[];
  live: (typeof schema.liveBuilds.$inferSelect)[];
  /** The bot's messages, by the key in their metadata. */
  messages: Map<string, StandInMessage[]>;
  /** The bot's messages without a key. */
  keyless: StandInMessage[];
  farEmails: FarEmail[];
  acts: readonly Act[];
};

export async function collect(world: ChaosWorld, people: People): Promise<Facts> {
  const { organizationId: own, database } = world;
  const { db } = database;
  const {
    requests,
    auditLog,
    reviews,
    cards,
    emails,
    outbox,
    builds,
    deployments,
    liveBuilds,
    integrations,
  } = schema;
  const audit = await db
    .select()
    .from(auditLog)
    .where(eq(auditLog.organizationId, own))
    .orderBy(asc(auditLog.id));
  return {
    requests: await db
      .select()
      .from(requests)
      .where(eq(requests.organizationId, own))
      .orderBy(asc(requests.number)),
    audit: audit.filter(({ subject }) => subject.startsWith("request:")) as AuditRow[],
    reports: audit.filter(isReport) as unknown as ReportRow[],
    builds: await db.select().from(builds).where(eq(builds.organizationId, own)),
    integrations: await db.select().from(integrations).where(eq(integrations.organizationId, own)),
    reviews: await db.select().from(reviews).where(eq(reviews.organizationId, own)),
    cards: await db.select().from(cards).where(eq(cards.organizationId, own)),
    emails: await db.select().from(emails).where(eq(emails.organizationId, own)),
    outbox: await db.select().from(outbox).where(eq(outbox.organizationId, own)).orderBy(asc(outbox.id)),
    deployments: await db
      .select()
      .from(deployments)
      .where(eq(deployments.organizationId, own))
      .orderBy(asc(deployments.sequence)),
    live: await db.select().from(liveBuilds).where(eq(liveBuilds.organizationId, own)),
    ...messagesOf(world),
    farEmails: farEmailsOf(world),
    acts: people.acts,
  };
}

/** Returns whether the audit log says that this person, or a token of theirs, did this to a request. */
export const isAudited = (
  { audit }: Pick<Facts, "audit">,
  number: number,
  action: string,
  by: { kind: "member" | "token"; memberId: string },
): boolean =>
  audit.some(
    ({ subject, action: done, actor }) =>
      subject === `request:${number}` &&
      done === `request.${action}` &&
      actor.kind === by.kind &&
      actor.memberId === by.memberId,
  );

const isReport = ({ action }: InsertedAudit): boolean => action === "deployment.reported";

function messagesOf({ slack }: ChaosWorld): Pick<Facts, "messages" | "keyless"> {
  const messages = new Map<string, StandInMessage[]>();
  const keyless: StandInMessage[] = [];
  for (const channel of slack.workspace.channels.keys()) {
    for (const message of slack.workspace.messagesIn(channel)) {
      if (message.user !== slack.workspace.bot.userId) continue;
      const { event_type: type, event_payload: payload } = message.metadata ?? {};
      const key = type === ids.metadata ? payload?.key : undefined;
      if (typeof key !== "string") keyless.push(message);
      else messages.set(key, [...(messages.get(key) ?? []), message]);
    }
  }
  return { messages, keyless };
}

/** Reads emails from the calls, one per ID: the stand-in answers the same key with the same ID, and its own list is paged. */
function farEmailsOf({ calls }: ChaosWorld): FarEmail[] {
  const seen = new Map<string, FarEmail>();
  for (const { key, at, status, answer, email } of calls) {
    if (email === undefined || status !== 200) continue;
    const id = /"id"\s*:\s*"([^"]+)"/.exec(answer ?? "")?.[1];
    if (id !== undefined && !seen.has(id)) seen.set(id, { id, key, at, content: JSON.parse(email) });
  }
  return [...seen.values()];
}
