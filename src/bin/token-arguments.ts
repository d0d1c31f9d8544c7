import { parseArgs } from "node:util";
import { isScope, type Scope, scopes, scopeWords } from "../domain/tokens/scope.ts";

/** The arguments of `npm run token`. */
export type TokenArguments = {
  name: string;
  scopes: Scope[];
  /** The email address of the member the token acts for. */
  member: string;
  /** The slug of the only project the token covers. Undefined: every project. */
  project: string | undefined;
  /** When it ends: the end of the given day, in UTC; null: never. */
  endsAt: Date | null;
  /** The Slack workspace's ID, needed if the member belongs to several. */
  organization: string | undefined;
};

/** The arguments are not valid. The message says why, and how to correct them. */
export class TokenArgumentsError extends Error {}

export const usage = `npm run --silent token -- --name CI --scopes builds:write,deployments:write --member ada@acme.example

  --name          what it is called in Settings, at most 80 characters
  --scopes        what it may do, separated by commas:
${scopes.map((scope) => `                    ${scope.padEnd(18)} ${scopeWords[scope]}`).join("\n")}
  --member        the email of the member whom it acts for
  --project       the short name of the one project that it is for; every project without it
  --last-day      the last day on which it works (UTC), such as 2027-06-30; no end without it
  --organization  the Slack workspace (T…), where the database knows more than one

It needs DATABASE_URL. The token is written to the standard output, once.`;

/**
 * Returns the parsed arguments.
 *
 * @throws TokenArgumentsError for an unknown, missing, or invalid argument
 */
export function readTokenArguments(args: readonly string[]): TokenArguments {
  const { name, scopes: list, member, project, organization, "last-day": lastDay } = parse(args);
  const missing = Object.entries({ name, scopes: list, member }).flatMap(([option, value]) =>
    value?.trim() ? [] : [`--${option}`],
  );
  if (missing.length > 0) throw new TokenArgumentsError(`Say ${missing.join(" and ")}.\n\n${usage}`);
  const requested = (list ?? "").split(",").flatMap((scope) => scope.trim() || []);
  const unknown = requested.filter((scope) => !isScope(scope));
  if (unknown.length > 0) {
    throw new TokenArgumentsError(`There is no scope ${unknown.join(", ")}. There are ${scopes.join(", ")}.`);
  }
  const endsAt = lastDay === undefined ? null : readLastDay(lastDay);
  const [tokenName, owner] = [name ?? "", member ?? ""];
  return { name: tokenName, scopes: requested.filter(isScope), member: owner, project, endsAt, organization };
}

function readLastDay(text: string): Date {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(day)) throw new TokenArgumentsError(`${text} is no day. Write it as 2027-06-30.`);
  return new Date(day + 86_400_000);
}

function parse(args: readonly string[]) {
  const option = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ name: option, scopes: option, member: option, project: option, organization: option },
        "last-day": option,
      },
    }).values;
  } catch (error) {
    throw new TokenArgumentsError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
