import { createHash } from "node:crypto";
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

const mostCharacters = 255;

/** What is kept of an answer beside its status. */
type Kept = { content: unknown; location: string | null };

/**
 * `Idempotency-Key` (https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header): a POST that
 * succeeded under a key is answered again, not done again, for a day. What was refused changed nothing and is not kept:
 * the same call may succeed later. Where only the answer was lost, the request is told as it is now.
 */
export function replayAnswers(context: Context, log: Pick<Log, "error">): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const key = c.req.header("idempotency-key");
    if (key === undefined || c.req.method !== "POST") return next();
    if (key === "" || key.length > mostCharacters) {
      throw new Problem("validation", `Idempotency-Key has 1 to ${mostCharacters} characters.`);
    }
    const call = await keyedCall(c, key);
    const state = await takeKey(context, call);
    switch (state.kind) {
      case "answered":
        return replay(c, state.status, state.body as Kept);
      case "done":
        c.set("once", { left: state.left as object });
        await next();
        c.header(replayed, "true");
        return;
      case "at work":
        throw inUse();
      case "other call":
        throw new Problem("key-reused", "This Idempotency-Key came with another call before.");
      case "mine":
        c.set("once", { note: noteOf(call, state.takenAt) });
        await next();
        // The answer stands whatever becomes of the key: at worst the same call is judged anew.
        await settle(context, c, call, state.takenAt).catch((error: unknown) => {
          log.error({ err: error }, "An answer was not kept under its key");
        });
    }
    return;
  };
}

const replayed = "idempotency-replayed";

const inUse = () => {
  const words = "A call with this Idempotency-Key is at work. Try again for its answer.";
  return new Problem("key-in-use", words, {}, { "retry-after": "1" });
};

const noteOf =
  (call: KeyedCall, takenAt: Date): NonNullable<Context["note"]> =>
  async (tx, done) => {
    if (!(await noteDone(tx, call, takenAt, done))) throw inUse();
  };

async function keyedCall(c: Call<ApiEnv>, key: string): Promise<KeyedCall> {
  const { organizationId, id: tokenId } = c.get("token");
  const { pathname, search } = new URL(c.req.url);
  const text = await c.req.text();
  const digest = createHash("sha256").update(`${c.req.method} ${pathname}${search}\n${text}`).digest("hex");
  return { organizationId, tokenId, key, digest };
}

async function settle(context: Context, c: Call<ApiEnv>, call: KeyedCall, takenAt: Date): Promise<void> {
  const { status, headers } = c.res;
  if (status < 200 || status > 299) return releaseKey(context, call, takenAt);
  const content: unknown = await c.res.clone().json();
  const kept: Kept = { content, location: headers.get("location") };
  return keepAnswer(context, call, takenAt, { status, body: kept });
}

function replay(c: Call<ApiEnv>, status: number, { content, location }: Kept): Response {
  const headers: Record<string, string> = { [replayed]: "true", "cache-control": "no-store" };
  if (location !== null) headers.location = location;
  return c.json(content as object, status as 200, headers);
}
