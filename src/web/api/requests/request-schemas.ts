import { z } from "@hono/zod-openapi";
import type { StateName } from "../../../domain/requests/request.ts";
import { limits } from "../../../domain/shared/limits.ts";
import {
  bySchema,
  callerIdSchema,
  momentSchema,
  pageOf,
  pageQuery,
  personSchema,
  slugSchema,
  textSchema,
} from "../schemas.ts";

/** The largest request number: PostgreSQL's integer. */
const maxNumber = 2_147_483_647;

const stateNames = [
  ...(["pending", "approved", "rejected", "cancelled"] as const),
  ...(["expired", "promoting", "promoted", "failed"] as const),
] satisfies StateName[];

const named = z.object({ slug: z.string(), name: z.string() });
const state = z.enum(stateNames).openapi({ description: "expired: its time is over, whoever looks" });

const buildSchema = z
  .object({
    id: z.string().openapi({ description: "Its id where it was built" }),
    version: z.string(),
    commit: z.string().nullable(),
    digest: z.string().nullable(),
    link: z.string().nullable(),
    author: z.string().nullable(),
  })
  .openapi("RequestedBuild");

const liveSchema = buildSchema.extend({ since: momentSchema }).openapi("LiveBuild");

const common = {
  number: z.int(),
  version: z.int().openapi({ description: "Counts the changes: what `since` takes" }),
  state,
  project: named,
  integration: named,
  source: named,
  target: named.extend({ critical: z.boolean() }),
  requester: personSchema,
  through: z.string().nullable().openapi({ description: "The token that it was made through, by name" }),
  createdAt: momentSchema,
  approvals: z.object({ given: z.int(), required: z.int() }),
};

const decision = z.object({
  outcome: z.enum(["approved", "rejected"]),
  at: momentSchema,
  by: bySchema,
  comment: z.string(),
});

const attempt = z.object({
  id: z.string().openapi({ description: "The deployment's id: what its deployer gets as its key" }),
  status: z.enum(["in progress", "succeeded", "failed", "unknown"]),
  startedBy: bySchema,
  startedAt: momentSchema,
  finishedAt: momentSchema.nullable(),
  link: z.string().nullable(),
  reason: z.string().nullable(),
  endedBy: bySchema.nullable().openapi({
    description: "Who ended it without a report, so that it counts as unknown; null if nobody did",
  }),
  retryReason: z.string().nullable().openapi({
    description: "Why its deployer was not reached at the last try, while Signoff tries again",
  }),
});

export const requestSchema = z
  .object({
    ...common,
    message: z.string(),
    build: buildSchema,
    liveInTarget: liveSchema.nullable().openapi({ description: "What is live in the target now" }),
    newerInSource: liveSchema
      .nullable()
      .openapi({ description: "What is live in the source now, where it is another build" }),
    remarks: z
      .array(z.looseObject({ kind: z.string(), weight: z.enum(["caution", "note"]) }))
      .openapi({ description: "What reviewers should know of the build, such as twins or a rollback" }),
    expiresAt: momentSchema.nullable(),
    reviewers: z
      .array(personSchema)
      .openapi({ description: "Who may review it now; none once it is decided" }),
    reviews: z.array(
      z.object({
        reviewer: personSchema,
        verdict: z.enum(["approve", "reject"]),
        comment: z.string(),
        at: momentSchema,
        notCounted: z
          .enum(["self", "role", "assignee", "deactivated", "guest", "bot", "stranger", "changed"])
          .nullable()
          .openapi({
            description:
              "Why an approval of an open request no longer counts; null if it does. `changed`: the request has changed since",
          }),
      }),
    ),
    decision: decision.nullable(),
    cancelled: z
      .object({
        at: momentSchema,
        by: bySchema,
        reason: z.string().nullable(),
        replacedBy: z.int().nullable(),
      })
      .nullable(),
    expiredAt: momentSchema.nullable(),
    promotedAt: momentSchema.nullable(),
    attempt: attempt.nullable().openapi({ description: "The last attempt to bring it to its target" }),
    links: z.object({
      self: z.string(),
      slack: z.string().openapi({ description: "Leads the requester to their own card in Slack" }),
    }),
  })
  .openapi("Request");

export const requestLineSchema = z
  .object({
    ...common,
    build: z.object({ id: z.string(), version: z.string() }),
    decision: decision.omit({ comment: true }).nullable(),
    endedAt: momentSchema.nullable().openapi({ description: "When it stopped waiting for review" }),
    links: z.object({ self: z.string() }),
  })
  .openapi("RequestLine");

export const requestPageSchema = pageOf(requestLineSchema).openapi("RequestPage");

export const numberParam = z.object({
  number: z.coerce
    .number()
    .pipe(z.int().min(1).max(maxNumber))
    .openapi({ param: { name: "number", in: "path" }, type: "integer", example: 42 }),
});

/** A whole number in a query. */
const integerParam = (min: number, max: number, description: string) =>
  z.coerce.number().pipe(z.int().min(min).max(max)).openapi({ type: "integer", description });

export const waitQuery = z.object({
  wait: integerParam(
    1,
    60,
    "Answer only when the request differs from `since`, or after so many seconds",
  ).optional(),
  since: integerParam(
    0,
    maxNumber,
    "The version that you know; without it, the one of this moment",
  ).optional(),
});

export const listQuery = pageQuery.extend({
  state: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(stateNames)))
    .optional()
    .openapi({ type: "string", description: "One or more states, by comma", example: "pending,approved" }),
  project: slugSchema.optional(),
  integration: slugSchema.optional().openapi({ description: "One of `project`, which must be given too" }),
  after: integerParam(1, maxNumber, "The next of the page before: what follows it").optional(),
});

const confirmed = textSchema(2_000).openapi({
  description: "What changed was looked at: the `shown` of the problem must-confirm, as it came",
});

export const newRequest = z
  .object({
    project: slugSchema,
    integration: slugSchema,
    target: slugSchema.openapi({ description: "The environment to promote to" }),
    build: callerIdSchema
      .nullish()
      .openapi({ description: "Must be live in the environment before; without it, whichever is" }),
    message: textSchema(limits.message, 0).default(""),
    requester: textSchema(320).nullish().openapi({
      description:
        "The member it is made for, by email or Slack id; without it, the token's own. To name another member, the token needs the scope requests:on-behalf",
    }),
    replaces: z.int().min(1).max(maxNumber).nullish().openapi({
      description: "The open request of an older build that this one takes the place of",
    }),
    confirmed: confirmed.nullish(),
  })
  .strict()
  .openapi("NewRequest");

export const cancelBody = z
  .object({ reason: textSchema(limits.reason, 0).default("") })
  .strict()
  .openapi("CancelRequest");

export const endAttemptBody = z
  .object({
    reason: textSchema(limits.reason, 0).default("").openapi({ description: "Required; people see it" }),
    attempt: textSchema(100).nullish().openapi({
      description: "The id of the attempt that you mean; without it, the one in progress",
    }),
  })
  .strict()
  .openapi("EndAttempt");

export const promoteBody = z.object({ confirmed: confirmed.nullish() }).strict().openapi("PromoteRequest");
