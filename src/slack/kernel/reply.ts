/**
 * What the work of a listener returns.
 *
 * The second step is not called `then`: an async function would take such an object for a promise.
 */
export type Reply<Answer = never> = {
  /** What Slack is told with the acknowledgement. */
  answer?: Answer | undefined;
  /** What follows the acknowledgement, such as opening or updating a view. It may be lost. */
  followUp?: (() => Promise<unknown>) | undefined;
  /** Whether the clicked message does not show its request as it is, so that it must be drawn again or removed. */
  outdated?: boolean;
};
