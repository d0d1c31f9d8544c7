import type { Log } from "../../lib/log.ts";
import type { EarlyRefusal } from "../../metrics/metrics.ts";

/** How often a reason is logged at most, in milliseconds. */
const logEveryMs = 60_000;

const words: Record<EarlyRefusal, string> = {
  signature:
    "Requests to /slack/events are refused: they are not signed with SLACK_SIGNING_SECRET. If Slack sent them, set it to the signing secret of the Slack app",
  clock:
    "Requests from Slack are refused: their time differs by more than 5 minutes from this machine's clock. Set the clock",
  body: "Requests to /slack/events are refused: their body broke off, or is not one that Slack sends",
  size: "Requests to /slack/events are refused: their body has more than 1 MB",
  time: "Requests to /slack/events are refused: their body did not arrive in time",
};

/** Counts a refusal. @param facts what the log shows with the first one of a minute */
export type RefuseEarly = (reason: EarlyRefusal, facts?: object) => void;

/**
 * Returns what counts early refusals. It logs each reason at most once a minute, with how many there were since, so that a
 * flood does not fill the log.
 *
 * @param now returns milliseconds since 1970
 */
export function countRefusals(
  log: Pick<Log, "warn">,
  count: (reason: EarlyRefusal) => void,
  now: () => number,
): RefuseEarly {
  const logged = new Map<EarlyRefusal, { at: number; since: number }>();
  return (reason, facts = {}) => {
    count(reason);
    const { at, since } = logged.get(reason) ?? { at: Number.NEGATIVE_INFINITY, since: 0 };
    const refused = since + 1;
    if (now() - at < logEveryMs) {
      logged.set(reason, { at, since: refused });
      return;
    }
    logged.set(reason, { at: now(), since: 0 });
    log.warn({ reason, refused, ...facts }, words[reason]);
  };
}
