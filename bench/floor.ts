import type postgres from "postgres";

/**
 * The minimal cost of a decision: what `reviewPromotion` reads (the person who clicks, the workflow, their
 * roles, their earlier review, the locked request) and writes (review, request, audit, outbox), as one
 * prepared statement that commits by itself. Its conditions approximate the rules, so a decision that they
 * refuse changes nothing here either.
 * @throws if nothing was changed, because a bench must not measure refusals
 */
export async function decideInOneStatement(
  sql: postgres.Sql,
  organizationId: string,
  number: number,
  memberId: string,
): Promise<void> {
  const now = new Date();
  const actor = sql.json({ kind: "member", memberId });
  const [row] = await sql<{ state: string }[]>`
    with person as materialized (
      select standing, refreshed_at from members where organization_id = ${organizationId} and id = ${memberId}
    ), holding as materialized (
      select role_id, project_id from role_holdings
      where organization_id = ${organizationId} and member_id = ${memberId}
    ), workflow as materialized (
      select * from workflow_versions where organization_id = ${organizationId} order by version desc limit 1
    ), previous as materialized (
      select verdict, comment from reviews
      where organization_id = ${organizationId} and request_number = ${number} and reviewer_id = ${memberId}
        and replaced_at is null
    ), decided as (
      update requests q set
        version = q.version + 1,
        approvals = q.approvals + 1,
        outcome = case when q.approvals + 1 >= (w.options->>'requiredApprovals')::int then 'approved' end,
        decided_at = case when q.approvals + 1 >= (w.options->>'requiredApprovals')::int then ${now}::timestamptz end,
        decided_by = case when q.approvals + 1 >= (w.options->>'requiredApprovals')::int then ${actor}::jsonb end,
        state = case when q.approvals + 1 >= (w.options->>'requiredApprovals')::int then 'approved' else q.state end,
        expires_at = case when q.approvals + 1 >= (w.options->>'requiredApprovals')::int
          then ${now}::timestamptz + (w.options->>'unfinishedDays')::int * interval '1 day' else q.expires_at end
      from workflow w, person p
      where q.organization_id = ${organizationId} and q.number = ${number}
        and q.state = 'pending' and q.expires_at > ${now}::timestamptz
        and p.standing = 'active' and p.refreshed_at is not null and q.requester_id <> ${memberId}
        and exists (select from holding h
          where h.role_id = any(w.role_ids) and (h.project_id is null or h.project_id = q.project_id))
        and (cardinality(w.assignee_ids) = 0 or ${memberId} = any(w.assignee_ids))
        and not exists (select from previous)
      returning q.version, q.state, q.approvals, q.outcome, q.decided_at, q.decided_by, q.expires_at,
        w.version as workflow_version
    ), reviewed as (
      insert into reviews
        (organization_id, id, request_number, reviewer_id, verdict, comment, workflow_version, surface, at)
      select ${organizationId}, gen_random_uuid(), ${number}, ${memberId}, 'approve', '', workflow_version, 'slack', ${now}
      from decided
    ), audited as (
      insert into audit_log (organization_id, at, actor, surface, action, subject, before, after)
      select ${organizationId}, ${now}, ${actor}, 'slack',
        case when state = 'approved' then 'request.approved' else 'request.reviewed' end, ${`request:${number}`},
        jsonb_build_object('version', version - 1, 'approvals', approvals - 1, 'decision', null,
          'state', jsonb_build_object('name', 'pending', 'expiresAt', expires_at)),
        jsonb_build_object('version', version, 'approvals', approvals,
          'decision', jsonb_build_object('outcome', outcome, 'at', decided_at, 'by', decided_by),
          'state', jsonb_build_object('name', state, 'expiresAt', expires_at),
          'review', jsonb_build_object('verdict', 'approve', 'comment', '', 'replaces', null))
      from decided
    ), told as (
      insert into outbox (organization_id, kind, key, payload)
      select ${organizationId}, 'request-changed', ${`request:${number}`} || ':v' || version,
        jsonb_build_object('number', ${number}::int, 'version', version, 'by', ${actor}::jsonb,
          'event', case when state = 'approved' then 'approved' else 'reviewed' end)
      from decided
    )
    select state from decided`;
  if (row === undefined) throw new Error(`#${number} was not decided`);
}
