import type { BoundFact, FactChange } from "../../domain/requests/bound-facts.ts";
import type { RequestView, ReviewView } from "../../queries/requests/request-view.ts";
import { shortName } from "./names.ts";

const factNames: Record<BoundFact, string> = {
  "project-name": "name of the project",
  "project-slug": "short name of the project",
  "integration-name": "name of the integration",
  "integration-slug": "short name of the integration",
  deployer: "deployer",
  "source-name": "name of the source environment",
  "source-slug": "short name of the source environment",
  "target-name": "name of the target environment",
  "target-slug": "short name of the target environment",
  critical: "target environment",
};

/** Returns what was approved, and what it is now, in one plain sentence. */
export function factWords({ fact, before, after }: FactChange): string {
  return `The ${factNames[fact]} was ${shortName(before)} when it was approved, and is ${shortName(after)} now.`;
}

/** Approvals that no longer count, and what changed since, where that is known. */
export type Outdated = { reviews: readonly ReviewView[]; changes: readonly FactChange[] };

/** Returns the approvals that a notice is about, if the request has other bound facts now. */
export function outdatedApprovals(
  { state, reviews, fingerprint }: Pick<RequestView, "state" | "reviews" | "fingerprint">,
  { outdated, changes = [] }: { outdated?: string | undefined; changes?: readonly FactChange[] | undefined },
): Outdated {
  if (state !== "pending" || outdated === fingerprint) return { reviews: [], changes };
  const given = reviews.filter((review) => review.verdict === "approve" && review.fingerprint === outdated);
  return { reviews: given, changes };
}
