import { z } from "@hono/zod-openapi";
import { nameLimits } from "../../domain/catalog/catalog.ts";
import { isStorable } from "../../domain/shared/storable-text.ts";

/** Free text, without the spaces around it. @param max in characters */
export const textSchema = (max: number, min = 1) =>
  z.string().trim().min(min).max(max).refine(isStorable, "holds a character that cannot be stored");

export const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be lower-case letters, digits and hyphens, at most 63")
  .openapi({ example: "orders-sync" });

/** An ID that the caller chooses: the number of a run, a digest, a file name. */
export const callerIdSchema = textSchema(200).openapi({ example: "run-1042" });

export const linkSchema = z
  .string()
  .max(nameLimits.link)
  .refine(isWebLink, "must be an http or https address")
  .openapi({ format: "uri", example: "https://ci.example.com/runs/1042" });

function isWebLink(text: string): boolean {
  return isStorable(text) && /^https?:\/\/\S+$/i.test(text) && URL.canParse(text);
}

/** A time in UTC, ISO 8601. */
/** A time that the database can hold: PostgreSQL has no year 0, and nothing is stored from before 2000. */
export const momentSchema = z.iso
  .datetime()
  .refine((text) => text >= "2000", { error: "must not be before the year 2000" })
  .openapi({ example: "2026-03-02T09:00:00.000Z" });

/** A time that a caller reports, as a date: ISO 8601 with an offset or in UTC. */
export const reportedTimeSchema = z.iso
  .datetime({ offset: true, error: "must be a time in ISO 8601, with an offset or Z" })
  .transform((text) => new Date(text))
  .openapi({ type: "string", format: "date-time", example: "2026-03-02T10:00:00+01:00" });

/** What Signoff did not store as it was sent, and why. */
export const notesSchema = z
  .array(z.object({ field: z.string(), note: z.string() }))
  .openapi({ description: "What is not stored as it was sent, and why; empty if everything is" });

export const personSchema = z
  .object({ id: z.string().openapi({ description: "The Slack user's id" }), name: z.string() })
  .openapi("Person");

/** Who did something: a member, a token on behalf of a member, or Signoff itself. */
export const bySchema = z
  .object({
    member: personSchema.nullable(),
    token: z.string().nullable().openapi({ description: "The token's name, where it went through one" }),
    reason: z.string().nullable().openapi({ description: "Why, where Signoff itself did it" }),
  })
  .openapi("By");

export const projectParams = z.object({ project: slugSchema });
export const integrationParams = projectParams.extend({ integration: slugSchema });

/** The query of a paged list. */
export const pageQuery = z.object({
  after: z
    .string()
    .max(500)
    .refine(isStorable, "is not the next of a page before")
    .optional()
    .openapi({ description: "The next of the page before: what follows it" }),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** A page of a list. `next` is the `after` of the next page, and null on the last one. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const problemSchema = z
  .looseObject({
    type: z.string().openapi({ example: "/problems/not-found" }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ example: "not-found" }),
  })
  .openapi("Problem", { description: "RFC 9457. What a problem is about stands beside these members." });

const problemDescriptions = {
  400: "Malformed JSON",
  401: "No token, or one that is not valid",
  403: "The token lacks the scope, or is for another project; or a rule says who may",
  404: "There is no such thing, or the token does not see it",
  409: "A rule refuses it as things are: the code says which",
  413: "The body is larger than 1 MB or, where builds are registered, 5 MB",
  415: "The body is not JSON",
  422: "The call is not valid: the errors say where",
  429: "Too many calls: wait for so long as retry-after says",
  500: "Something went wrong on Signoff's side",
  503: "Busy, or the outcome is unknown: try again after retry-after seconds",
} as const;

type ProblemStatus = keyof typeof problemDescriptions;

const commonStatuses = [401, 403, 404, 422, 429, 500, 503] as const satisfies ProblemStatus[];

/** The further problem statuses of a route with a body. */
export const withBody = [400, 409, 413, 415] as const satisfies ProblemStatus[];

const header = (description: string, type: "string" | "integer" = "integer") => ({
  description,
  schema: { type },
});

/** The rate limit headers of every response to an authenticated caller. */
export const rateHeaders = {
  "ratelimit-limit": header("Calls a minute"),
  "ratelimit-remaining": header("How many are left now"),
  "ratelimit-reset": header("Seconds until all of them are there again"),
};

const retryAfter = { "retry-after": header("Seconds to wait before the next try") };

const problemHeaders: { [S in ProblemStatus]?: Record<string, ReturnType<typeof header>> } = {
  401: { "www-authenticate": header("RFC 6750: Bearer, with what is wrong", "string") },
  409: { "retry-after": header("With the code key-in-use: seconds to wait before the next try") },
  429: { ...retryAfter, ...rateHeaders },
  503: retryAfter,
};

type ProblemResponse = {
  description: string;
  headers: Record<string, ReturnType<typeof header>>;
  content: { "application/problem+json": { schema: typeof problemSchema } };
};

/** Returns the problems of a route, for its `responses`: the common ones and those of `more`. */
export function problems<const More extends readonly ProblemStatus[]>(
  ...more: More
): { [S in (typeof commonStatuses)[number] | More[number]]: ProblemResponse } {
  const entries = [...commonStatuses, ...more].map((status) => {
    const content = { "application/problem+json": { schema: problemSchema } };
    const headers = problemHeaders[status] ?? rateHeaders;
    return [status, { description: problemDescriptions[status], headers, content }];
  });
  return Object.fromEntries(entries);
}

/** Returns a JSON response, for a route's `responses`. @param headers in addition to the rate limit headers */
export const jsonAnswer = <T extends z.ZodType>(schema: T, description: string, headers: object = {}) => ({
  description,
  headers: { ...rateHeaders, ...headers },
  content: { "application/json": { schema } },
});

/** The header of a response that may be a replay under an `Idempotency-Key`. */
export const replayHeaders = {
  "idempotency-replayed": header(
    "true: this call was carried out before, under its Idempotency-Key",
    "string",
  ),
};

/** Returns a JSON body, for a route's `request`. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true as const,
  content: { "application/json": { schema } },
});

/** The `Idempotency-Key`, for a route's `request.headers`. */
export const idempotencyHeaders = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .openapi({ description: "The same call again under this key is given the first one's answer" }),
});
