import { accept, type Result, refuse } from "../shared/result.ts";

/** What a button or a dialog carries about the request that it shows. Those of earlier versions carry less. */
export type Shown = {
  /** The ID of the card that has it or, where it belongs to no card, the request's identity. */
  origin: string | null;
  /** Identifies the bound facts that it shows. */
  fingerprint: string | null;
  /** When the message that has it was posted; null outside of messages. */
  postedAt: Date | null;
};

/** A request as it is now. */
export type PresentRequest = {
  /** Whether the origin is one of its cards or its identity; true without an origin. */
  known: boolean;
  fingerprint: string;
  createdAt: Date;
};

/** What a surface without buttons says, and what a button of an early version does: nothing. */
export const nothingShown: Shown = { origin: null, fingerprint: null, postedAt: null };

/**
 * R7: checks that a button or a dialog is of the request that has the number now, and shows its present bound facts.
 *
 * Refuses `unknown-card`, `request-changed`.
 */
export function checkShown(number: number, shown: Shown, present: PresentRequest): Result<null> {
  const origin = checkOrigin(number, shown, present);
  if (!origin.ok) return origin;
  return shown.fingerprint === null || shown.fingerprint === present.fingerprint
    ? accept(null)
    : refuse({ code: "request-changed", number });
}

/**
 * R7: checks that a button or a dialog is of the request that has the number now. After a restore of the database, a
 * number may come again: messages from before then show another request. Refuses `unknown-card`.
 */
export function checkOrigin(
  number: number,
  { origin, postedAt }: Omit<Shown, "fingerprint">,
  { known, createdAt }: Omit<PresentRequest, "fingerprint">,
): Result<null> {
  const isOlder = origin === null && postedAt !== null && postedAt < createdAt;
  return known && !isOlder ? accept(null) : refuse({ code: "unknown-card", number });
}
