import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type MailProxy = {
  /** To be given as RESEND_BASE_URL. */
  url: string;
  /** What was asked, in order. */
  asked: { key: string; body: string }[];
  /** The next so many requests are answered with this status and go no further. */
  fail(status: number, times?: number): void;
  /** Forgets all that it was told to do wrong. */
  recover(): void;
  /** The next so many requests are carried out, and their answer is lost. */
  loseAnswer(times?: number): void;
  /** Holds each request before it is carried out. `reached` resolves with the first one. */
  hold(): { reached: Promise<void>; release(): void };
  stop(): Promise<void>;
};

/** Stands before a Resend stand-in, and goes wrong as told. */
export async function mailProxy(target: string): Promise<MailProxy> {
  const asked: MailProxy["asked"] = [];
  const failures: number[] = [];
  let lost = 0;
  let gate: { arrived(): void; open: Promise<void> } | undefined;

  const carryOut = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await read(request);
    const key = String(request.headers["idempotency-key"] ?? "");
    asked.push({ key, body });
    gate?.arrived();
    await gate?.open;
    const status = failures.shift();
    if (status !== undefined) {
      const error = { statusCode: status, name: "application_error", message: "Told to fail" };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(error));
      return;
    }
    const { authorization = "" } = request.headers;
    const headers = { authorization, "content-type": "application/json", "idempotency-key": key };
    const answer = await fetch(target + request.url, { method: request.method ?? "POST", headers, body });
    const text = await answer.text();
    if (lost > 0) {
      lost -= 1;
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  };

  const server = createServer((request, response) => {
    carryOut(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    fail: (status, times = 1) => void failures.push(...Array<number>(times).fill(status)),
    recover: () => {
      failures.length = 0;
      lost = 0;
    },
    loseAnswer: (times = 1) => {
      lost += times;
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

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
