import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { Webhook } from "standardwebhooks";
import type { AddressFault } from "../../domain/shared/refusals.ts";
import { addressFault, PrivateAddress, publicLookup, type Resolve } from "../../lib/public-address.ts";
import { connectionFault } from "./connection-faults.ts";

/** The result of one call. */
export type WebhookAnswer =
  /** `body` is empty if it is too long, and incomplete if the connection broke. `retryAfterMs` is in milliseconds. */
  | { kind: "answered"; status: number; body: string; location: string | null; retryAfterMs: number | null }
  /** `sent: "unknown"`: the call may have arrived. `permanent`: waiting cannot help, a person must change something. */
  | { kind: "lost"; reason: string; sent: "no" | "unknown"; permanent: boolean }
  /** The address may not be called. */
  | { kind: "not-called"; fault: AddressFault };

export type WebhookCall = {
  url: string;
  /** `whsec_…`, newest first. Each of them signs; the receiver accepts any one of them. */
  secrets: readonly string[];
  /** The message ID, the same for each call with the same event. */
  id: string;
  event: object;
  /** Whether http and private network addresses may be called. */
  allowPrivate: boolean;
  /** For the whole call with its response, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  /** Resolves the host name. Default: the system's resolver. */
  resolve?: Resolve;
};

/** The most that is read of a response, in bytes. */
const answerLimit = 64 * 1024;

/**
 * Posts an event, signed as Standard Webhooks defines it (https://www.standardwebhooks.com). Follows no redirects. Checks
 * the address that the host name resolves to for this very connection. Never throws.
 */
export async function postWebhook(call: WebhookCall): Promise<WebhookAnswer> {
  const { url, allowPrivate, timeoutMs = 10_000 } = call;
  const fault = addressFault(url, allowPrivate);
  if (fault !== null) return { kind: "not-called", fault };
  const timedOut = AbortSignal.timeout(timeoutMs);
  const signal = call.signal === undefined ? timedOut : AbortSignal.any([timedOut, call.signal]);
  const progress = { sent: "no" as "no" | "unknown" };
  try {
    const response = await send(call, signal, progress);
    return await readAnswer(response);
  } catch (error) {
    if (error instanceof PrivateAddress) return { kind: "not-called", fault: "inside" };
    const lost = timedOut.aborted
      ? { reason: `there was no answer within ${timeoutMs / 1000} seconds`, permanent: false }
      : connectionFault(error);
    return { kind: "lost", ...lost, sent: progress.sent };
  }
}

/** Resolves with the response once its headers have arrived. */
function send(
  { url, secrets, id, event, allowPrivate, resolve }: WebhookCall,
  signal: AbortSignal,
  progress: { sent: "no" | "unknown" },
): Promise<IncomingMessage> {
  const body = JSON.stringify(event);
  // The time of this call, not of the event: receivers reject old timestamps.
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

/** Reads the response. Its status counts even if the body breaks off or is too long. */
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
    // Use the part that arrived.
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
