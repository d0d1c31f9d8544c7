import type { Tx } from "../../../db/connection/connect.ts";
import { type ComparedStep, type Deployer, facts } from "../../../db/requests/comparison.ts";
import { compare } from "../../domain/requests/comparison.ts";
import type { Db } from "../shared/db.ts";
import type { ComparisonView, DeployedView } from "./request-view.ts";

/**
 * What a build changes where it goes: one indexed statement, bounded however many builds there are.
 *
 * @returns null where the same build is there already
 */
export async function getComparison(
  db: Db | Tx,
  organizationId: string,
  step: ComparedStep,
): Promise<ComparisonView | null> {
  const known = await facts(db, organizationId, step);
  if (known === undefined) return null;
  const comparison = compare(known);
  if (comparison === null) return null;
  const { from, deployer } = known;
  return {
    ...comparison,
    from: from && {
      id: from.id,
      version: from.version,
      commit: from.commit,
      deployed: deployer && deployedView(deployer),
    },
  };
}

function deployedView({ startedBy, name, requestNumber }: Deployer): DeployedView {
  if (startedBy.kind === "system") {
    return { by: { person: null, reason: startedBy.reason }, requestNumber };
  }
  const person = { id: startedBy.memberId, name: name ?? startedBy.memberId };
  return { by: { person, ...(startedBy.kind === "token" && { through: startedBy.name }) }, requestNumber };
}
