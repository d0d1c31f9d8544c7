import { type SQL, sql } from "drizzle-orm";
import {
  type Commit,
  type ComparisonFacts,
  commitsShown,
  maxBuildsCompared,
  type TwinCandidate,
} from "../../src/domain/requests/comparison.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { selectBypassMarks } from "../deployments/bypass-marks.ts";
import { selectUnknownAttempt } from "../deployments/unknown-attempts.ts";
import { commitKeyOf, versionKeyOf } from "../schema/catalog.ts";

/** Which two builds are compared, and where the first one is or was live. */
export type ComparedStep = {
  integrationId: string;
  targetId: string;
  /**
   * What is live in the target: a build (with the deployment that made it live, if known), or what was live before an
   * attempt. Null if nothing is live.
   */
  from: { buildId: string; deploymentId: string | null } | { beforeDeploymentId: string } | null;
  buildId: string;
  /** Where given, whether a deployment to the target may still be running is read, except attempts of this request. */
  unknownAttempts?: { exceptRequest: number | null };
};

/** Who deployed the build in the target, and for which request. `name` is the name of the member or the token's member. */
export type Deployer = { startedBy: Actor; name: string | null; requestNumber: number | null };

/** The most characters of a commit message to read. Screens cut its first line earlier. */
const longestMessage = 500;

/** The most past deployments of an environment to search for builds that were live in it. */
const mostDeployments = 1000;

type Row = {
  from_id: string | null;
  from_version: string;
  from_commit: string | null;
  from_created_at: number;
  to_version: string;
  to_commit: string | null;
  to_created_at: number;
  builds: number;
  never_live: number;
  unlisted: number;
  commits: Commit[];
  commit_count: number;
  newest: { id: string; version: string } | null;
  similar_builds: TwinCandidate[];
  outside_in: string[];
  unknown_attempt: boolean;
  compare_url: string | null;
  deployer: { startedBy: Actor; outside: boolean; requestNumber: number | null; name: string | null } | null;
};

/** Returns what a comparison of two builds needs, in one statement; undefined if the build does not exist. */
export async function findComparisonFacts(
  db: Db | Tx,
  organizationId: string,
  step: ComparedStep,
): Promise<(ComparisonFacts & { deployer: Deployer | null }) | undefined> {
  const rows = await db.execute<Row>(
    sql`${withSpan(organizationId, step)} ${selectComparison(organizationId, step)}`,
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { deployer } = row;
  return {
    from:
      row.from_id === null
        ? null
        : {
            id: row.from_id,
            version: row.from_version,
            commit: row.from_commit,
            createdAt: new Date(row.from_created_at),
          },
    to: {
      id: step.buildId,
      version: row.to_version,
      commit: row.to_commit,
      createdAt: new Date(row.to_created_at),
    },
    between: {
      neverLive: row.never_live,
      unlisted: row.unlisted,
      more: row.builds > maxBuildsCompared,
      commits: row.commits,
      commitCount: row.commit_count,
    },
    newest: row.newest,
    similar: row.similar_builds,
    outside: deployer?.outside ?? false,
    outsideIn: row.outside_in,
    unknownAttempt: row.unknown_attempt,
    compareUrl: row.compare_url,
    deployer,
  };
}

function selectOrigin(organizationId: string, { from, integrationId, targetId }: ComparedStep): SQL {
  if (from === null) return sql`select null::uuid as build_id`;
  if ("buildId" in from) return sql`select ${from.buildId}::uuid as build_id`;
  return sql`select build_id from deployments
    where organization_id = ${organizationId} and integration_id = ${integrationId}::uuid
      and environment_id = ${targetId}::uuid and status = 'succeeded' and (started_at, sequence) < (
        select started_at, sequence from deployments
        where organization_id = ${organizationId} and id = ${from.beforeDeploymentId}::uuid)
    order by started_at desc, sequence desc limit 1`;
}

/**
 * Selects the two builds, and the builds after the older one up to the newer one. The bounds are scalar subqueries
 * because only then does PostgreSQL use both of them to limit the index scan.
 */
function withSpan(organizationId: string, step: ComparedStep): SQL {
  return sql`
    with origin as (${selectOrigin(organizationId, step)}),
    ends as materialized (
      select id, version, commit, created_at from builds
      where organization_id = ${organizationId} and id in (${step.buildId}::uuid, (select build_id from origin))
    ),
    older as (select created_at, id from ends order by created_at, id limit 1),
    newer as (select created_at, id from ends order by created_at desc, id desc limit 1),
    span as materialized (
      select id, created_at, commits from builds
      where organization_id = ${organizationId} and integration_id = ${step.integrationId}::uuid
        and (created_at, id) > ((select created_at from older), (select id from older))
        and (created_at, id) <= ((select created_at from newer), (select id from newer))
      order by created_at desc, id desc
      limit ${maxBuildsCompared + 1}
    ),
    listed_commits as (
      select c ->> 'hash' as hash, left(c ->> 'message', ${longestMessage}) as message, c ->> 'author' as author,
        c ->> 'link' as link, row_number() over (order by span.created_at desc, span.id desc, n) as position
      from span cross join lateral jsonb_array_elements(
        case jsonb_typeof(span.commits) when 'array' then span.commits else '[]'::jsonb end
      ) with ordinality as listed(c, n)
    ),
    hashes as (
      select distinct lower(hash) as key, lower(hash) ~ '^[0-9a-f]{7,}$' as is_hash
      from listed_commits where hash is not null
    ),
    longest as (select key from hashes h where not exists (select from hashes o where ${extendsHash(sql`o`, sql`h`)})),
    full_hashes as (
      select h.key, case count(*) when 1 then min(l.key) else h.key end as full_key
      from hashes h join longest l on left(l.key, 7) = left(h.key, 7)
        and (l.key = h.key or (h.is_hash and starts_with(l.key, h.key)))
      group by h.key
    ),
    unique_commits as (
      select distinct on (full_key) listed_commits.*
      from listed_commits join full_hashes on key = lower(hash) order by full_key, position
    ),
    made_live as (
      select build_id from (
        select build_id, status from deployments
        where organization_id = ${organizationId} and integration_id = ${step.integrationId}::uuid
          and environment_id = ${step.targetId}::uuid
        order by started_at desc, sequence desc limit ${mostDeployments}
      ) last where status = 'succeeded'
    )`;
}

/** Selects whether one hash abbreviates another. The first comparison lets PostgreSQL join by it. */
const extendsHash = (long: SQL, short: SQL): SQL => sql`
  left(${long}.key, 7) = left(${short}.key, 7) and ${long}.is_hash and ${short}.is_hash
  and length(${long}.key) > length(${short}.key) and starts_with(${long}.key, ${short}.key)`;

/** The most builds that are read to find those that look like the compared one. */
const mostSimilar = 50;

/** Selects the builds that the domain checks for the same version or commit, newest first, as JSON. */
function selectSimilar(organizationId: string, integrationId: string): SQL {
  return sql`
    select coalesce(json_agg(json_build_object('id', id, 'externalId', external_id, 'version', version, 'commit', commit)
      order by created_at desc, id desc), '[]')
    from (
      select * from builds b
      where organization_id = ${organizationId} and integration_id = ${integrationId}::uuid and id <> t.id
        and (${versionKeyOf(sql`b.version`)} = ${versionKeyOf(sql`t.version`)}
          or ${commitKeyOf(sql`b.commit`)} = ${commitKeyOf(sql`t.commit`)})
      order by created_at desc, id desc limit ${mostSimilar}
    ) alike`;
}

/** Selects whether a deployment to the target ended as unknown and may still be running. */
function selectWhetherUnknown(
  organizationId: string,
  { integrationId, targetId: environmentId, unknownAttempts }: ComparedStep,
): SQL {
  if (unknownAttempts === undefined) return sql`false`;
  const target = { integrationId, environmentId };
  return sql`exists (${selectUnknownAttempt(organizationId, target, unknownAttempts.exceptRequest)})`;
}

function selectComparison(organizationId: string, step: ComparedStep): SQL {
  const { integrationId, from, buildId } = step;
  const deploymentId = from !== null && "deploymentId" in from ? from.deploymentId : null;
  return sql`
    select
      f.id as from_id, f.version as from_version, f.commit as from_commit,
      ${milliseconds(sql`f.created_at`)} as from_created_at,
      t.version as to_version, t.commit as to_commit, ${milliseconds(sql`t.created_at`)} as to_created_at,
      (select count(*) from span)::int as builds,
      (select count(*) from span where id <> t.id and id not in (select build_id from made_live))::int as never_live,
      (select count(*) from span where jsonb_typeof(commits) is distinct from 'array')::int as unlisted,
      (select coalesce(json_agg(json_build_object('hash', hash, 'message', message, 'author', author, 'link', link) order by position), '[]')
        from (select * from unique_commits order by position limit ${commitsShown}) first) as commits,
      (select count(*) from unique_commits)::int as commit_count,
      (select json_build_object('id', id, 'version', version) from builds
        where organization_id = ${organizationId} and integration_id = ${integrationId}::uuid
          and (created_at, id) > (t.created_at, t.id)
        order by created_at desc, id desc limit 1) as newest,
      (${selectSimilar(organizationId, integrationId)}) as similar_builds,
      (select coalesce(json_agg(name order by position, slug), '[]')
        from (${selectBypassMarks(organizationId, sql`d.build_id = t.id`)}) marks) as outside_in,
      ${selectWhetherUnknown(organizationId, step)} as unknown_attempt,
      (select compare_url from integrations
        where organization_id = ${organizationId} and id = ${integrationId}::uuid) as compare_url,
      (select json_build_object('startedBy', d.started_by, 'outside', d.outside, 'requestNumber', d.request_number, 'name', m.name)
        from deployments d left join members m
          on m.organization_id = d.organization_id and m.id = d.started_by ->> 'memberId'
        where d.organization_id = ${organizationId} and d.id = ${deploymentId}::uuid) as deployer
    from ends t left join ends f on f.id = (select build_id from origin)
    where t.id = ${buildId}::uuid`;
}

const milliseconds = (at: SQL): SQL => sql`(extract(epoch from ${at}) * 1000)::float8`;
