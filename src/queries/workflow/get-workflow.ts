import { lastChange } from "../../../db/audit/settings-history.ts";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import { listReviewCandidates } from "../../../db/people/role-holders.ts";
import * as roles from "../../../db/people/roles.ts";
import { listGiven } from "../../../db/requests/given-reviews.ts";
import * as requests from "../../../db/requests/open-requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { Person } from "../../domain/people/people.ts";
import { reviewEligibility } from "../../domain/requests/eligibility.ts";
import { stateAt } from "../../domain/requests/request.ts";
import { mentionsInChannel } from "../../domain/shared/limits.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { requestShortage } from "../../domain/workflow/shortage.ts";
import type { Workflow, WorkflowOptions } from "../../domain/workflow/workflow.ts";
import { type Candidate, checkWorkflow, reviewersIn } from "../../domain/workflow/workflow-check.ts";

/** *Environment Promotion* as its row in the settings shows it. */
export type WorkflowSummary = {
  enabled: boolean;
  roles: string[];
  assignees: Person[];
  options: WorkflowOptions;
  /** How many requests are open. */
  open: number;
};

/** Returns the workflow that applies now, with names and the number of open requests. */
export async function getWorkflowSummary(db: Db, organizationId: string): Promise<WorkflowSummary> {
  const { enabled, roleIds, assigneeIds, options } = await workflows.current(db, organizationId);
  const [names, people, open] = await Promise.all([
    roles.names(db, organizationId, roleIds),
    members.findMany(db, organizationId, assigneeIds),
    requests.countOpen(db, organizationId),
  ]);
  const assignees = assigneeIds.map((id) => ({ id, name: people.get(id)?.name ?? id }));
  return { enabled, roles: names, assignees, options, open };
}

/** Returns the workflow that applies now. */
export function getWorkflow(db: Db, organizationId: string): Promise<Workflow> {
  return workflows.current(db, organizationId);
}

/** What a draft of the workflow would mean if it were saved (R6). */
export type WorkflowPreview = {
  roles: { id: string; name: string }[];
  /** Who could be an assignee: active full members who hold one of the chosen roles, ordered by name. */
  choices: Person[];
  /** Assignees who hold none of the chosen roles. */
  notInRoles: Person[];
  /** How many people can review in at least one project, how many of them are notified, and how many have no email address. */
  reviewers: number;
  notified: number;
  noEmail: number;
  /** Who can review but is notified on no channel. */
  unreachable: Person[];
  /** The project with the fewest reviewers, if not everyone can review in every project. */
  fewest: { project: string; reviewers: number } | null;
  /** Why the draft cannot be saved. */
  problem: Refusal | null;
  /** How many requests are open. */
  open: number;
  /** The pending requests that too few people could then decide. */
  undecidable: number[];
};

/** Returns what a draft of the workflow would mean. It is judged as enabled, even if it is to be saved as disabled. */
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
  const notInRoles = draft.assigneeIds.filter((id) => !choices.some((choice) => choice.id === id));
  const names = new Map(asked.map(({ id, name }) => [id, name]));
  // Judged as enabled and without the assignees whom Save leaves out, so that the form warns before it is turned on.
  const assigneeIds = draft.assigneeIds.filter((id) => !notInRoles.includes(id));
  const next: Workflow = { ...draft, enabled: true, assigneeIds };
  const people = asked.filter(({ holdings }) => holdings.length > 0);
  const checked = checkWorkflow(next, people, projects);
  const able = people.filter((member) => canReviewSomewhere(next, member));
  const notified = able.filter((member, i) => isNotified(next, member, i));
  return {
    roles: all.map(({ id, name }) => ({ id, name })),
    choices: choices.map(toPerson),
    notInRoles: notInRoles.map((id) => ({ id, name: names.get(id) ?? id })),
    reviewers: able.length,
    notified: notified.length,
    noEmail: able.filter(({ email }) => email === null).length,
    unreachable: able.filter((member) => !notified.includes(member)).map(toPerson),
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

/** Returns whether a member can review in at least one project. The rule is about one project at a time. */
function canReviewSomewhere(draft: Workflow, member: Candidate): boolean {
  return member.holdings.some(
    ({ projectId }) =>
      reviewEligibility(member, { projectId: projectId ?? "", requesters: [] }, draft).eligible,
  );
}

/** Returns whether a reviewer is notified. In a channel only the first ones are mentioned; the others need an email address. */
function isNotified(draft: Workflow, { email }: { email: string | null }, position: number): boolean {
  if (draft.options.cardsTo.kind === "reviewers") return true;
  return position < mentionsInChannel || email !== null;
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
  const given = await listGiven(db, organizationId, numbers);
  return pending
    .filter((request) => requestShortage(request, given.get(request.number), people, draft) !== null)
    .map(({ number }) => number);
}

/** A workflow with the names of its roles and assignees. */
export type NamedWorkflow = Pick<Workflow, "enabled" | "options"> & { roles: string[]; assignees: string[] };

/** Returns what has changed since the version that a person saw, by whom, and when. `version` is the current one. */
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
