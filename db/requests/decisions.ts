import { and, eq, isNull, sql } from "drizzle-orm";
import type { Holding, MemberId } from "../../src/domain/people/people.ts";
import type { GivenReview } from "../../src/domain/requests/approvals.ts";
import type { BoundFacts } from "../../src/domain/requests/bound-facts.ts";
import type { PromotionRequest } from "../../src/domain/requests/request.ts";
import type { Review, ReviewCase } from "../../src/domain/requests/review.ts";
import type { Surface } from "../../src/domain/shared/actor.ts";
import type { AuditEntry } from "../audit/audit.ts";
import type { Db, Tx } from "../connection/connect.ts";
import type { NewItem } from "../delivery/outbox.ts";
import { members, requests, reviews, ruleVersions, workflowVersions } from "../schema/index.ts";
import { orNone } from "../workflow/workflow.ts";
import { knowsOrigin } from "./bound-facts.ts";
import { changingColumns, requestColumns, toRequest } from "./request-row.ts";

/**
 * Everything that decides whether a review counts, and the versions of the rules and of the facts at which it was read.
 * `facts`: the bound facts if some changed since the request kept them. `known`: whether the button or dialog is of this
 * request.
 */
export type Case = ReviewCase & {
  facts: BoundFacts | null;
  factsVersion: number;
  rules: number;
  known: boolean;
};

/**
 * Reads a case in one statement, so in one round trip and from one snapshot; undefined if there is no such request.
 *
 * @param origin the card's ID or the request's identity that came with the review; null for none
 */
export async function readCase(
  db: Db | Tx,
  organizationId: string,
  number: number,
  reviewerId: MemberId,
  origin: string | null = null,
): Promise<Case | undefined> {
  const [row] = await prepared(db).execute({ organizationId, number, reviewerId, origin });
  if (row === undefined) return undefined;
  return {
    request: toRequest(row.request),
    fingerprint: row.fingerprint,
    facts: row.facts,
    known: row.known,
    workflow: orNone(row.workflow),
    factsVersion: row.factsVersion ?? 0,
    rules: row.rules ?? 0,
    reviewer: { id: reviewerId, status: row.status ?? "stranger", holdings: row.holdings },
    previous: row.previous,
    reviews: row.reviews,
  };
}

/** Drizzle builds the statement's text once for a database. A transaction is another session and builds its own. */
const statements = new WeakMap<Db | Tx, ReturnType<typeof build>>();

function prepared(db: Db | Tx): ReturnType<typeof build> {
  const statement = statements.get(db) ?? build(db);
  statements.set(db, statement);
  return statement;
}

function build(db: Db | Tx) {
  const organization = sql.placeholder("organizationId");
  const reviewer = sql.placeholder("reviewerId");
  const newest = sql`(select max(version) from workflow_versions where organization_id = ${organization})`;
  // While nothing has changed since the approvals were counted, the earlier review of this person is enough. A request has
  // none at its first version.
  const counted = sql`${requests.countedVersion} = ${requests.version} and ${requests.countedRules} = ${ruleVersions.version}`;
  // Without `offset 0`, the planner would compute the facts again for their fingerprint.
  const changed = sql`lateral (select case when ${requests.factsVersion} = ${ruleVersions.factsVersion} then null
    else bound_facts(${requests.organizationId}, ${requests.integrationId}, ${requests.sourceId}, ${requests.targetId}, ${requests.buildId}, ${requests.message}) end as facts
    offset 0) changed`;
  return db
    .select({
      request: requestColumns,
      workflow: workflowVersions,
      status: members.status,
      rules: ruleVersions.version,
      factsVersion: ruleVersions.factsVersion,
      facts: sql<BoundFacts | null>`changed.facts`,
      fingerprint: sql<string>`case when changed.facts is null then ${requests.fingerprint} else fingerprint_of(changed.facts) end`,
      known: knowsOrigin(sql`${sql.placeholder("origin")}::uuid`),
      holdings: sql<Holding[]>`(
        select coalesce(jsonb_agg(jsonb_build_object('roleId', role_id, 'projectId', project_id)), '[]')
        from role_holdings where organization_id = ${organization} and member_id = ${reviewer})`,
      previous: {
        reviewerId: reviews.reviewerId,
        verdict: reviews.verdict,
        comment: reviews.comment,
        fingerprint: reviews.fingerprint,
      },
      reviews: sql<GivenReview[] | null>`case when ${counted} then null when ${requests.version} = 1 then '[]'
        else given_reviews(${requests.organizationId}, ${requests.number}) end`,
    })
    .from(requests)
    .leftJoin(ruleVersions, eq(ruleVersions.organizationId, organization))
    .crossJoin(changed)
    .leftJoin(
      workflowVersions,
      and(eq(workflowVersions.organizationId, organization), eq(workflowVersions.version, newest)),
    )
    .leftJoin(members, and(eq(members.organizationId, organization), eq(members.id, reviewer)))
    .leftJoin(
      reviews,
      and(
        eq(reviews.organizationId, requests.organizationId),
        eq(reviews.requestNumber, requests.number),
        eq(reviews.reviewerId, reviewer),
        isNull(reviews.replacedAt),
      ),
    )
    .where(and(eq(requests.organizationId, organization), eq(requests.number, sql.placeholder("number"))))
    .prepare("read_case");
}

/**
 * Locks the version of the rules until the transaction ends, so that nothing that decisions are judged by changes. The
 * request must be locked before: every transaction takes the two in this order.
 */
export async function holdRules(tx: Tx, organizationId: string): Promise<void> {
  const held = () =>
    tx
      .select({ version: ruleVersions.version })
      .from(ruleVersions)
      .where(eq(ruleVersions.organizationId, organizationId))
      .for("share");
  if ((await held()).length > 0) return;
  await tx.insert(ruleVersions).values({ organizationId }).onConflictDoNothing();
  await held();
}

/** What one review changes. */
export type Decided = {
  /** What was judged: the version of the request, that of the rules, and the bound facts. */
  judged: { version: number } & Pick<Case, "rules" | "fingerprint" | "facts" | "factsVersion">;
  request: PromotionRequest;
  review: Review & { id: string; workflowVersion: number; surface: Surface; at: Date };
  /** Whether the person gave a review earlier, which this one replaces (R7). */
  replaces: boolean;
  entry: AuditEntry;
  item: NewItem;
};

/**
 * Writes a review in place of the person's earlier one, the changed request, the audit entry, and the outbox item in one
 * statement. Writes nothing if the request or the rules no longer have the judged version.
 *
 * @returns whether it was written
 */
export async function writeDecision(db: Db | Tx, decided: Decided): Promise<boolean> {
  // A single parameter keeps the statement's text the same, so that the server can reuse its plan. The request is locked
  // before the rules: a transaction that changes people holds requests when it counts its change as its last step.
  const rows = await db.execute<{ written: boolean }>(sql`
    with decided as materialized (
      select * from jsonb_to_record(${JSON.stringify(rowOf(decided))}::jsonb) as d(
        organization_id text, number int, judged int, rules bigint, fingerprint text, facts jsonb, facts_version bigint,
        version int, approvals int, outcome text, decided_at timestamptz, decided_by jsonb, state text, expires_at timestamptz,
        review_id uuid, reviewer_id text, verdict text, comment text, workflow_version int, surface text, at timestamptz,
        actor jsonb, action text, subject text, before jsonb, after jsonb, kind text, key text, payload jsonb)
    ), locked as materialized (
      select r.number from requests r, decided d
      where r.organization_id = d.organization_id and r.number = d.number and r.version = d.judged
      for no key update of r
    ), current as materialized (
      select v.version from rule_versions v, decided d, locked
      where v.organization_id = d.organization_id and v.version = d.rules
      for share of v
    ), moved as (
      update requests r set version = d.version, approvals = d.approvals, outcome = d.outcome, decided_at = d.decided_at,
        decided_by = d.decided_by, state = d.state, expires_at = d.expires_at, facts = coalesce(d.facts, r.facts),
        facts_version = d.facts_version, fingerprint = d.fingerprint, counted_version = d.version, counted_rules = d.rules
      from decided d, current
      where r.organization_id = d.organization_id and r.number = d.number and r.version = d.judged
      returning 1
    )${decided.replaces ? replaced : sql``}, reviewed as (
      insert into reviews
        (organization_id, id, request_number, reviewer_id, verdict, comment, workflow_version, surface, at, fingerprint)
      select d.organization_id, d.review_id, d.number, d.reviewer_id, d.verdict, d.comment, d.workflow_version, d.surface,
        d.at, d.fingerprint
      from decided d, moved${decided.replaces ? sql`, (select count(*) from replaced) as first` : sql``}
    ), audited as (
      insert into audit_log (organization_id, at, actor, surface, action, subject, before, after)
      select d.organization_id, d.at, d.actor, d.surface, d.action, d.subject, d.before, d.after from decided d, moved
    ), queued as (
      insert into outbox (organization_id, kind, key, payload)
      select d.organization_id, d.kind, d.key, d.payload from decided d, moved
    )
    select exists (select from moved) as written`);
  return rows[0]?.written ?? false;
}

/** The step that marks the person's earlier review as replaced. The new one is inserted after it. */
const replaced = sql`, replaced as (
      update reviews v set replaced_at = d.at
      from decided d, moved
      where v.organization_id = d.organization_id and v.request_number = d.number and v.reviewer_id = d.reviewer_id
        and v.replaced_at is null
      returning 1
    )`;

function rowOf({ judged, request, review, entry, item }: Decided): object {
  const { version, approvals, state, expiresAt, outcome, decidedAt, decidedBy } = changingColumns(request);
  return {
    organization_id: request.organizationId,
    number: request.number,
    judged: judged.version,
    rules: judged.rules,
    fingerprint: judged.fingerprint,
    ...{ facts: judged.facts, facts_version: judged.factsVersion },
    ...{
      version,
      approvals,
      outcome,
      decided_at: decidedAt,
      decided_by: decidedBy,
      state,
      expires_at: expiresAt,
    },
    review_id: review.id,
    reviewer_id: review.reviewerId,
    verdict: review.verdict,
    comment: review.comment,
    workflow_version: review.workflowVersion,
    surface: review.surface,
    at: review.at,
    ...{ actor: entry.actor, action: entry.action, subject: entry.subject },
    ...{ before: entry.before, after: entry.after },
    ...{ kind: item.kind, key: item.key, payload: item.payload },
  };
}
