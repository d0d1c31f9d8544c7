import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as approvals from "../../../db/requests/approvals-list.ts";
import { hasAny } from "../../../db/requests/open-requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { reviewScope } from "../../domain/requests/eligibility.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import { countedWaiting } from "../../domain/shared/limits.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { type RequestLine, requestLines } from "./request-line.ts";

/** A pending request and its group: waiting for the viewer's review, requested by the viewer, or neither. */
export type PendingLine = RequestLine & { group: approvals.PendingGroup };

/** Where a page of the pending list starts or ends: after or before this line of a group. */
export type PendingCursor = { from: "after" | "before"; group: approvals.PendingGroup; number: number };

/** Where a page of the past starts or ends: after (older than) or before this line. `at` is in milliseconds since 1970. */
export type PastCursor = { from: "after" | "before"; at: number; number: number };

export type Page<Line, Cursor> = {
  lines: Line[];
  previous: Cursor | null;
  next: Cursor | null;
  /** How many requests in all projects wait for the viewer's review, counted up to `countedWaiting`. */
  waiting: number;
  /** Whether the organization has any request. It is read only for an empty page. */
  everAsked: boolean;
};

export type ListOptions = {
  organizationId: string;
  viewerId: MemberId;
  projectId: string | null;
  /** The number of lines on a page. */
  size: number;
  now: Date;
};

/** Returns how many requests wait for this person's review, counted up to `countedWaiting`. */
export async function countWaitingFor(
  db: Db,
  organizationId: string,
  viewerId: MemberId,
  now: Date,
): Promise<number> {
  return waitingOf(db, (await readViewer(db, { organizationId, viewerId, projectId: null, now })).viewer);
}

/** Counts in all projects, even if the list shows only one. */
const waitingOf = (db: Db, viewer: approvals.Viewer): Promise<number> =>
  approvals.countWaiting(db, { ...viewer, projectId: null }, countedWaiting);

/**
 * Returns a page of the pending requests: first those that wait for the viewer's review, then those that they requested,
 * then the rest, each the oldest first. The viewer's facts and the workflow are read once for all requests.
 */
export async function listPending(
  db: Db,
  options: ListOptions,
  cursor: PendingCursor | null,
): Promise<Page<PendingLine, PendingCursor>> {
  const { organizationId, now, size } = options;
  const { viewer, workflow } = await readViewer(db, options);
  const forward = cursor === null || cursor.from === "after";
  const [waiting, found] = await Promise.all([
    waitingOf(db, viewer),
    forward
      ? readForward(db, viewer, cursor, size + 1)
      : readBackward(db, viewer, cursor, size + 1).then((nearest) => nearest.reverse()),
  ]);
  const more = found.length > size;
  const page = forward ? found.slice(0, size) : found.slice(more ? 1 : 0);
  const lines = await requestLines(
    db,
    organizationId,
    page.map(({ request }) => request),
    workflow,
    now,
  );
  const keys = page.map(({ group, request }) => ({ group, number: request.number }));
  return {
    lines: lines.map((line, i) => ({ ...line, group: page[i]?.group ?? "rest" })),
    ...turns(keys, forward, cursor !== null, more),
    waiting,
    everAsked: page.length > 0 || (await hasAny(db, organizationId)),
  };
}

/** Returns a page of the requests that are not pending, the latest first. */
export async function listPast(
  db: Db,
  options: ListOptions,
  cursor: PastCursor | null,
): Promise<Page<RequestLine, PastCursor>> {
  const { organizationId, now, size } = options;
  const forward = cursor === null || cursor.from === "after";
  const key = cursor && { at: new Date(cursor.at), number: cursor.number };
  const from = key && (forward ? { after: key } : { before: key });
  const [{ viewer, workflow }, found] = await Promise.all([
    readViewer(db, options),
    approvals.listPast(db, options, from, size + 1),
  ]);
  const more = found.length > size;
  const page = forward ? found.slice(0, size) : found.slice(0, size).reverse();
  const [waiting, lines] = await Promise.all([
    waitingOf(db, viewer),
    requestLines(db, organizationId, page, workflow, now),
  ]);
  const keys = page.map(({ key }) => ({ at: key.at.getTime(), number: key.number }));
  return {
    lines,
    ...turns(keys, forward, cursor !== null, more),
    waiting,
    everAsked: page.length > 0 || (await hasAny(db, organizationId)),
  };
}

/** Reads what the viewer may review (R4, R5), and the workflow. */
async function readViewer(
  db: Db,
  { organizationId, viewerId, projectId, now }: Omit<ListOptions, "size">,
): Promise<{ viewer: approvals.Viewer; workflow: Workflow }> {
  const [facts, workflow] = await Promise.all([
    members.findFacts(db, organizationId, viewerId),
    workflows.current(db, organizationId),
  ]);
  const scope = facts === undefined ? { projects: [], own: false } : reviewScope(facts, workflow);
  const required = workflow.options.requiredApprovals;
  return { viewer: { organizationId, viewerId, scope, required, projectId, now }, workflow };
}

type InGroup = { group: approvals.PendingGroup; request: PromotionRequest };

/** Reads the groups in order, starting after the cursor. */
async function readForward(
  db: Db,
  viewer: approvals.Viewer,
  cursor: PendingCursor | null,
  limit: number,
): Promise<InGroup[]> {
  const found: InGroup[] = [];
  const first = cursor === null ? 0 : approvals.pendingGroups.indexOf(cursor.group);
  for (const [i, group] of approvals.pendingGroups.entries()) {
    if (i < first) continue;
    const after = i === first ? (cursor?.number ?? 0) : 0;
    const requests = await approvals.listGroup(db, viewer, group, { after }, limit - found.length);
    found.push(...requests.map((request) => ({ group, request })));
  }
  return found;
}

const highest = 2 ** 31 - 1;

/** Reads the groups in reverse order, starting before the cursor. The nearest line comes first. */
async function readBackward(
  db: Db,
  viewer: approvals.Viewer,
  cursor: PendingCursor,
  limit: number,
): Promise<InGroup[]> {
  const found: InGroup[] = [];
  const first = approvals.pendingGroups.indexOf(cursor.group);
  for (const group of approvals.pendingGroups.slice(0, first + 1).reverse()) {
    const before = group === cursor.group ? cursor.number : highest;
    const requests = await approvals.listGroup(db, viewer, group, { before }, limit - found.length);
    found.push(...requests.map((request) => ({ group, request })));
  }
  return found;
}

/** Returns the cursors of the previous and the next page. */
function turns<Key extends object>(
  keys: readonly Key[],
  forward: boolean,
  turned: boolean,
  more: boolean,
): { previous: (Key & { from: "before" }) | null; next: (Key & { from: "after" }) | null } {
  const first = keys[0];
  const last = keys.at(-1);
  const hasPrevious = forward ? turned : more;
  const hasNext = forward ? more : true;
  return {
    previous: hasPrevious && first ? { ...first, from: "before" } : null,
    next: hasNext && last ? { ...last, from: "after" } : null,
  };
}
