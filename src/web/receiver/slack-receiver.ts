import type { App, Receiver } from "@slack/bolt";
import type { Log } from "../../lib/log.ts";
import { startTimeout, timedOut, withTimeout } from "../../lib/timeout.ts";
import type { CallWatch, EarlyRefusal } from "../../metrics/metrics.ts";
import { readBody } from "../read-body.ts";
import { countRefusals, type RefuseEarly } from "./early-refusals.ts";
import { type Fields, isSslCheck, readSlackBody } from "./slack-body.ts";
import { callListeners, describeBody, kindOf } from "./slack-call.ts";
import { judgeSignature } from "./slack-signature.ts";

/** The largest body, in bytes. Slack's bodies are much smaller. */
const maxBodyBytes = 1024 * 1024;

/**
 * How long a response may take, in milliseconds. Slack waits 3 seconds:
 * https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
 */
const defaultAnswerMs = 2_900;

export type SlackReceiverSettings = {
  signingSecret: string;
  log: Log;
  /** Returns milliseconds since 1970. Default: the system clock. */
  now?: () => number;
  /** After this time, in milliseconds, an unacknowledged request gets 503. Default: 2,900. */
  answerWithin?: number;
  /** Starts timing a call of this type. */
  watch?: (type: string) => CallWatch;
  /** Counts a request that is refused before a listener sees it. */
  refused?: (reason: EarlyRefusal) => void;
};

/** A Bolt receiver for web-standard requests. The web app passes it the requests to `/slack/events`. */
export type SlackReceiver = Receiver & {
  /** Responds to a request after the listener's `ack`, or for an event after its listeners end. Never rejects. */
  handle(request: Request): Promise<Response>;
  /**
   * Refuses new requests with 503 and waits until the listeners end, even after their ack.
   *
   * @param limitMs how long to wait, in milliseconds
   * @returns how many requests were still in progress
   */
  drain(limitMs: number): Promise<number>;
};

/**
 * Creates the receiver. Its responses:
 * - 200 with the listener's ack, or 404 if no listener handles the body
 * - 200 to an event once its listeners have ended, so that Slack retries it if they fail
 * - an empty 200 to an `ssl_check`, also without a signature: Slack sends none with it
 * - 401 to a signature that is missing, wrong, or more than 5 minutes off; 400 to a body that Slack does not send; 413
 *   to a body over 1 MB; 408 to one that does not arrive in time
 * - 503 after 2.9 seconds, and after `drain`
 * - if a listener fails before the ack: a message to the person who typed the command, or 500
 */
export function slackReceiver(settings: SlackReceiverSettings): SlackReceiver {
  const {
    log,
    answerWithin = defaultAnswerMs,
    watch = noWatch,
    refused = () => {},
    now = Date.now,
  } = settings;
  const refuse = countRefusals(log, refused, now);
  const inProgress = trackWork();
  let app: App | undefined;
  let stopping = false;

  /** Responds to what needs no listener, and passes the rest to Bolt. */
  const respond = async (request: Request, bolt: App): Promise<Response> => {
    const timeout = startTimeout(answerWithin);
    try {
      const body = await timeout.race(readSigned(request, settings, refuse));
      if (body === timedOut) {
        refuse("time");
        return refusal(408, "The body did not arrive in time");
      }
      if (body instanceof Response) return body;
      const watched = watch(kindOf(body));
      const call = callListeners(bolt, { body, headers: request.headers, log, watch: watched });
      void inProgress.track(call.done);
      const response = await timeout.race(call.answer);
      if (response !== timedOut) return response;
      watched.answered("late");
      log.error(describeBody(body), "No listener answered Slack in time");
      return refusal(503, "No answer in time");
    } catch (error) {
      log.error({ err: error }, "A request from Slack failed");
      return refusal(500, "Failed");
    } finally {
      timeout.clear();
    }
  };

  return {
    init: (bolt) => {
      app = bolt;
    },
    start: async () => {},
    stop: async () => {
      stopping = true;
    },
    handle: async (request) =>
      stopping || app === undefined
        ? refusal(503, "Not taking requests now")
        : inProgress.track(respond(request, app)),
    drain: async (limitMs) => {
      stopping = true;
      await withTimeout(inProgress.allEnded(), limitMs);
      return inProgress.count();
    },
  };
}

/** Keeps track of the work in progress. */
function trackWork() {
  const works = new Set<Promise<unknown>>();
  return {
    track: <T>(work: Promise<T>): Promise<T> => {
      works.add(work);
      const remove = () => works.delete(work);
      void work.then(remove, remove);
      return work;
    },
    count: () => works.size,
    /** Resolves when nothing is in progress. */
    allEnded: async (): Promise<void> => {
      while (works.size > 0) await Promise.allSettled(works);
    },
  };
}

/** Returns the body for the listeners, or the response if it is not for them. */
async function readSigned(
  request: Request,
  settings: SlackReceiverSettings,
  refuse: RefuseEarly,
): Promise<Fields | Response> {
  const { signingSecret, log, now = Date.now } = settings;
  const bytes = await readBody(request, maxBodyBytes);
  if (bytes === "too large") {
    refuse("size");
    return refusal(413, "The body is too large");
  }
  if (bytes === "broken") {
    refuse("body", { why: "it broke off" });
    return refusal(400, "The body broke off");
  }
  const signature = request.headers.get("x-slack-signature");
  const timestamp = request.headers.get("x-slack-request-timestamp");
  const contentType = request.headers.get("content-type");
  const judged = judgeSignature(signingSecret, { signature, timestamp, body: bytes }, now());
  if (judged.kind !== "signed") {
    if (isSslCheck(contentType, bytes)) return new Response(null);
    if (judged.kind === "clock") refuse("clock", { aheadSeconds: judged.aheadSeconds });
    else refuse("signature");
    return refusal(401, "Not signed by Slack");
  }
  const parsed = readSlackBody(contentType, bytes);
  switch (parsed.kind) {
    case "call":
      return parsed.body;
    case "challenge":
      return Response.json({ challenge: parsed.challenge });
    case "notice":
      if (parsed.what === "app_rate_limited")
        log.warn({}, "Slack holds back events: the app received too many within an hour");
      return new Response(null);
    case "malformed":
      refuse("body", { why: parsed.why });
      return refusal(400, parsed.why);
  }
}

const noWatch = (): CallWatch => ({ reviewed: () => {}, answered: () => {} });

const refusal = (status: number, text: string) => new Response(text, { status });
