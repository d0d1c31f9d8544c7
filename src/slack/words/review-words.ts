import type { NotCounted } from "../../domain/requests/approvals.ts";
import type { ReviewView } from "../../queries/requests/request-view.ts";
import { shortName } from "./names.ts";

const reasons: Record<NotCounted, string> = {
  self: "counts as the requester",
  role: "no longer a reviewer",
  assignee: "no longer assigned",
  deactivated: "deactivated",
  guest: "now a guest",
  bot: "a bot",
  stranger: "now in another workspace",
  changed: "the request changed after it",
};

/** Returns "no longer counts: now a guest" for an approval that no longer counts, or nothing. */
export const notCountedWords = ({ notCounted }: Pick<ReviewView, "notCounted">): string =>
  notCounted === null ? "" : `no longer counts: ${reasons[notCounted]}`;

/**
 * R4: returns a caution for each person whose approval decided a request, or was counted then, and who may no longer
 * review. What has changed of the request itself is told by its own cautions (R9).
 */
export function formerReviewerWords(reviews: readonly ReviewView[]): string[] {
  return reviews.flatMap(({ reviewer, notCounted }) =>
    notCounted === null || notCounted === "changed"
      ? []
      : [`${shortName(reviewer.name)} approved and can no longer review: ${reasons[notCounted]}`],
  );
}
