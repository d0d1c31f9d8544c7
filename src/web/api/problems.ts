import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Refusal } from "../../domain/shared/refusals.ts";
import type { Result } from "../../domain/shared/result.ts";
import type { Log } from "../../lib/log.ts";
import { isTransient, OutcomeUnknown } from "../../usecases/shared/context.ts";
import { refusalWords } from "./refusals.ts";

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503;

type ProblemKind = { status: Status; title: string };

const kind = (status: Status, title: string): ProblemKind => ({ status, title });

/** The HTTP status and title of each refusal. */
const refusalKinds: Record<Refusal["code"], ProblemKind> = {
  "not-found": kind(404, "Not found"),
  archived: kind(409, "Archived"),
  "no-source": kind(409, "Nothing comes before this environment"),
  "nothing-live": kind(409, "Nothing is live in the source"),
  "already-live": kind(409, "Already live"),
  "build-changed": kind(409, "Another build is live"),
  "gate-changed": kind(409, "The gate changed"),
  "open-request": kind(409, "A request is open already"),
  "not-replaceable": kind(409, "Not replaceable"),
  "not-requester": kind(403, "May not request"),
  "not-reviewer": kind(403, "May not review"),
  "too-few-reviewers": kind(409, "Too few reviewers"),
  "unknown-card": kind(409, "Unknown card"),
  "request-changed": kind(409, "The request changed"),
  "already-decided": kind(409, "Already decided"),
  "not-pending": kind(409, "Not pending"),
  "comment-required": kind(422, "A comment is required"),
  "text-too-long": kind(422, "Too long"),
  "not-approved": kind(409, "Not approved"),
  "not-reviewed": kind(409, "Not reviewed"),
  "must-confirm": kind(409, "Something changed"),
  "not-canceller": kind(403, "May not cancel"),
  "not-named": kind(403, "Not named by a token"),
  "reason-required": kind(422, "A reason is required"),
  "not-cancellable": kind(409, "Not cancellable"),
  "no-attempt": kind(409, "No attempt to end"),
  "not-ender": kind(403, "May not end the attempt"),
  "not-admin": kind(403, "Admins only"),
  stale: kind(409, "Changed meanwhile"),
  "no-roles": kind(422, "No roles"),
  "assignee-not-in-roles": kind(409, "An assignee is outside the roles"),
  "dead-workflow": kind(409, "Nobody could decide"),
  "name-taken": kind(409, "Name taken"),
  "name-unusable": kind(422, "Name not usable"),
  "guard-lowered": kind(409, "A token cannot lower a guard"),
  "role-in-use": kind(409, "Role in use"),
  "admin-role": kind(409, "The Admin role stays"),
  "last-admin": kind(409, "The last admin stays"),
  "not-full-members": kind(409, "Not full members"),
  "role-bound": kind(409, "The role follows a user group"),
  "channel-unusable": kind(409, "The channel cannot be used"),
  "request-in-the-way": kind(409, "An open request is in the way"),
  "address-unusable": kind(422, "Address not usable"),
  "secret-hidden": kind(409, "Secret not shown"),
  "silence-limit": kind(422, "Out of range"),
  "too-few-environments": kind(422, "Too few environments"),
  "too-many-environments": kind(422, "Too many environments"),
  "token-name": kind(422, "Name not valid"),
  "no-scopes": kind(422, "No scopes"),
  "end-passed": kind(422, "The end has passed"),
  "scope-needs-admin": kind(409, "The scope needs an admin"),
  "not-offered": kind(409, "Not offered"),
  "build-differs": kind(409, "Another build has this id"),
  "deployment-differs": kind(409, "Another deployment has this id"),
  "time-out-of-range": kind(422, "Time out of range"),
  "commit-ambiguous": kind(409, "Several commits match"),
  "no-webhook": kind(409, "No webhook"),
  "token-invalid": kind(401, "Token not valid"),
  "token-scope": kind(403, "Scope missing"),
  "token-project": kind(403, "Another project"),
};

/** The status and title of the problems that no rule decides. */
const callProblemKinds = {
  unauthorized: kind(401, "Not signed in"),
  malformed: kind(400, "Malformed"),
  validation: kind(422, "Not valid"),
  "no-route": kind(404, "No such route"),
  "body-too-large": kind(413, "Too large"),
  "unsupported-media-type": kind(415, "Unsupported media type"),
  "key-in-use": kind(409, "The same call is at work"),
  "key-reused": kind(422, "The key was used for another call"),
  "rate-limited": kind(429, "Too many calls"),
  busy: kind(503, "Busy"),
  "outcome-unknown": kind(503, "The outcome is unknown"),
  failed: kind(500, "Failed"),
} satisfies Record<string, ProblemKind>;

export type ProblemCode = Refusal["code"] | keyof typeof callProblemKinds;

/**
 * A problem as RFC 9457 defines it (https://www.rfc-editor.org/rfc/rfc9457). Routes throw it, and `errorHandler` sends
 * it. `facts` are added to the body beside the standard members.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly facts: object;
  readonly headers: Record<string, string>;
  readonly status: Status;

  constructor(code: ProblemCode, detail: string, facts: object = {}, headers: Record<string, string> = {}) {
    super(detail);
    this.code = code;
    this.facts = facts;
    this.headers = headers;
    this.status = kindOf(code).status;
  }
}

const kindOf = (code: ProblemCode): ProblemKind =>
  isRefusalCode(code) ? refusalKinds[code] : callProblemKinds[code];

const isRefusalCode = (code: ProblemCode): code is Refusal["code"] => code in refusalKinds;

/**
 * Returns a refusal as a problem, with the refusal's facts and who can do it instead (R13).
 *
 * @param overrides a detail that replaces the usual words, and facts to add
 */
export function refusalProblem(
  refusal: Refusal,
  overrides: { detail?: string; facts?: object } = {},
): Problem {
  const { code, ...facts } = refusal;
  const detail = overrides.detail ?? refusalWords(refusal);
  return new Problem(code, detail, { ...facts, ...whoCan(refusal), ...overrides.facts });
}

/** R13: returns who can do it, if the refusal says so: people, or role names. */
function whoCan(refusal: Refusal): { whoCan?: readonly unknown[] } {
  if (refusal.code === "not-admin" || refusal.code === "guard-lowered") return { whoCan: refusal.admins };
  if (refusal.code === "not-requester" && refusal.why === "role") return { whoCan: refusal.roles };
  return {};
}

/** Returns the value of a result. Throws its refusal as a `Problem`. */
export function valueOrThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw refusalProblem(result.refusal);
}

/** Returns the response that carries a problem. */
export function problemResponse(c: Context, problem: Problem): Response {
  const { code, message, facts, headers } = problem;
  const { status, title } = kindOf(code);
  // A fact never hides a standard member.
  const body = { ...facts, type: `/problems/${code}`, title, status, detail: message, code };
  return c.body(JSON.stringify(body), status, {
    ...headers,
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  });
}

/**
 * Returns the handler of everything that routes throw. An unexpected error is logged and sent as a 500 without its
 * message.
 */
export function errorHandler(log: Pick<Log, "error">): (error: Error, c: Context) => Response {
  return (error, c) => {
    const problem = problemFor(error);
    if (problem !== undefined) return problemResponse(c, problem);
    log.error({ err: error, path: c.req.path }, "An API call failed");
    return problemResponse(c, new Problem("failed", "Something went wrong on Signoff's side."));
  };
}

function problemFor(error: Error): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof OutcomeUnknown) {
    const words = "The database did not confirm the change in time. Look with GET whether it happened.";
    return new Problem("outcome-unknown", words, {}, { "retry-after": "2" });
  }
  if (isTransient(error)) {
    const words = "Signoff cannot work on this now. Nothing was changed; try again.";
    return new Problem("busy", words, {}, { "retry-after": "2" });
  }
  if (error instanceof HTTPException) return problemForStatus(error.status, error.message);
  return undefined;
}

/** Returns the problem for an error of the framework, which has a status and no code. */
function problemForStatus(status: number, words: string): Problem | undefined {
  switch (status) {
    case 400:
      return new Problem("malformed", `${words}.`);
    case 413:
      return new Problem("body-too-large", `${words}.`);
    case 415:
      return new Problem("unsupported-media-type", "Send JSON, with content-type: application/json.");
    default:
      return undefined;
  }
}
