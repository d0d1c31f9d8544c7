import type { FaultReason } from "../../metrics/metrics.ts";
import { OutcomeUnknown } from "../../usecases/shared/context.ts";
import { NoAccessError } from "./access.ts";
import { OutdatedError } from "./codec.ts";
import type { SlackDeps } from "./deps.ts";
import { TimeLimitExceeded } from "./run.ts";

/** Returns whether the work that failed may have been committed. */
export const mayHaveHappened = (error: unknown): boolean =>
  error instanceof TimeLimitExceeded || error instanceof OutcomeUnknown;

/** Returns what a person reads when work failed. It never claims that something happened that did not. */
export function faultWords(error: unknown): string {
  if (error instanceof OutdatedError || error instanceof NoAccessError) return error.words;
  return mayHaveHappened(error)
    ? "Signoff could not confirm this in time. The card will show whether it happened; if it did not, try again."
    : "Something went wrong on Signoff's side. Nothing was changed, try again in a moment.";
}

/**
 * Logs and counts work that failed. The data of an older version is no fault of this process: it is logged, but not
 * counted. A person without access is no fault at all.
 *
 * @param facts what identifies the listener in the log, such as its action_id
 */
export function reportFault(deps: SlackDeps, error: unknown, facts: object, message: string): void {
  if (error instanceof NoAccessError) return;
  if (error instanceof OutdatedError) {
    deps.log.warn({ err: error, ...facts }, "The data of an older version could not be read");
    return;
  }
  deps.faulted(faultReason(error));
  deps.log.error({ err: error, ...facts }, message);
}

/** Finds an overloaded database by name: its error may be the cause of another one. */
function faultReason(error: unknown): FaultReason {
  if (error instanceof TimeLimitExceeded) return "late";
  if (error instanceof OutcomeUnknown) return "unknown";
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "DatabaseBusy") return "busy";
  }
  return "failed";
}
