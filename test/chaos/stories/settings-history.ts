/** What admins have set, and how people and the channel are in Slack, as the harness recorded it. It is never read back. */
export type Settings = {
  /** Who holds the workflow's role, by Slack user ID. */
  members: readonly string[];
  /** Empty if every member may review. */
  assignees: readonly string[];
  requiredApprovals: number;
  enabled: boolean;
  /** Where review cards go. */
  cardsTo: "reviewers" | "channel";
  /** Who is no active full member of the workspace at the moment. */
  away: readonly string[];
  /** Whether the channel for review cards is archived. */
  isArchived: boolean;
};

/** Settings, and the moments in milliseconds between which they took effect. */
export type Held = Settings & {
  /** The version of the workflow. */
  workflow: number;
  sentAt: number;
  answeredAt: number;
};

/** How long after its recorded moment a request or review may have been decided, in milliseconds. */
export const judgedWithinMs = 5_000;

/**
 * Returns whether a person may review with these settings (R4, R5).
 *
 * @param requesters everybody who counts as the request's requester
 */
export function mayReview(settings: Settings, userId: string, requesters: readonly string[]): boolean {
  const { members, assignees, away } = settings;
  const chosen = assignees.length === 0 || assignees.includes(userId);
  return members.includes(userId) && chosen && !away.includes(userId) && !requesters.includes(userId);
}

/** All settings of a run, in order. */
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

  /** Returns whether this person may have been no active full member at some moment between these two. */
  mayBeAway(userId: string, from: number, to: number): boolean {
    return this.between(from, to).some(({ away }) => away.includes(userId));
  }

  /** Returns whether the channel may have been archived at some moment between these two. */
  mayBeArchived(from: number, to: number): boolean {
    return this.between(from, to).some(({ isArchived }) => isArchived);
  }

  /** Returns the settings that may have applied between two moments. During a change, both may. */
  between(from: number, to: number): Held[] {
    return this.held.filter(({ sentAt }, index) => {
      const next = this.held[index + 1];
      return sentAt <= to && (next === undefined || next.answeredAt >= from);
    });
  }

  /** Returns whether this person may have been able to review at some moment between these two. */
  couldReview(userId: string, requesters: readonly string[], from: number, to: number): boolean {
    return this.between(from, to).some((settings) => mayReview(settings, userId, requesters));
  }

  /** Returns whether this person could review at every moment between these two. */
  couldAlwaysReview(userId: string, requesters: readonly string[], from: number, to: number): boolean {
    return this.between(from, to).every((settings) => mayReview(settings, userId, requesters));
  }
}
