import { createHash } from "node:crypto";
import { z } from "@hono/zod-openapi";
import type { Context as Call, MiddlewareHandler } from "hono";
import type { Log } from "../../lib/log.ts";
import type { Context } from "../../usecases/shared/context.ts";
import {
  type KeyedCall,
  keepAnswer,
  noteDone,
  releaseKey,
  takeKey,
} from "../../usecases/tokens/answer-once.ts";
import type { ApiEnv } from "./auth.ts";
import { Problem } from "./problems.ts";

const maxKeyLength = 255;

/** The part of a response that is stored beside its status. An older version may have stored it. */
const storedResponse = z.object({
  content: z.record(z.string(), z.unknown()),
  location: z.string().nullable(),
});

type StoredResponse = z.output<typeof storedResponse>;

/**
 * Returns middleware for `Idempotency-Key`
 * (https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header). For a day, a POST that succeeded
 * under a key gets the same response again and is not repeated. A refused POST changed nothing, so its response is not
 * stored. If only the response was lost, the route returns the request as it is now.
 */
export function replayResponses(context: Context, log: Pick<Log, "error">): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const key = c.req.header("idempotency-key");
    if (key === undefined || c.req.method !== "POST") return next();
    if (key === "" || key.length > maxKeyLength) {
      throw new Problem("validation", `Idempotency-Key has 1 to ${maxKeyLength} characters.`);
    }
    const call = await keyedCall(c, key);
    const state = await takeKey(context, call);
    switch (state.kind) {
      case "answered":
        return replay(c, state.status, storedResponse.parse(state.body));
      case "done":
        c.set("idempotency", { recordedResult: state.left });
        await next();
        c.header(replayedHeader, "true");
        return;
      case "at work":
        throw keyInUse();
      case "other call":
        throw new Problem("key-reused", "This Idempotency-Key came with another call before.");
      case "mine":
        c.set("idempotency", { note: recordResult(call, state.takenAt) });
        await next();
        // The response is sent even if this fails. At worst the same call is carried out again and refused.
        await storeOrRelease(context, c, call, state.takenAt).catch((error: unknown) => {
          log.error({ err: error }, "A response was not stored under its Idempotency-Key");
        });
    }
    return;
  };
}

const replayedHeader = "idempotency-replayed";

const keyInUse = () => {
  const words = "A call with this Idempotency-Key is at work. Try again for its answer.";
  return new Problem("key-in-use", words, {}, { "retry-after": "1" });
};

const recordResult =
  (call: KeyedCall, takenAt: Date): NonNullable<Context["note"]> =>
  async (tx, done) => {
    if (!(await noteDone(tx, call, takenAt, done))) throw keyInUse();
  };

async function keyedCall(c: Call<ApiEnv>, key: string): Promise<KeyedCall> {
  const { organizationId, id: tokenId } = c.get("token");
  const { pathname, search } = new URL(c.req.url);
  const text = await c.req.text();
  const digest = createHash("sha256").update(`${c.req.method} ${pathname}${search}\n${text}`).digest("hex");
  return { organizationId, tokenId, key, digest };
}

async function storeOrRelease(
  context: Context,
  c: Call<ApiEnv>,
  call: KeyedCall,
  takenAt: Date,
): Promise<void> {
  const { status, headers } = c.res;
  if (status < 200 || status > 299) return releaseKey(context, call, takenAt);
  const stored: StoredResponse = storedResponse.parse({
    content: await c.res.clone().json(),
    location: headers.get("location"),
  });
  return keepAnswer(context, call, takenAt, { status, body: stored });
}

function replay(c: Call<ApiEnv>, status: number, { content, location }: StoredResponse): Response {
  const headers: Record<string, string> = { [replayedHeader]: "true", "cache-control": "no-store" };
  if (location !== null) headers.location = location;
  return c.json(content, status as 200, headers);
}
