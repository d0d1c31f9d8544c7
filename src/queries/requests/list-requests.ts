import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as approvals from "../../../db/requests/approvals.ts";
import { hasAny } from "../../../db/requests/requests-list.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { reviewScope } from "../../domain/requests/eligibility.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import { countedWaiting } from "../../domain/shared/limits.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { type RequestLine, requestLines } from "./request-line.ts";

/** A pending request, with what it is to the viewer: to be reviewed by them, asked for by them, or neither. */
export type PendingLine = RequestLine & { group: approvals.PendingGroup };

/** Where a page of the pending list begins: behind or before a line of a group. */
export type PendingCursor = { from: "after" | "before"; group: approvals.PendingGroup; number: number };

/** Where a page of the past begins: behind (older than) or before a line. `at` is in milliseconds since 1970. */
export type PastCursor = { from: "after" | "before"; at: number; number: number };

export type Page<Line, Cursor> = {
  lines: Line[];
  previous: Cursor | null;
  next: Cursor | null;
  /** How many requests wait for the viewer's review, in all projects, counted up to `countedWaiting`. */
  waiting: number;
  /** Whether anybody has ever asked for a promotion; only looked up where the page is empty. */
  everAsked: boolean;
};

export type Asking = {
  organizationId: string;
  viewerId: MemberId;
  projectId: string | null;
  /** How many lines a page has. */
  size: number;
  now: Date;
};

/** How many requests wait for a review of this person's, counted up to `countedWaiting`. */
export async function countWaitingFor(
  db: Db,
  organizationId: string,
  viewerId: MemberId,
  now: Date,
): Promise<number> {
  return waitingOf(db, (await readViewer(db, { organizationId, viewerId, projectId: null, now })).viewer);
}

/** In all projects, whatever the list is narrowed to. */
const waitingOf = (db: Db, viewer: approvals.Viewer): Promise<number> =>
  approvals.countWaiting(db, { ...viewer, projectId: null }, countedWaiting);

/**
 * A page of what waits for review: first what this person can review and has not, then what they asked for, then the
 * rest; the oldest first. The person's facts and the workflow are read once, whatever the number of requests.
 */
export async function listPending(
  db: Db,
  asking: Asking,
  cursor: PendingCursor | null,
): Promise<Page<PendingLine, PendingCursor>> {
  const { organizationId, now, size } = asking;
  const { viewer, workflow } = await readViewer(db, asking);
  const forward = cursor === null || cursor.from === "after";
  const [waiting, found] = await Promise.all([
    waitingOf(db, viewer),
    forward
      ? readOn(db, viewer, cursor, size + 1)
      : readBack(db, viewer, cursor, size + 1).then((nearest) => nearest.reverse()),
  ]);
  const more = found.length > size;
  const page = forward ? found.slice(0, size) : found.slice(more ? 1 : 0);
  const required = workflow.options.requiredApprovals;
  const lines = await requestLines(
    db,
    organizationId,
    page.map(({ request }) => request),
    required,
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

/** A page of what is past: approved, rejected, cancelled, expired, promoted; the latest first. */
export async function listPast(
  db: Db,
  asking: Asking,
  cursor: PastCursor | null,
): Promise<Page<RequestLine, PastCursor>> {
  const { organizationId, now, size } = asking;
  const forward = cursor === null || cursor.from === "after";
  const key = cursor && { at: new Date(cursor.at), number: cursor.number };
  const from = key && (forward ? { after: key } : { before: key });
  const [{ viewer, workflow }, found] = await Promise.all([
    readViewer(db, asking),
    approvals.listPast(db, asking, from, size + 1),
  ]);
  const more = found.length > size;
  const page = forward ? found.slice(0, size) : found.slice(0, size).reverse();
  const [waiting, lines] = await Promise.all([
    waitingOf(db, viewer),
    requestLines(db, organizationId, page, workflow.options.requiredApprovals, now),
  ]);
  const keys = page.map((one) => ({ at: one.key.at.getTime(), number: one.key.number }));
  return {
    lines,
    ...turns(keys, forward, cursor !== null, more),
    waiting,
    everAsked: page.length > 0 || (await hasAny(db, organizationId)),
  };
}

/** R4, R5: who looks, with what they may review. */
async function readViewer(
  db: Db,
  { organizationId, viewerId, projectId, now }: Omit<Asking, "size">,
): Promise<{ viewer: approvals.Viewer; workflow: Workflow }> {
  const [facts, workflow] = await Promise.all([
    members.findFacts(db, organizationId, viewerId),
    workflows.current(db, organizationId),
  ]);
  const scope = facts === undefined ? { projects: [], own: false } : reviewScope(facts, workflow);
  return { viewer: { organizationId, viewerId, scope, projectId, now }, workflow };
}

type InGroup = { group: approvals.PendingGroup; request: PromotionRequest };

/** Reads through the groups in their order, from the cursor on. */
async function readOn(
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

/** Reads through the groups backwards, from the cursor on: the nearest comes first. */
async function readBack(
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

/** The cursors of the pages around this one. */
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
