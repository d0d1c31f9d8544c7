import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { AttemptEnd } from "../../domain/requests/promote.ts";
import type { AttemptView } from "../../queries/deployments/get-attempt.ts";

/**
 * What a deployer answers: the attempt has ended; or it was accepted and will be reported later; or it must be tried
 * again.
 */
export type Deployed =
  | { kind: "ended"; end: AttemptEnd; link: string | null }
  | { kind: "accepted"; link: string | null }
  | Extract<Outcome, { kind: "retry" }>;

/** How often it has been asked: `inDoubt`, an earlier call for this attempt may have got through. */
export type Asking = { inDoubt: boolean; signal?: AbortSignal | undefined };

/** Carries out an attempt. It gets the attempt's id as its key: the same one again must not deploy twice. */
export type Deployer = (attempt: AttemptView, asking: Asking) => Promise<Deployed>;
