import { stateAt } from "../../src/domain/requests/request.ts";
import { findShortages, type Shortages } from "../../src/domain/workflow/shortage.ts";
import { listProjects } from "../catalog/projects.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { holders } from "../people/members.ts";
import { listPending } from "../requests/requests-list.ts";
import { listWhoApproved } from "../requests/reviews.ts";
import * as workflows from "./workflow.ts";

/** Where too few people can decide, as of now. */
export async function find(db: Db | Tx, organizationId: string, now: Date): Promise<Shortages> {
  const workflow = await workflows.current(db, organizationId);
  const candidates = await holders(db, organizationId, workflow.roleIds);
  const projects = await listProjects(db, organizationId);
  const pending = (await listPending(db, organizationId)).filter(
    ({ state }) => stateAt(state, now).name === "pending",
  );
  const numbers = pending.map(({ number }) => number);
  const approvals = await listWhoApproved(db, organizationId, numbers);
  return findShortages(
    workflow,
    candidates,
    projects,
    pending.map((request) => ({ request, approverIds: approvals.get(request.number) ?? [] })),
  );
}
