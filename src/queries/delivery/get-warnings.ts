import type { Db } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as bypasses from "../../../db/deployments/bypasses.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import { readShortageFacts } from "../../../db/workflow/shortages.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import {
  addressOf,
  deniedCallOf,
  type Outage,
  type Provider,
  providers,
  toldSubject,
  unreadSubject,
} from "../../domain/delivery/outages.ts";
import { bypassedDeploymentOf } from "../../domain/deployments/bypass.ts";
import type { DeploymentStatus } from "../../domain/deployments/deployment.ts";
import { actingMember } from "../../domain/shared/actor.ts";
import { isTokenSubject } from "../../domain/tokens/token-warnings.ts";
import {
  findShortages,
  groupSubject,
  type ProjectShortage,
  projectSubject,
  type RequestShortage,
  requestSubject,
} from "../../domain/workflow/shortage.ts";
import { getRequest } from "../requests/get-request.ts";
import type { ByView, RequestView } from "../requests/request-view.ts";
import { byView, namePeople } from "../shared/name-people.ts";
import { listTokenWarnings, type TokenWarningView } from "../tokens/list-token-warnings.ts";

/** The problems to tell the admins about. Problems that were resolved in the meantime are left out. */
export type WarningsView = {
  projects: ProjectShortage[];
  requests: (RequestShortage & { view: RequestView })[];
  /** How many more requests there are. */
  moreRequests: number;
  /** Roles that are bound to a Slack user group that no longer exists, with the number of people who still hold them. */
  strayRoles: { name: string; people: number }[];
  /** The names of the workflow's roles. */
  workflowRoles: string[];
  /** Providers that refuse everything that Signoff sends. */
  outages: (Outage & { provider: Provider })[];
  /** Methods of Slack's that the token may not call. */
  deniedCalls?: (Outage & { method: string })[];
  /** Roles that are bound to a Slack user group that keeps failing to be read. */
  unreadRoles?: { name: string; reason: string }[];
  /** Email addresses that the provider refuses, with the names of the people who have them. */
  addresses: { address: string; people: string[]; reason: string }[];
  /** Deployments that bypassed the gate, including those that are no longer live. */
  bypasses: BypassView[];
  /** Tokens that stopped, that end soon, or whose member is no longer an admin. */
  tokens?: TokenWarningView[];
};

export type BypassView = {
  id: string;
  project: string;
  integration: string;
  environment: string;
  version: string;
  status: DeploymentStatus;
  live: boolean;
  by: ByView;
  at: Date;
};

/** The most requests to list. */
const mostRequests = 10;

export async function getWarnings(
  db: Db,
  organizationId: string,
  subjects: readonly string[],
  now: Date,
): Promise<WarningsView> {
  const short = findShortages(await readShortageFacts(db, organizationId), now);
  const projects = short.projects.filter(({ id }) => subjects.includes(projectSubject(id)));
  const stuck = short.requests.filter(({ number }) => subjects.includes(requestSubject(number)));
  const requests = [];
  for (const request of stuck.slice(0, mostRequests)) {
    const view = await getRequest(db, organizationId, request.number, now);
    if (view !== undefined) requests.push({ ...request, view });
  }
  const workflow = await workflows.current(db, organizationId);
  return {
    projects,
    requests,
    moreRequests: Math.max(0, stuck.length - mostRequests),
    strayRoles: await strayRoles(db, organizationId, subjects),
    workflowRoles: await roles.names(db, organizationId, workflow.roleIds),
    ...(await refusals(db, organizationId, subjects)),
    unreadRoles: await unreadRoles(db, organizationId, subjects),
    bypasses: await bypassedGate(db, organizationId, subjects),
    tokens: subjects.some(isTokenSubject) ? await listTokenWarnings(db, organizationId, subjects, now) : [],
  };
}

async function bypassedGate(
  db: Db,
  organizationId: string,
  subjects: readonly string[],
): Promise<BypassView[]> {
  const deployments = subjects.flatMap((subject) => bypassedDeploymentOf(subject) ?? []);
  const found = await bypasses.findMany(db, organizationId, deployments);
  const ids = found.flatMap(({ startedBy }) => actingMember(startedBy) ?? []);
  const people = await members.findMany(db, organizationId, ids);
  const personOf = namePeople(people);
  return found.map(({ startedBy, startedAt: at, ...bypass }) => ({
    ...bypass,
    at,
    by: byView(startedBy, personOf),
  }));
}

/** Returns what is still refused among these subjects. */
async function refusals(
  db: Db,
  organizationId: string,
  subjects: readonly string[],
): Promise<Pick<WarningsView, "outages" | "deniedCalls" | "addresses">> {
  const all = await warnings.listRefused(db, organizationId);
  const refused = all.filter(({ subject }) => subjects.includes(toldSubject(subject)));
  const owners = await members.listByEmail(
    db,
    organizationId,
    refused.flatMap(({ subject }) => addressOf(subject) ?? []),
  );
  const addresses = [];
  for (const { subject, reason } of refused) {
    const address = addressOf(subject);
    const people = owners.filter(({ email }) => email?.toLowerCase() === address).map(({ name }) => name);
    if (address !== null && people.length > 0) addresses.push({ address, people, reason });
  }
  const outages = providers.flatMap((provider) => {
    const stop = refused.find(({ subject }) => subject === provider);
    return stop === undefined ? [] : [{ provider, reason: stop.reason, since: stop.at }];
  });
  const deniedCalls = refused.flatMap(({ subject, reason, at: since }) => {
    const method = deniedCallOf(subject);
    return method === null ? [] : [{ method, reason, since }];
  });
  return { outages, deniedCalls, addresses };
}

async function unreadRoles(
  db: Db,
  organizationId: string,
  subjects: readonly string[],
): Promise<{ name: string; reason: string }[]> {
  const refused = await warnings.listRefused(db, organizationId);
  return (await roles.listBound(db, organizationId)).flatMap(({ name, groupId }) => {
    const unread = refused.find(({ subject }) => subject === unreadSubject(groupId ?? ""));
    const isAsked = unread !== undefined && subjects.includes(toldSubject(unread.subject));
    return isAsked ? [{ name, reason: unread.reason }] : [];
  });
}

async function strayRoles(
  db: Db,
  organizationId: string,
  subjects: readonly string[],
): Promise<WarningsView["strayRoles"]> {
  const bound = await roles.listBound(db, organizationId);
  const stray = bound.filter(({ groupId }) => subjects.includes(groupSubject(groupId ?? "")));
  const found = [];
  for (const { id, name } of stray) {
    const held = await roles.holdingsOf(db, organizationId, id);
    found.push({ name, people: new Set(held.map(({ memberId }) => memberId)).size });
  }
  return found;
}
