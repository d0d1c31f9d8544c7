import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pause } from "./wait.ts";
import type { Verdict, Weather } from "./weather.ts";

/** One call of a replica to Slack or Resend, as it went. */
export type Call = {
  replica: number;
  /** A Web API method, or `email`. */
  method: string;
  /** Our key in it: the message's metadata, or the Idempotency-Key. */
  key: string;
  at: number;
  fault: Verdict["kind"];
  /** What the far end answered; undefined where it was never asked. */
  status?: number;
  answer?: string;
  /** What an email says. */
  email?: string;
};

export type FarProxy = {
  /** To be given as SLACK_API_URL. */
  slackUrl: string;
  /** To be given as RESEND_BASE_URL. */
  mailUrl: string;
  stop(): Promise<void>;
};

type Targets = { slack: string; mail: string };

/** Stands between one replica and both far ends, and lets happen to each call what the weather says. */
export async function startFarProxy(
  replica: number,
  targets: Targets,
  weather: Weather,
  calls: Call[],
): Promise<FarProxy> {
  const server = createServer((request, response) => {
    carry(request, response, { replica, targets, weather, calls }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    slackUrl: `${origin}/api/`,
    mailUrl: origin,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Between = { replica: number; targets: Targets; weather: Weather; calls: Call[] };

async function carry(
  request: IncomingMessage,
  response: ServerResponse,
  { replica, targets, weather, calls }: Between,
): Promise<void> {
  const body = await read(request);
  const path = request.url ?? "/";
  const isSlack = path.startsWith("/api/");
  const method = isSlack ? path.slice("/api/".length) : "email";
  const key = isSlack ? keyIn(body) : String(request.headers["idempotency-key"] ?? "");
  const verdict = weather.judge(method);
  const call: Call = { replica, method, key, at: Date.now(), fault: verdict.kind };
  calls.push(call);
  if (verdict.kind === "429") return tooMany(response, isSlack, verdict.retryAfterSeconds);
  if (verdict.kind === "5xx") return void response.writeHead(503).end();
  if (verdict.kind === "slow") await pause(verdict.beforeMs);
  const url = isSlack ? targets.slack + method : targets.mail + path;
  const answer = await fetch(url, { method: request.method ?? "POST", headers: passedOn(request), body });
  const text = await answer.text();
  call.status = answer.status;
  call.answer = text.slice(0, 200);
  if (!isSlack) call.email = body;
  if (verdict.kind === "kill") weather.kill(replica, method);
  if (verdict.kind === "lost answer" || verdict.kind === "kill") {
    if (verdict.kind === "lost answer") await pause(verdict.afterMs);
    request.socket.destroy();
    return;
  }
  if (verdict.kind === "5xx after") return void response.writeHead(500).end();
  if (verdict.kind === "slow") await pause(verdict.afterMs);
  response.writeHead(answer.status, handedBack(answer)).end(text);
}

function tooMany(response: ServerResponse, isSlack: boolean, seconds: number): void {
  const slack = { ok: false, error: "ratelimited" };
  const resend = { statusCode: 429, name: "rate_limit_exceeded", message: "Too many requests" };
  response
    .writeHead(429, { "content-type": "application/json", "retry-after": String(seconds) })
    .end(JSON.stringify(isSlack ? slack : resend));
}

const kept = ["authorization", "content-type", "idempotency-key", "user-agent"];

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

/** The key of a posted message, wherever the client has put the metadata. */
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
