import { sql } from "drizzle-orm";
import type { Db } from "../../../db/connection/connect.ts";

/** What is stored, read with SQL of its own, so that the property does not believe the product's reads. */
export type Facts = {
  members: Record<string, string>;
  roles: { id: string; name: string; admin: boolean; version: number }[];
  holdings: { roleId: string; memberId: string; projectId: string | null }[];
  workflow: {
    version: number;
    enabled: boolean;
    roleIds: string[];
    assigneeIds: string[];
    options: WorkflowFacts;
  } | null;
  projects: { id: string; slug: string; archived: boolean; version: number; requesters: string[] }[];
  /** Those that are not archived, in the order of their pipelines. */
  environments: { id: string; projectId: string; slug: string; name: string; critical: boolean }[];
  integrations: { id: string; projectId: string; slug: string; archived: boolean; deployer: string }[];
  live: LiveFacts[];
  requests: RequestFacts[];
  builds: {
    id: string;
    integrationId: string;
    externalId: string;
    author: string | null;
    link: string | null;
  }[];
};

type WorkflowFacts = {
  gate: "every" | "critical";
  requiredApprovals: number;
  selfReview: boolean;
  pendingDays: number;
  unfinishedDays: number;
};

export type LiveFacts = {
  integrationId: string;
  environmentId: string;
  buildId: string;
  deploymentId: string;
  requestNumber: number | null;
  startedAt: string;
  outside: boolean;
  /** Whether a deployment that started later has succeeded there. */
  overtaken: boolean;
  /** Whether the audit log has a record of the deployment. */
  audited: boolean;
};

export type RequestFacts = {
  number: number;
  state: string;
  projectId: string;
  integrationId: string;
  sourceId: string;
  targetId: string;
  buildId: string;
  outcome: "approved" | "rejected" | null;
  decidedBy: { kind: string } | null;
  deploymentId: string | null;
  closedAt: string | null;
};

/** Reads everything that the property judges by, in one statement. */
export async function readFacts(db: Db, organizationId: string): Promise<Facts> {
  const mine = sql`organization_id = ${organizationId}`;
  const list = (rows: ReturnType<typeof sql>) => sql`coalesce((select json_agg(r) from (${rows}) r), '[]')`;
  const [row] = await db.execute<{ facts: Facts }>(sql`select json_build_object(
    'members', (select json_object_agg(id, standing) from members where ${mine}),
    'roles', ${list(sql`select id, name, admin, version from roles where ${mine}`)},
    'holdings', ${list(sql`select role_id as "roleId", member_id as "memberId", project_id as "projectId"
      from role_holdings where ${mine}`)},
    'workflow', (select row_to_json(w) from (select version, enabled, role_ids as "roleIds",
      assignee_ids as "assigneeIds", options from workflow_versions where ${mine}
      order by version desc limit 1) w),
    'projects', ${list(sql`select id, slug, archived_at is not null as archived, version,
      array(select role_id from requester_roles q where q.${mine} and q.project_id = p.id) as requesters
      from projects p where ${mine} order by slug`)},
    'environments', ${list(sql`select id, project_id as "projectId", slug, name, critical from environments
      where ${mine} and archived_at is null order by project_id, position`)},
    'integrations', ${list(sql`select id, project_id as "projectId", slug, deployer,
      archived_at is not null as archived from integrations where ${mine} order by slug`)},
    'live', ${list(sql`select l.integration_id as "integrationId", l.environment_id as "environmentId",
      l.build_id as "buildId", l.deployment_id as "deploymentId", d.request_number as "requestNumber", d.outside,
      d.started_at as "startedAt",
      exists (select from deployments o where o.${mine} and o.integration_id = l.integration_id
        and o.environment_id = l.environment_id and o.status = 'succeeded' and o.started_at > d.started_at)
        as overtaken,
      exists (select from audit_log a where a.${mine} and a.subject = 'deployment:' || d.id) as audited
      from live_builds l join deployments d on d.${mine} and d.id = l.deployment_id where l.${mine}`)},
    'requests', ${list(sql`select number, state, project_id as "projectId", integration_id as "integrationId",
      source_id as "sourceId", target_id as "targetId", build_id as "buildId", outcome,
      decided_by as "decidedBy", deployment_id as "deploymentId", closed_at as "closedAt" from requests where ${mine} order by number`)},
    'builds', ${list(sql`select id, integration_id as "integrationId", external_id as "externalId", author, link from builds
      where ${mine} order by external_id`)}
  ) as facts`);
  if (row === undefined) throw new Error("The facts were not read");
  return row.facts;
}

/** R1: returns whether a promotion to this environment needs a review, as the issue words it. */
export function isGuarded({ workflow, environments }: Facts, environmentId: string): boolean {
  const target = environments.find(({ id }) => id === environmentId);
  if (target === undefined || workflow === null || !workflow.enabled) return false;
  const first = environments.find(({ projectId }) => projectId === target.projectId);
  return first?.id !== target.id && (workflow.options.gate === "every" || target.critical);
}

/** R4, R5: returns whether this member may review, as the issue words it. */
export function mayReview(
  { members, holdings, workflow }: Facts,
  memberId: string,
  request: { projectId: string; requesters: readonly string[] },
): boolean {
  if (workflow === null || members[memberId] !== "active") return false;
  const holds = holdings.some(
    (one) =>
      one.memberId === memberId &&
      workflow.roleIds.includes(one.roleId) &&
      (one.projectId === null || one.projectId === request.projectId),
  );
  const assigned = workflow.assigneeIds.length === 0 || workflow.assigneeIds.includes(memberId);
  return holds && assigned && (workflow.options.selfReview || !request.requesters.includes(memberId));
}

/** Returns the active full members who hold the Admin role. */
export function adminsIn({ members, roles, holdings }: Facts): string[] {
  const admin = roles.find((role) => role.admin)?.id;
  return holdings
    .filter(({ roleId, memberId }) => roleId === admin && members[memberId] === "active")
    .map(({ memberId }) => memberId);
}
