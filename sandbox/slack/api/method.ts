import { isJson, textOf } from "../checks/elements.ts";
import type { RuleName } from "../checks/limits.ts";
import type { Problem } from "../checks/validate-blocks.ts";
import type { Manifest } from "../manifest.ts";
import type { Grants } from "../people/grants.ts";
import type { Json } from "../types.ts";
import type { Workspace } from "../workspace.ts";

/** What a Web API method can read and change. */
export type Context = {
  workspace: Workspace;
  grants: Grants;
  manifest: Manifest;
  publicUrl: string;
  method: string;
  args: Json;
};

/** Scopes: every entry must be granted, and "a|b" means either one. */
export type Method = { scopes?: (context: Context) => string[]; run: (context: Context) => Json };

/** Slack's `{ ok: false, error }` with its further fields. */
export class SlackError extends Error {
  readonly code: string;
  readonly more: Json;
  constructor(code: string, more: Json = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/**
 * Returns a string argument, or "" if it is missing. Numbers are strings in a form body and numbers in JSON.
 */
export function stringArg(context: Context, key: string): string {
  const value = context.args[key];
  return typeof value === "number" ? String(value) : textOf(value);
}

export function required(context: Context, key: string): string {
  const value = stringArg(context, key);
  if (value !== "") return value;
  throw new SlackError("invalid_arguments", {
    response_metadata: { messages: [`[ERROR] missing required field: ${key}`] },
  });
}

export function flagArg(context: Context, key: string): boolean {
  return context.args[key] === true || context.args[key] === "true" || context.args[key] === "1";
}

export function countArg(context: Context, key: string, fallback: number, max: number): number {
  const value = Number(stringArg(context, key));
  return Number.isInteger(value) && value > 0 ? Math.min(value, max) : fallback;
}

/** Returns the text in a cursor, or "" if it is none of the stand-in's. */
export function decodeCursor(cursor: string): string {
  return /^[A-Za-z0-9+/]+=*$/.test(cursor) ? Buffer.from(cursor, "base64").toString() : "";
}

/**
 * Returns one page of a list with Slack's cursor for the next page. An empty cursor means that there is none.
 */
export function pageOf<T>(context: Context, all: T[], fallback: number, max: number) {
  const cursor = stringArg(context, "cursor");
  const start = cursor === "" ? 0 : Number(/^at:(\d+)$/.exec(decodeCursor(cursor))?.[1]);
  if (!Number.isInteger(start)) throw new SlackError("invalid_cursor");
  const end = start + countArg(context, "limit", fallback, max);
  const next_cursor = end < all.length ? btoa(`at:${end}`) : "";
  return { items: all.slice(start, end), response_metadata: { next_cursor } };
}

export function objectArg(context: Context, key: string): Json | undefined {
  const value = context.args[key];
  return isJson(value) ? value : undefined;
}

/** Records the problem and refuses the call as Slack does. */
export function refuse(context: Context, code: string, rule: RuleName, message: string): never {
  context.workspace.violate(context.method, rule, message);
  throw new SlackError(code, { response_metadata: { messages: [`[ERROR] ${message}`] } });
}

/** Records each problem of blocks or a view, and refuses the call with Slack's messages if there is any. */
export function refuseProblems(context: Context, code: string, problems: Problem[]): void {
  if (problems.length === 0) return;
  const errors = problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`);
  for (const [index, problem] of problems.entries())
    context.workspace.violate(context.method, problem.rule, errors[index] ?? problem.message);
  const messages = errors.map((error) => `[ERROR] ${error}`);
  throw new SlackError(code, {
    ...(code === "invalid_blocks" && { errors }),
    response_metadata: { messages },
  });
}
