import type postgres from "postgres";
import { defaultOptions, type WorkflowOptions } from "../src/domain/workflow/workflow.ts";
import { workspace } from "./payloads.ts";

/** How many rows a database is filled with. */
export type Amounts = {
  integrations: number;
  reviewers: number;
  /** Pending requests, numbered from 1. At most three per integration, one for each step. */
  pending: number;
  /** Closed requests, with the next numbers. Rejected and promoted in turn. */
  past: number;
};

const perProject = 50;

/** Returns a UUID made of a digit and an SQL number, so that the same row has the same ID everywhere. */
const uuid = (kind: "a" | "b" | "c" | "d" | "f", number: string) =>
  `('${kind.repeat(8)}-0000-4000-8000-' || lpad((${number})::text, 12, '0'))::uuid`;
const projectOf = (integration: string) => `1 + (${integration} - 1) / ${perProject}`;
const environment = (projectNumber: string, position: string) =>
  `('eeeeeeee-000' || (${position}) || '-4000-8000-' || lpad((${projectNumber})::text, 12, '0'))::uuid`;

const role = "eeeeeeee-0000-4000-8000-000000000000";
const system = `'{"kind":"system","reason":"bench"}'::jsonb`;
const reviewer = `'{"kind":"member","memberId":"U0R00000"}'::jsonb`;

/** Returns the name of a seeded integration in `/promote`, counted from 1. */
export const integrationPath = (number: number): string =>
  `project-${1 + Math.floor((number - 1) / perProject)}/orders-${number}`;

/** Fills an empty database with SQL only. A million rows take a minute, and no use case runs. */
export async function seed(sql: postgres.Sql, amounts: Amounts): Promise<void> {
  const org = `'${workspace.teamId}'`;
  // Skips the foreign key checks of every row.
  const unchecked = (statements: string) =>
    sql.unsafe(`set session_replication_role = replica; ${statements}; reset session_replication_role`);
  await unchecked(people(org, amounts));
  await unchecked(catalog(org, amounts));
  await unchecked(requests(org, amounts));
  await saveWorkflow(sql, 1, {});
  // The state after a night of autovacuum, so that plans do not depend on whether it has run.
  await sql.unsafe("vacuum (analyze)");
}

/** Adds a version of the workflow with these options changed. */
export async function saveWorkflow(
  sql: postgres.Sql,
  version: number,
  change: Partial<WorkflowOptions>,
): Promise<void> {
  const options = { ...defaultOptions, ...change } as unknown as postgres.JSONValue;
  const by = { kind: "system", reason: "bench" };
  await sql`
    insert into workflow_versions (organization_id, version, enabled, role_ids, assignee_ids, options, saved_by, saved_at)
    values (${workspace.teamId}, ${version}, true, ${[role]}::uuid[], '{}', ${sql.json(options)}, ${sql.json(by)}, now())`;
}

/** Adds one requester and the reviewers, whose data is recent enough that nobody is looked up at Slack. */
const people = (org: string, { reviewers }: Amounts) => `
  insert into organizations (id, name, url) values (${org}, 'Bench', 'https://bench.slack.com/');
  insert into members (organization_id, id, name, email, time_zone, standing, refreshed_at)
    select ${org}, id, 'Person ' || id, lower(id) || '@bench.example', 'Europe/Berlin', 'active', now() + interval '1 day'
    from (select '${workspace.requesterId}' as id union all
      select 'U0R' || lpad(i::text, 5, '0') from generate_series(0, ${reviewers} - 1) i) as everybody;
  insert into roles (organization_id, id, name) values (${org}, '${role}', 'Release Managers');
  insert into role_holdings (organization_id, role_id, member_id)
    select ${org}, '${role}', id from members where id <> '${workspace.requesterId}';
  insert into request_counters (organization_id, last) values (${org}, 0);`;

/**
 * Adds projects with fifty integrations each. Every integration has a newer build live in Development and an
 * older one everywhere else.
 */
const catalog = (org: string, { integrations, past }: Amounts) => `
  insert into projects (organization_id, id, slug, name)
    select ${org}, ${uuid("f", "p")}, 'project-' || p, 'Project ' || p from generate_series(1, ${projectOf(String(integrations))}) p;
  insert into environments (organization_id, id, project_id, slug, name, position, critical)
    select ${org}, ${environment("p", "e.position")}, ${uuid("f", "p")}, lower(e.name), e.name, e.position, e.position = 3
    from generate_series(1, ${projectOf(String(integrations))}) p,
      (values (0, 'Development'), (1, 'Test'), (2, 'Staging'), (3, 'Production')) as e(position, name);
  insert into integrations (organization_id, id, project_id, slug, name)
    select ${org}, ${uuid("a", "i")}, ${uuid("f", projectOf("i"))}, 'orders-' || i, 'Orders ' || i
    from generate_series(1, ${integrations}) i;
  insert into builds (organization_id, id, integration_id, external_id, version, commit, link, author, created_at)
    select ${org}, id, ${uuid("a", "i")}, 'build-' || v || '-' || i, v, '578d101fa1', 'https://ci.example/' || i, 'Dana', now()
    from generate_series(1, ${integrations}) i,
      lateral (values (${uuid("b", "i")}, '1.1.0'), (${uuid("c", "i")}, '1.0.0')) as built(id, v);
  insert into builds (organization_id, id, integration_id, external_id, version, created_at)
    select ${org}, ${uuid("d", "i")}, ${uuid("a", `1 + i % ${integrations}`)}, 'old-' || i, '0.' || i, now()
    from generate_series(1, ${Math.floor(past / 10)}) i;
  insert into deployments (organization_id, id, integration_id, environment_id, build_id, status, started_by, started_at, finished_at)
    select ${org}, gen_random_uuid(), ${uuid("a", "i")}, ${environment(projectOf("i"), "e")},
      case when e = 0 then ${uuid("b", "i")} else ${uuid("c", "i")} end, 'succeeded', ${system}, now(), now()
    from generate_series(1, ${integrations}) i, generate_series(0, 3) e;
  insert into live_builds (organization_id, integration_id, environment_id, build_id, deployment_id, sequence, since)
    select organization_id, integration_id, environment_id, build_id, id, sequence, started_at from deployments;`;

const requests = (org: string, { integrations, pending, past }: Amounts) => {
  const columns = `organization_id, number, version, project_id, integration_id, source_id, target_id, build_id,
    requested_by, requester_id, message, created_at, approvals`;
  // Request n belongs to integration n. After the last integration, the numbers start again with the first
  // one, one step further.
  const integration = (nth: string) => `(1 + ${nth} % ${integrations})`;
  const step = (nth: string) => `${nth} / ${integrations} % 3`;
  const common = (number: string, nth: string, version: number, ago: string) => `
    ${org}, ${number}, ${version}, ${uuid("f", projectOf(integration(nth)))}, ${uuid("a", integration(nth))},
    ${environment(projectOf(integration(nth)), step(nth))}, ${environment(projectOf(integration(nth)), `${step(nth)} + 1`)},
    ${uuid("b", integration(nth))}, '{"kind":"member","memberId":"${workspace.requesterId}"}'::jsonb,
    '${workspace.requesterId}', 'Fixes the totals', now() - ${ago}`;
  // The trigger stores the bound facts. The past does without: it would take minutes.
  return `
  insert into rule_versions (organization_id) values (${org}) on conflict do nothing;
  alter table requests enable always trigger requests_bound;
  insert into requests (${columns}, state, expires_at)
    select ${common("i", "(i - 1)", 1, "interval '1 hour'")}, 0, 'pending', now() + interval '6 days'
    from generate_series(1, ${pending}) i;
  alter table requests enable trigger requests_bound;
  insert into requests (${columns}, outcome, decided_at, decided_by, state)
    select ${common(`${pending} + i`, "i", 2, "(i + 30) * interval '1 minute'")}, 0,
      'rejected', now() - i * interval '1 minute', ${reviewer}, 'rejected'
    from generate_series(1, ${past}, 2) i;
  insert into requests (${columns}, outcome, decided_at, decided_by, state, deployment_id, closed_at)
    select ${common(`${pending} + i`, "i", 4, "(i + 30) * interval '1 minute'")}, 1,
      'approved', now() - i * interval '1 minute', ${reviewer}, 'promoted', gen_random_uuid(), now() - i * interval '1 minute'
    from generate_series(2, ${past}, 2) i;
  ${records};
  update request_counters set last = ${pending} + ${past};`;
};

/**
 * Adds the rows that every request leaves: reviews, deployments, audit rows, cards, and settled outbox items.
 */
const records = `
  insert into reviews (organization_id, id, request_number, reviewer_id, verdict, comment, workflow_version, surface, at)
    select organization_id, gen_random_uuid(), number, 'U0R00000', case outcome when 'approved' then 'approve' else 'reject' end,
      '', 1, 'slack', decided_at from requests where outcome is not null;
  insert into deployments (organization_id, id, integration_id, environment_id, build_id, request_number, status, started_by, started_at, finished_at)
    select organization_id, deployment_id, integration_id, target_id, build_id, number, 'succeeded', requested_by, closed_at, closed_at
    from requests where deployment_id is not null;
  insert into audit_log (organization_id, at, actor, surface, action, subject, before, after)
    select organization_id, coalesce(decided_at, created_at), requested_by, 'slack', 'request.submitted', 'request:' || number,
      '{"version": 1}', jsonb_build_object('version', v)
    from requests, generate_series(1, version) v;
  insert into cards (organization_id, id, request_number, recipient_id, kind, channel, ts, drawn_version)
    select organization_id, gen_random_uuid(), number, requester_id, 'own', 'D0' || requester_id, '1700000000.' || number, version
    from requests where outcome is not null;
  insert into outbox (organization_id, kind, key, payload, settled_at, outcome)
    select organization_id, 'request-changed', 'request:' || number || ':v1', '{}', now(), 'done' from requests`;

/** Keeps only the first of the seeded reviewers in the role. */
export async function setReviewers(sql: postgres.Sql, count: number): Promise<void> {
  await sql`delete from role_holdings where role_id = ${role}`;
  await sql`
    insert into role_holdings (organization_id, role_id, member_id)
    select organization_id, ${role}, id from members where id like 'U0R0%' order by id limit ${count}`;
  await sql`analyze role_holdings`;
}
