import { chatErrors } from "./chat-errors.ts";
import {
  commonErrors,
  type MethodErrors,
  mayHaveHappenedCodes,
  rateLimitCodes,
  rejectedTokenCodes,
  type SlackErrorClass,
} from "./common.ts";
import { conversationErrors } from "./conversation-errors.ts";
import { peopleErrors } from "./people-errors.ts";
import { viewErrors } from "./view-errors.ts";

/** One error of one method. */
export type SlackErrorRow = {
  method: string;
  code: string;
  class: SlackErrorClass;
  /** The page that lists it. */
  source: string;
  /** A rate limit: the call was not made. */
  limited: boolean;
  /** Slack accepts the token for nothing, whatever the method. */
  tokenRejected: boolean;
  /** The call may have succeeded all the same, at least in part. */
  mayHaveHappened: boolean;
};

/** The errors of every method that Signoff calls. */
const methods: Readonly<Record<string, MethodErrors>> = {
  ...chatErrors,
  ...conversationErrors,
  ...peopleErrors,
  ...viewErrors,
};

const methodUrl = (method: string): string => `https://docs.slack.dev/reference/methods/${method}#errors`;

/** Returns the rows of one list of errors, those of Slack's page first. */
function rowsIn(method: string, { errors, alsoSeen = [] }: MethodErrors): SlackErrorRow[] {
  const listed = Object.entries(errors).map(([name, codes]) => ({
    class: name as SlackErrorClass,
    codes,
    source: methodUrl(method),
  }));
  return [...listed, ...alsoSeen].flatMap(({ class: errorClass, codes, source }) =>
    codes.map((code) => ({
      ...{ method, code, class: errorClass, source },
      limited: rateLimitCodes.has(code),
      tokenRejected: rejectedTokenCodes.has(code),
      mayHaveHappened: mayHaveHappenedCodes.has(code),
    })),
  );
}

function rowsOf(method: string, own: MethodErrors): Map<string, SlackErrorRow> {
  const rows = [...rowsIn(method, commonErrors), ...rowsIn(method, own)];
  // Later entries replace earlier ones, so a method's own class wins over the common one.
  return new Map(rows.map((row) => [row.code, row]));
}

const byMethod = new Map(Object.entries(methods).map(([method, own]) => [method, rowsOf(method, own)]));

/** Every error that Slack lists for the methods that Signoff calls. */
export const slackErrors: readonly SlackErrorRow[] = [...byMethod.values()].flatMap((rows) => [
  ...rows.values(),
]);

/** The classes that mean the same for whichever method reports them. */
const sameForAll: ReadonlySet<SlackErrorClass> = new Set(["transient", "token", "person", "own-fault"]);

/**
 * Returns what an error of a method means, or undefined for one that Slack does not list. An error that only another
 * method lists means what it means there if that does not depend on the method. Without a method, the first row counts.
 */
export function findSlackError(method: string | undefined, code: string): SlackErrorRow | undefined {
  const rows = method === undefined ? undefined : byMethod.get(method);
  if (rows === undefined) return slackErrors.find((row) => row.code === code);
  return rows.get(code) ?? slackErrors.find((row) => row.code === code && sameForAll.has(row.class));
}
