/** What admins have set, as the harness itself knows it: it is not read back from the product. */
export type Settings = {
  /** Who holds the workflow's role, by Slack user id. */
  members: readonly string[];
  /** Nobody: every member may review. */
  assignees: readonly string[];
  requiredApprovals: number;
  enabled: boolean;
  /** Where review cards go. */
  cardsTo: "reviewers" | "channel";
};

/** Settings that held for a while, and the moments in milliseconds between which they began to. */
export type Held = Settings & {
  /** The version of the workflow. */
  workflow: number;
  sentAt: number;
  answeredAt: number;
};

/** How long after the moment that a request or a review names it can still have been judged, in milliseconds. */
export const judgedWithinMs = 5_000;

/** R4, R5: who may review by these settings. */
export function mayReview(settings: Settings, userId: string, requesterId: string | null): boolean {
  const { members, assignees } = settings;
  const chosen = assignees.length === 0 || assignees.includes(userId);
  return members.includes(userId) && chosen && userId !== requesterId;
}

/** Everything that was set in a run, in its order. */
export class SettingsHistory {
  readonly held: Held[] = [];

  get now(): Held {
    const last = this.held.at(-1);
    if (last === undefined) throw new Error("Nothing has been set yet");
    return last;
  }

  add(held: Held): void {
    this.held.push(held);
  }

  /** What may have held at some moment between these two. While a change is under way, either may. */
  between(from: number, to: number): Held[] {
    return this.held.filter(({ sentAt }, index) => {
      const next = this.held[index + 1];
      return sentAt <= to && (next === undefined || next.answeredAt >= from);
    });
  }

  /** Whether this person may have been able to review at some moment between these two. */
  couldReview(userId: string, requesterId: string | null, from: number, to: number): boolean {
    return this.between(from, to).some((settings) => mayReview(settings, userId, requesterId));
  }

  /** Whether this person could review at every moment between these two. */
  couldAlwaysReview(userId: string, requesterId: string | null, from: number, to: number): boolean {
    return this.between(from, to).every((settings) => mayReview(settings, userId, requesterId));
  }
}
