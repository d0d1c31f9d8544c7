import { connect, type Socket } from "node:net";
import { signedHeaders } from "../../sandbox/slack/people/sign.ts";
import { workspace } from "../payloads.ts";
import { answerParent } from "../process.ts";

export type LoadJob = {
  port: number;
  /** The number of open connections, each with one request at a time. */
  inFlight: number;
  /** Forms as Slack sends them. Each is sent once, in this order. */
  bodies: readonly string[];
  contentType?: string;
};

export type LoadResult = {
  /** The start time, in milliseconds since 1970. */
  startedAt: number;
  /** From the first byte sent to the last response, in milliseconds. */
  elapsedMs: number;
  /** The time of each request in milliseconds, in the order of the responses. */
  latenciesMs: number[];
  /** The number of responses by status. */
  statuses: Record<string, number>;
  /** The first response with a body, truncated. It shows what was refused. */
  firstBody: string;
};

/**
 * Signs all requests before it sends any, so that only the responses are measured and this process uses
 * little CPU.
 */
async function run(job: LoadJob): Promise<LoadResult> {
  const requests = job.bodies.map((body) => signed(body, job.contentType));
  const lines = await Promise.all(Array.from({ length: job.inFlight }, () => open(job.port)));
  const result: LoadResult = { startedAt: 0, elapsedMs: 0, latenciesMs: [], statuses: {}, firstBody: "" };
  let next = 0;
  const start = performance.now();
  result.startedAt = performance.timeOrigin + start;
  await Promise.all(
    lines.map(async (line) => {
      for (;;) {
        const request = requests[next++];
        if (request === undefined) return;
        const sent = performance.now();
        const { status, body } = await line.send(request);
        result.latenciesMs.push(performance.now() - sent);
        result.statuses[status] = (result.statuses[status] ?? 0) + 1;
        if (result.firstBody === "" && body !== "") result.firstBody = body.slice(0, 500);
      }
    }),
  );
  result.elapsedMs = performance.now() - start;
  for (const line of lines) line.close();
  return result;
}

function signed(body: string, contentType = "application/x-www-form-urlencoded"): Buffer {
  const headers = {
    host: "bot",
    "content-type": contentType,
    "content-length": String(Buffer.byteLength(body)),
    ...signedHeaders(workspace.signingSecret, body, Date.now()),
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST /slack/events HTTP/1.1\r\n${head.join("")}\r\n${body}`);
}

type Answer = { status: string; body: string };

/**
 * One persistent connection with one request at a time. Node's own client would cost several times as much.
 */
async function open(port: number): Promise<{ send(request: Buffer): Promise<Answer>; close(): void }> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened: Socket = connect(port, "127.0.0.1", () => resolve(opened));
    opened.setNoDelay(true).once("error", reject);
  });
  let received = "";
  let answered: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    received += chunk;
    const answer = complete(received);
    if (answer === undefined) return;
    received = "";
    answered?.resolve(answer);
  });
  socket.on("error", (error) => answered?.reject(error));
  socket.on("close", () => answered?.reject(new Error("the connection was closed")));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        answered = { resolve, reject };
        socket.write(request);
      }),
    close: () => {
      answered = undefined;
      socket.destroy();
    },
  };
}

const lastChunk = "0\r\n\r\n";

/** Returns the response when it is complete, by its length or its last chunk. */
function complete(received: string): Answer | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = received.slice(0, end);
  const body = received.slice(end + 4);
  const status = head.slice(9, 12);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length) ? { status, body } : undefined;
  return body.endsWith(lastChunk) ? { status, body: body.slice(0, -lastChunk.length) } : undefined;
}

answerParent({ run });
