import { lastChange } from "../../../db/audit/settings-history.ts";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import { listReviewCandidates } from "../../../db/people/role-holders.ts";
import * as roles from "../../../db/people/roles.ts";
import * as requests from "../../../db/requests/requests-list.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { Person } from "../../domain/people/people.ts";
import { reviewEligibility } from "../../domain/requests/eligibility.ts";
import { stateAt } from "../../domain/requests/request.ts";
import { mentionsInChannel } from "../../domain/shared/limits.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { requestShortage } from "../../domain/workflow/shortage.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { type Candidate, checkWorkflow, reviewersIn } from "../../domain/workflow/workflow-check.ts";

/** *Environment Promotion* as its row in the settings says it. */
export type WorkflowSummary = {
  enabled: boolean;
  roles: string[];
  assignees: Person[];
  requiredApprovals: number;
  gate: Workflow["options"]["gate"];
  cardsTo: Workflow["options"]["cardsTo"];
  open: number;
};

export async function getWorkflowSummary(db: Db, organizationId: string): Promise<WorkflowSummary> {
  const { enabled, roleIds, assigneeIds, options } = await workflows.current(db, organizationId);
  const [names, people, open] = await Promise.all([
    roles.names(db, organizationId, roleIds),
    members.findMany(db, organizationId, assigneeIds),
    requests.countOpen(db, organizationId),
  ]);
  const assignees = assigneeIds.map((id) => ({ id, name: people.get(id)?.name ?? id }));
  const { requiredApprovals, gate, cardsTo } = options;
  return { enabled, roles: names, assignees, requiredApprovals, gate, cardsTo, open };
}

/** The workflow as it is saved now. */
export function getWorkflow(db: Db, organizationId: string): Promise<Workflow> {
  return workflows.current(db, organizationId);
}

/** What a workflow would mean if it were saved like this (R6). */
export type WorkflowPreview = {
  roles: { id: string; name: string }[];
  /** Who could be an assignee: active full members in one of the chosen roles, by name. */
  choices: Person[];
  /** Assignees who are in none of the chosen roles any more. */
  outside: Person[];
  /** Who can review, in any project, and how many of them will be told of a request. */
  reviewers: number;
  told: number;
  noEmail: number;
  /** Who can review and would be told on no channel. */
  unreachable: Person[];
  /** The project in which the fewest can review, where they are not the same everywhere. */
  fewest: { project: string; reviewers: number } | null;
  problem: Refusal | null;
  open: number;
  /** Requests that wait for review and that nobody could then decide. */
  undecidable: number[];
};

export async function getWorkflowPreview(
  db: Db,
  organizationId: string,
  draft: Workflow,
  now: Date,
): Promise<WorkflowPreview> {
  const [all, asked, projects, open, pending] = await Promise.all([
    roles.list(db, organizationId),
    listReviewCandidates(db, organizationId, draft),
    listProjects(db, organizationId),
    requests.countOpen(db, organizationId),
    requests.listPending(db, organizationId),
  ]);
  const choices = asked.filter(({ status, holdings }) => status === "active" && holdings.length > 0);
  const outside = draft.assigneeIds.filter((id) => !choices.some((one) => one.id === id));
  const named = new Map(asked.map((one) => [one.id, one.name]));
  // What would hold if it were on, with the assignees who can stay: so the form says it before it is turned on.
  const assigneeIds = draft.assigneeIds.filter((id) => !outside.includes(id));
  const next: Workflow = { ...draft, enabled: true, assigneeIds };
  const people = asked.filter(({ holdings }) => holdings.length > 0);
  const checked = checkWorkflow(next, people, projects);
  const able = people.filter((one) => canReviewSomewhere(next, one));
  const told = able.filter((one, i) => reached(next, one, i));
  return {
    roles: all.map(({ id, name }) => ({ id, name })),
    choices: choices.map(toPerson),
    outside: outside.map((id) => ({ id, name: named.get(id) ?? id })),
    reviewers: able.length,
    told: told.length,
    noEmail: able.filter(({ email }) => email === null).length,
    unreachable: able.filter((one) => !told.includes(one)).map(toPerson),
    fewest: fewestOf(next, people, projects, able.length),
    problem: checked.ok ? null : checked.refusal,
    open,
    undecidable: await undecidableOf(
      db,
      organizationId,
      next,
      people,
      pending.filter(({ state }) => stateAt(state, now).name === "pending"),
    ),
  };
}

const toPerson = ({ id, name }: Person): Person => ({ id, name });

/** The role is held for the organization or for some project: the rule judges one project at a time. */
function canReviewSomewhere(draft: Workflow, one: Candidate): boolean {
  return one.holdings.some(
    ({ projectId }) => reviewEligibility(one, { projectId: projectId ?? "", requesters: [] }, draft).eligible,
  );
}

/** Everybody gets a card of their own; in a channel the first ones are mentioned, and the others read their email. */
function reached(draft: Workflow, one: { email: string | null }, position: number): boolean {
  if (draft.options.cardsTo.kind === "reviewers") return true;
  return position < mentionsInChannel || one.email !== null;
}

function fewestOf(
  draft: Workflow,
  people: readonly Candidate[],
  projects: readonly { id: string; name: string }[],
  anywhere: number,
): WorkflowPreview["fewest"] {
  const counts = projects.map(({ id, name }) => ({
    project: name,
    reviewers: reviewersIn(draft, people, id).length,
  }));
  const [fewest] = counts.sort((a, b) => a.reviewers - b.reviewers);
  return fewest === undefined || fewest.reviewers === anywhere ? null : fewest;
}

async function undecidableOf(
  db: Db,
  organizationId: string,
  draft: Workflow,
  people: readonly Candidate[],
  pending: Awaited<ReturnType<typeof requests.listPending>>,
): Promise<number[]> {
  const numbers = pending.map(({ number }) => number);
  const approvals = await reviews.listApproverIds(db, organizationId, numbers);
  return pending
    .filter(
      (request) => requestShortage(request, approvals.get(request.number) ?? [], people, draft) !== null,
    )
    .map(({ number }) => number);
}

/** A workflow with its roles and people by name, for the one whose Save came second. */
export type NamedWorkflow = Pick<Workflow, "enabled" | "options"> & { roles: string[]; assignees: string[] };

/** What changed since somebody opened the workflow, by whom and when. */
export async function getWorkflowChange(
  db: Db,
  organizationId: string,
  seenVersion: number,
): Promise<{ by: Person | null; at: Date; version: number; before: NamedWorkflow; after: NamedWorkflow }> {
  const [change, seen, current] = await Promise.all([
    lastChange(db, organizationId, "workflow"),
    workflows.findVersion(db, organizationId, seenVersion),
    workflows.current(db, organizationId),
  ]);
  const named = async ({ enabled, options, roleIds, assigneeIds }: Workflow): Promise<NamedWorkflow> => {
    const people = await members.findMany(db, organizationId, assigneeIds);
    return {
      enabled,
      options,
      roles: await roles.names(db, organizationId, roleIds),
      assignees: assigneeIds.map((id) => people.get(id)?.name ?? id),
    };
  };
  return { ...change, version: current.version, before: await named(seen), after: await named(current) };
}
