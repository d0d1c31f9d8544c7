import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pause } from "../run/wait.ts";
import type { Verdict, Weather } from "./weather.ts";

/** One call of a replica to Slack, Resend, or a webhook, with its outcome. */
export type Call = {
  replica: number;
  /** A Web API method, `email`, or `webhook`. */
  method: string;
  /** Signoff's key in the call: the message's metadata, the Idempotency-Key, or the webhook-id. */
  key: string;
  at: number;
  fault: Verdict["kind"];
  /** The service's response; undefined if the call never reached it. */
  status?: number;
  answer?: string;
  /** The content of an email. */
  email?: string;
};

export type FarProxy = {
  /** The replica's SLACK_API_URL. */
  slackUrl: string;
  /** The replica's RESEND_BASE_URL. */
  mailUrl: string;
  stop(): Promise<void>;
};

type Targets = { slack: string; mail: string };

/** Starts a proxy between one replica and Slack and Resend that injects the fault which the weather chooses for each call. */
export async function startFarProxy(
  replica: number,
  targets: Targets,
  weather: Weather,
  calls: Call[],
): Promise<FarProxy> {
  const routeOf = (request: IncomingMessage, body: string): Route => {
    const path = request.url ?? "/";
    if (!path.startsWith("/api/")) {
      const key = String(request.headers["idempotency-key"] ?? "");
      return { far: "email", replica, method: "email", key, url: targets.mail + path };
    }
    const method = path.slice("/api/".length);
    return { far: "slack", replica, method, key: keyIn(body), url: targets.slack + method };
  };
  const { origin, stop } = await startBetween({ routeOf, weather, calls });
  return { slackUrl: `${origin}/api/`, mailUrl: origin, stop };
}

/**
 * Starts a proxy between all replicas and the receiver of webhooks. All replicas use an integration's one address, so
 * the calling replica is recognized by the address it gives for reports.
 */
export async function startWebhookProxy(
  receiver: string,
  weather: Weather,
  calls: Call[],
): Promise<{ url: string; stop(): Promise<void> }> {
  const routeOf = (request: IncomingMessage, body: string): Route => {
    const replica = Number(/\/by\/(\d+)\//.exec(body)?.[1] ?? -1);
    const key = String(request.headers["webhook-id"] ?? "");
    return { far: "webhook", replica, method: "webhook", key, url: receiver };
  };
  const { origin, stop } = await startBetween({ routeOf, weather, calls });
  return { url: `${origin}/`, stop };
}

/** The destination of a call, and the replica that makes it. */
type Route = Pick<Call, "replica" | "method" | "key"> & { far: "slack" | "email" | "webhook"; url: string };

type Between = {
  routeOf(request: IncomingMessage, body: string): Route;
  weather: Weather;
  calls: Call[];
};

async function startBetween(between: Between): Promise<{ origin: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    carry(request, response, between).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function carry(
  request: IncomingMessage,
  response: ServerResponse,
  { routeOf, weather, calls }: Between,
): Promise<void> {
  const body = await read(request);
  const { far, url, ...whose } = routeOf(request, body);
  const verdict = weather.judge(whose.method);
  const call: Call = { ...whose, at: Date.now(), fault: verdict.kind };
  calls.push(call);
  if (verdict.kind === "429") return tooMany(response, far, verdict.retryAfterSeconds);
  if (verdict.kind === "5xx") return void response.writeHead(503).end();
  if (verdict.kind === "slow") await pause(verdict.beforeMs);
  const answer = await fetch(url, { method: request.method ?? "POST", headers: passedOn(request), body });
  const text = await answer.text();
  call.status = answer.status;
  call.answer = text.slice(0, 200);
  if (far === "email") call.email = body;
  if (verdict.kind === "kill") weather.kill(whose.replica, whose.method);
  if (verdict.kind === "lost answer" || verdict.kind === "kill") {
    if (verdict.kind === "lost answer") await pause(verdict.afterMs);
    request.socket.destroy();
    return;
  }
  if (verdict.kind === "5xx after") return void response.writeHead(500).end();
  if (verdict.kind === "slow") await pause(verdict.afterMs);
  response.writeHead(answer.status, handedBack(answer)).end(text);
}

function tooMany(response: ServerResponse, far: Route["far"], seconds: number): void {
  const slack = { ok: false, error: "ratelimited" };
  const resend = { statusCode: 429, name: "rate_limit_exceeded", message: "Too many requests" };
  response
    .writeHead(429, { "content-type": "application/json", "retry-after": String(seconds) })
    .end(JSON.stringify(far === "slack" ? slack : resend));
}

const kept = [
  ...["authorization", "content-type", "idempotency-key", "user-agent"],
  ...["webhook-id", "webhook-timestamp", "webhook-signature"],
];

const passedOn = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(kept.flatMap((name) => [[name, request.headers[name]]]).filter(([, v]) => v)) as Record<
    string,
    string
  >;

const handedBack = (answer: Response): Record<string, string> =>
  Object.fromEntries(
    [...answer.headers].filter(
      ([name]) =>
        !/^(content-length|connection|keep-alive|transfer-encoding|content-encoding|date)$/.test(name),
    ),
  );

/** Returns the key of a posted message, wherever the client puts the metadata. */
function keyIn(body: string): string {
  const fields = body.startsWith("{") ? undefined : new URLSearchParams(body);
  const metadata = fields?.get("metadata") ?? body;
  const posted = /"key"\s*:\s*"([^"]*)"/.exec(metadata)?.[1];
  return posted ?? (fields?.get("ts") ? `ts:${fields.get("ts")}` : "");
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
