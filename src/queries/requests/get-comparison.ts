import type { Tx } from "../../../db/connection/connect.ts";
import { type ComparedStep, findComparisonFacts } from "../../../db/requests/comparison.ts";
import { compare } from "../../domain/requests/comparison.ts";
import type { Db } from "../shared/db.ts";
import { byView } from "../shared/name-people.ts";
import type { ComparisonView } from "./request-view.ts";

/**
 * Returns what a build changes in the environment that it goes to. Takes one indexed statement, which is bounded however
 * many builds there are.
 *
 * @returns null if the same build is already there, or the build is unknown
 */
export async function getComparison(
  db: Db | Tx,
  organizationId: string,
  step: ComparedStep,
): Promise<ComparisonView | null> {
  const facts = await findComparisonFacts(db, organizationId, step);
  if (facts === undefined) return null;
  const comparison = compare(facts);
  if (comparison === null) return null;
  const { from, deployer } = facts;
  const deployed = deployer && {
    by: byView(deployer.startedBy, (id) => ({ id, name: deployer.name ?? id })),
    requestNumber: deployer.requestNumber,
  };
  return {
    ...comparison,
    from: from && { id: from.id, version: from.version, commit: from.commit, deployed },
  };
}
