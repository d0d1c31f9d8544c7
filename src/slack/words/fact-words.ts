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

/** Returns the approvals that were given for these bound facts, if the request has others now. */
export function outdatedApprovals(
  { state, reviews, fingerprint }: Pick<RequestView, "state" | "reviews" | "fingerprint">,
  outdated: string | undefined,
): ReviewView[] {
  if (state !== "pending" || outdated === fingerprint) return [];
  return reviews.filter((review) => review.verdict === "approve" && review.fingerprint === outdated);
}
