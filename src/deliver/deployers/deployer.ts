import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { AttemptEnd } from "../../domain/requests/promote.ts";
import type { AttemptView } from "../../queries/deployments/get-attempt.ts";

/** A deployer's answer: the attempt ended, or was accepted and is reported on later, or must be tried again. */
export type Deployed =
  | { kind: "ended"; end: AttemptEnd; link: string | null }
  | { kind: "accepted"; link: string | null }
  | Extract<Outcome, { kind: "retry" }>;

/** `inDoubt`: an earlier call for this attempt may have arrived. */
export type CallOptions = { inDoubt: boolean; signal?: AbortSignal | undefined };

/** Deploys an attempt. It may be called again for the same attempt, and must not deploy it twice. */
export type Deployer = (attempt: AttemptView, options: CallOptions) => Promise<Deployed>;
