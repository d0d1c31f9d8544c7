import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Webhook } from "standardwebhooks";
import type { AddressFault } from "../../domain/shared/refusals.ts";
import { addressFault, PrivateAddress, publicLookup, type Resolve } from "../../lib/public-address.ts";

/** What became of one call. */
export type WebhookAnswer =
  /** `body` is cut where it is long, and is what came of it where the connection broke. */
  | { kind: "answered"; status: number; body: string; location: string | null; retryAfterMs: number | null }
  /** `sent: "unknown"`: the far side may have got it. */
  | { kind: "lost"; reason: string; sent: "no" | "unknown" }
  /** The address is not one that is called. */
  | { kind: "not-called"; fault: AddressFault };

export type WebhookCall = {
  url: string;
  /** `whsec_…`, the newest first: each of them signs, and the far side needs to trust one. */
  secrets: readonly string[];
  /** The key of the message: the same for every call that says the same. */
  id: string;
  event: object;
  /** Whether http, and addresses inside the network, may be called. */
  allowPrivate: boolean;
  /** For the whole call with its answer, in milliseconds; default 10,000. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** Default: the system's. */
  resolve?: Resolve;
};

/** So much of an answer is read, in bytes. */
const answerLimit = 64 * 1024;

/**
 * Posts an event, signed by Standard Webhooks (https://www.standardwebhooks.com). Redirects are not followed. Where
 * the name leads is looked up for this one connection and checked then. Never throws.
 */
export async function postWebhook(call: WebhookCall): Promise<WebhookAnswer> {
  const { url, allowPrivate, timeoutMs = 10_000 } = call;
  const fault = addressFault(url, allowPrivate);
  if (fault !== null) return { kind: "not-called", fault };
  const late = AbortSignal.timeout(timeoutMs);
  const signal = call.signal === undefined ? late : AbortSignal.any([late, call.signal]);
  const progress = { sent: "no" as "no" | "unknown" };
  try {
    const response = await send(call, signal, progress);
    return await readAnswer(response);
  } catch (error) {
    if (error instanceof PrivateAddress) return { kind: "not-called", fault: "inside" };
    const reason = late.aborted
      ? `there was no answer within ${timeoutMs / 1000} seconds`
      : faultWords(error);
    return { kind: "lost", reason, sent: progress.sent };
  }
}

/** Resolves with the answer's head. */
function send(
  { url, secrets, id, event, allowPrivate, resolve }: WebhookCall,
  signal: AbortSignal,
  progress: { sent: "no" | "unknown" },
): Promise<IncomingMessage> {
  const body = JSON.stringify(event);
  // The time of sending, not of the event: the far side refuses what is old.
  const at = new Date();
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": "Signoff",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
  const secure = new URL(url).protocol === "https:";
  return new Promise((answered, reject) => {
    const options = {
      ...{ method: "POST", headers, signal, agent: false as const },
      ...(allowPrivate ? {} : { lookup: publicLookup(resolve) }),
    };
    const request: ClientRequest = (secure ? requestHttps : requestHttp)(url, options, answered);
    request.once("socket", (socket) => {
      socket.once(secure ? "secureConnect" : "connect", () => {
        progress.sent = "unknown";
      });
    });
    request.once("error", reject);
    request.end(body);
  });
}

/** The status is the answer: a body that breaks off or is too long takes nothing from it. */
async function readAnswer(response: IncomingMessage): Promise<WebhookAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > answerLimit) break;
    }
  } catch {
    // What has come is read.
  }
  response.destroy();
  const { statusCode: status = 0, headers } = response;
  const seconds = Number(headers["retry-after"]);
  return {
    ...{ kind: "answered", status, location: headers.location ?? null },
    body: length > answerLimit ? "" : Buffer.concat(chunks).toString("utf8"),
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null,
  };
}

function faultWords(error: unknown): string {
  // Where every address of a name was tried, the errors are inside.
  const one = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return one instanceof Error ? one.message : String(one);
}
