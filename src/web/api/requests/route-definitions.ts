import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../auth.ts";
import { idempotencyHeaders, jsonAnswer, jsonBody, problems, replayHeaders, withBody } from "../schemas.ts";
import {
  cancelBody,
  endAttemptBody,
  listQuery,
  newRequest,
  numberParam,
  promoteBody,
  requestPageSchema,
  requestSchema,
  waitQuery,
} from "./request-schemas.ts";

const tags = ["Requests"];

export const postRoute = createRoute({
  ...{ method: "post", path: "/requests", tags, middleware: [requireScope("requests:write")] },
  summary: "Request a promotion",
  description:
    "Needs requests:write. Where no review is needed it is promoted at once, which needs promotions:write too.",
  request: { headers: idempotencyHeaders, body: jsonBody(newRequest) },
  responses: {
    201: jsonAnswer(requestSchema, "Requested; promoting already where no review is needed", {
      location: { description: "Where it is read", schema: { type: "string" } },
      ...replayHeaders,
    }),
    ...problems(...withBody),
  },
});

export const listRoute = createRoute({
  ...{ method: "get", path: "/requests", tags, middleware: [requireScope("requests:read")] },
  summary: "List requests, the newest first",
  request: { query: listQuery },
  responses: { 200: jsonAnswer(requestPageSchema, "A page of requests"), ...problems() },
});

export const getRoute = createRoute({
  ...{ method: "get", path: "/requests/{number}", tags, middleware: [requireScope("requests:read")] },
  summary: "Read a request, or wait until it changes",
  description:
    "With `wait` the answer comes when the request's version differs from `since`, when it is over, or after so many " +
    "seconds: call again with the `version` that came.",
  request: { params: numberParam, query: waitQuery },
  responses: { 200: jsonAnswer(requestSchema, "The request as it is now"), ...problems() },
});

export const cancelRoute = createRoute({
  ...{
    method: "post",
    path: "/requests/{number}/cancel",
    tags,
    middleware: [requireScope("requests:write")],
  },
  summary: "Cancel a request",
  description:
    "For the member whom the token names; the reason may be left out where they are its requester.",
  request: { params: numberParam, headers: idempotencyHeaders, body: jsonBody(cancelBody) },
  responses: { 200: jsonAnswer(requestSchema, "Cancelled", replayHeaders), ...problems(...withBody) },
});

export const promoteRoute = createRoute({
  ...{
    method: "post",
    path: "/requests/{number}/promote",
    tags,
    middleware: [requireScope("promotions:write")],
  },
  summary: "Promote an approved request, or try a failed one again",
  description:
    "What changed since the request was made is refused as must-confirm, with the changes: send the `shown` that came " +
    "with them as `confirmed`.",
  request: { params: numberParam, headers: idempotencyHeaders, body: jsonBody(promoteBody) },
  responses: {
    202: jsonAnswer(requestSchema, "The deployment has begun", replayHeaders),
    ...problems(...withBody),
  },
});

export const endAttemptRoute = createRoute({
  ...{
    method: "post",
    path: "/requests/{number}/end-attempt",
    tags,
    middleware: [requireScope("promotions:write")],
  },
  summary: "End the attempt in progress",
  description:
    "For the requester and admins, with a reason. The attempt counts as unknown: its deployment may still be running, and " +
    "a late report still counts.",
  request: { params: numberParam, headers: idempotencyHeaders, body: jsonBody(endAttemptBody) },
  responses: { 200: jsonAnswer(requestSchema, "Ended", replayHeaders), ...problems(...withBody) },
});
