import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One of Resend's errors: https://resend.com/docs/api-reference/errors */
export type Failure = {
  status: number;
  /** Default: `application_error`. */
  name?: string;
  message?: string;
  headers?: Record<string, string>;
};

export type MailProxy = {
  /** The value for RESEND_BASE_URL. */
  url: string;
  /** The received requests, in order. */
  requests: { key: string; body: string }[];
  /** Fails the next requests with this status or error, without forwarding them. */
  fail(how: number | Failure, times?: number): void;
  /** Fails every matching request until `recover`, without forwarding it. */
  refuse(
    matches: (request: { key: string; body: string; authorization: string }) => boolean,
    how: Failure,
  ): void;
  /** Adds these headers to the responses of forwarded requests. */
  addHeaders(headers: Record<string, string>): void;
  /** Clears all failures. */
  recover(): void;
  /** Forwards the next requests and drops their responses. */
  loseAnswer(times?: number): void;
  /** Holds each request before it is forwarded. `reached` resolves with the first one. */
  hold(): { reached: Promise<void>; release(): void };
  stop(): Promise<void>;
};

/** Starts a proxy in front of a Resend stand-in that fails on demand. */
export async function mailProxy(target: string): Promise<MailProxy> {
  const requests: MailProxy["requests"] = [];
  const failures: Failure[] = [];
  const refusals: { matches: Parameters<MailProxy["refuse"]>[0]; how: Failure }[] = [];
  let extraHeaders: Record<string, string> = {};
  let toDrop = 0;
  let gate: { arrived(): void; open: Promise<void> } | undefined;

  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await read(request);
    const key = String(request.headers["idempotency-key"] ?? "");
    requests.push({ key, body });
    gate?.arrived();
    await gate?.open;
    const { authorization = "" } = request.headers;
    const received = { key, body, authorization };
    const failure = refusals.find(({ matches }) => matches(received))?.how ?? failures.shift();
    if (failure !== undefined) return answer(response, failure);
    const headers = { authorization, "content-type": "application/json", "idempotency-key": key };
    const forwarded = await fetch(target + request.url, { method: request.method ?? "POST", headers, body });
    const text = await forwarded.text();
    if (toDrop > 0) {
      toDrop -= 1;
      request.socket.destroy();
      return;
    }
    response.writeHead(forwarded.status, { ...extraHeaders, "content-type": "application/json" }).end(text);
  };

  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fail: (how, times = 1) => {
      const failure = typeof how === "number" ? { status: how } : how;
      failures.push(...Array<Failure>(times).fill(failure));
    },
    refuse: (matches, how) => void refusals.push({ matches, how }),
    addHeaders: (headers) => {
      extraHeaders = headers;
    },
    recover: () => {
      failures.length = 0;
      refusals.length = 0;
      extraHeaders = {};
      toDrop = 0;
    },
    loseAnswer: (times = 1) => {
      toDrop += times;
    },
    hold: () => {
      let arrived = () => {};
      let release = () => {};
      const reached = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const open = new Promise<void>((resolve) => {
        release = resolve;
      });
      gate = { arrived, open };
      return { reached, release };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, failure: Failure): void {
  const { status: statusCode, name = "application_error", message = "Told to fail", headers } = failure;
  const body = JSON.stringify({ statusCode, name, message });
  response.writeHead(statusCode, { ...headers, "content-type": "application/json" }).end(body);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
