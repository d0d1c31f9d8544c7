import type { ShortageFacts } from "../../src/domain/workflow/shortage.ts";
import { listProjects } from "../catalog/projects.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { listRoleHolders } from "../people/role-holders.ts";
import { listGiven } from "../requests/given-reviews.ts";
import { listPending } from "../requests/open-requests.ts";
import * as workflows from "./workflow.ts";

/** Returns what decides where too few people can review, in a fixed number of statements. */
export async function readShortageFacts(db: Db | Tx, organizationId: string): Promise<ShortageFacts> {
  const workflow = await workflows.current(db, organizationId);
  const candidates = await listRoleHolders(db, organizationId, workflow.roleIds);
  const projects = await listProjects(db, organizationId);
  const requests = await listPending(db, organizationId);
  const numbers = requests.map(({ number }) => number);
  const given = await listGiven(db, organizationId, numbers);
  const pending = requests.map((request) => ({ request, given: given.get(request.number) }));
  return { workflow, candidates, projects, pending };
}
