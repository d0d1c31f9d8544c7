import { idOf } from "../../support/catalog.ts";
import { type Facts, isGuarded, type LiveFacts, mayReview, type RequestFacts } from "./facts.ts";
import type { Got } from "./got.ts";
import type { Step } from "./steps.ts";

/** What the model remembers of a request: who approved it, and how long that lasts. */
type Remembered = {
  requesters: string[];
  approvals: Set<string>;
  /** `system`: no review was required when it was made. */
  approved: "no" | "people" | "system";
  closed: boolean;
  /** The last state that was seen. */
  state: string;
  expiresAt: Date;
};

/** Everything that one step did. */
export type Happened = { step: Step; got: Got; before: Facts; after: Facts; now: Date };

/** Returns by whom a request is stored as approved. */
function storedApproval({ outcome, decidedBy }: RequestFacts): Remembered["approved"] {
  if (outcome !== "approved" || decidedBy === null) return "no";
  return decidedBy.kind === "system" ? "system" : "people";
}

const closedStates = ["rejected", "cancelled", "expired", "promoted"];

/**
 * Remembers requests and approvals by what people did, and not by what the product says of them.
 *
 * Every method returns what broke a rule, as sentences.
 */
export class Model {
  readonly #requests = new Map<number, Remembered>();

  /** Takes note of one step. */
  follow(happened: Happened): string[] {
    return [...this.#asked(happened), ...this.#reviewed(happened), ...this.#promoted(happened)];
  }

  /** Compares what is stored with what is remembered, after the step was followed. */
  compare({ after, now }: Happened): string[] {
    return after.requests.flatMap((request) => {
      const known = this.#requests.get(request.number);
      if (known === undefined) return [`#${request.number} appeared, but nobody requested it`];
      if (closedStates.includes(request.state)) known.closed = true;
      if (request.state === "failed" && known.state !== "failed") this.#renew(known, after, now);
      known.state = request.state;
      const approvedBy = storedApproval(request);
      return approvedBy === "no" || approvedBy === known.approved
        ? []
        : [
            `#${request.number} is stored as approved by ${approvedBy}, but it is remembered as ${known.approved}`,
          ];
    });
  }

  /**
   * Returns whether this deployment may go live because of an approval, whoever reports it: a request of exactly this build
   * and target is approved and open, or it was promoted since the deployment started.
   */
  covers(before: Facts, now: Date, live: LiveFacts): boolean {
    return before.requests.some((request) => {
      const known = this.#requests.get(request.number);
      const same =
        request.integrationId === live.integrationId &&
        request.targetId === live.environmentId &&
        request.buildId === live.buildId;
      if (known === undefined || !same || known.approved === "no") return false;
      if (request.state === "promoted") {
        return live.requestNumber === request.number || (request.closedAt ?? "") >= live.startedAt;
      }
      if (closedStates.includes(request.state)) return false;
      if (request.state === "promoting") return true;
      const own = live.requestNumber === request.number;
      return (known.approved === "people" || own) && now < known.expiresAt;
    });
  }

  #asked({ step, got, before, after, now }: Happened): string[] {
    if (step.do !== "request" || !got.ok || got.number === undefined) return [];
    const request = after.requests.find(({ number }) => number === got.number);
    if (request === undefined) return [`#${got.number} was accepted, but it is not stored`];
    const viaToken = step.via === "slack" ? [] : [idOf("ada"), idOf(step.via)];
    const requesters = step.via === "slack" ? [idOf(step.by)] : viaToken;
    const atOnce = request.state !== "pending";
    const days = after.workflow?.options.pendingDays ?? 7;
    this.#requests.set(request.number, {
      ...{ requesters, approvals: new Set<string>(), closed: false, state: request.state },
      approved: atOnce ? "system" : "no",
      expiresAt: inDays(now, days),
    });
    return atOnce && isGuarded(before, request.targetId)
      ? [`#${request.number} was promoted at once, although a review is required`]
      : [];
  }

  #reviewed({ step, got, before, now }: Happened): string[] {
    if (step.do !== "review" || !got.ok || got.number === undefined) return [];
    const { request, known } = this.#find(before, got.number);
    if ((got.value as { outcome: string }).outcome === "repeated") return [];
    const who = idOf(step.by);
    const scope = { projectId: request.projectId, requesters: known.requesters };
    const faults = [
      ...(mayReview(before, who, scope) ? [] : [`${step.by} reviewed #${request.number}, but may not`]),
      ...(known.closed || known.approved !== "no" ? [`#${request.number} was reviewed after its end`] : []),
      ...(now >= known.expiresAt ? [`#${request.number} was reviewed after it expired`] : []),
    ];
    if (faults.length > 0) return faults;
    known.approvals.delete(who);
    if (step.verdict === "reject") known.closed = true;
    else known.approvals.add(who);
    if (known.approvals.size >= (before.workflow?.options.requiredApprovals ?? 1)) {
      known.approved = "people";
      this.#renew(known, before, now);
    }
    return [];
  }

  #promoted({ step, got, before, now }: Happened): string[] {
    if (step.do !== "promote" || !got.ok || got.number === undefined) return [];
    const { request, known } = this.#find(before, got.number);
    const { number } = request;
    if (known.approved === "no") return [`#${number} was promoted without an approval`];
    if (known.closed) return [`#${number} was promoted after it was closed`];
    if (now >= known.expiresAt) return [`#${number} was promoted after it expired`];
    return known.approved === "system" && isGuarded(before, request.targetId)
      ? [`#${number} was promoted, but only the system approved it and a review is required now`]
      : [];
  }

  #renew(known: Remembered, { workflow }: Facts, now: Date): void {
    known.expiresAt = inDays(now, workflow?.options.unfinishedDays ?? 3);
  }

  #find(facts: Facts, number: number): { request: RequestFacts; known: Remembered } {
    const request = facts.requests.find((one) => one.number === number);
    const known = this.#requests.get(number);
    if (request === undefined || known === undefined) throw new Error(`#${number} is not known`);
    return { request, known };
  }
}

const inDays = (now: Date, days: number): Date => new Date(now.getTime() + days * 86_400_000);
