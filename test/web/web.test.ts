import { connect } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { readLink, signLink } from "../../src/lib/links.ts";
import { createWeb, type WebDeps } from "../../src/web/app.ts";
import { listen } from "../../src/web/listen.ts";
import { command, signedHeaders } from "./slack/sign.ts";
import { recordedLog, startReceiver } from "./slack/start-receiver.ts";

const secret = "a secret of this test, 32 characters";
const link = { organization: "T1", request: 42, member: "U1" };

function startWeb(parts: Partial<WebDeps> = {}) {
  const { log, lines } = recordedLog();
  const web = createWeb({
    receiver: { handle: async () => new Response("from the receiver") },
    health: { probes: { database: async () => 1 }, isReady: () => true },
    readLink: (token) => readLink(secret, token),
    findCard: async () => ({ url: "https://acme.slack.com/archives/D1/p1" }),
    log,
    ...parts,
  });
  return { web, lines };
}

test("/healthz answers while the process lives, whatever the database does", async () => {
  const probes = { database: () => Promise.reject(new Error("down")) };
  const { web } = startWeb({ health: { probes, isReady: () => false } });
  const response = await web.request("/healthz");
  expect([response.status, await response.json()]).toEqual([200, { status: "alive" }]);
});

test("/readyz is 200 when every probe answers", async () => {
  const response = await startWeb().web.request("/readyz");
  expect([response.status, await response.json()]).toEqual([200, { status: "ready" }]);
});

test("/readyz names what fails, without the error's words", async () => {
  const probes = { database: () => Promise.reject(new Error("password wrong")), mail: async () => 1 };
  const response = await startWeb({ health: { probes, isReady: () => false } }).web.request("/readyz");
  expect([response.status, await response.json()]).toEqual([
    503,
    { status: "not ready", failing: { process: "starting or stopping", database: "failed" } },
  ]);
});

test("/readyz does not wait more than a second for a database that hangs", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { web } = startWeb({
    health: { probes: { database: () => new Promise(() => {}) }, isReady: () => true },
  });
  const answer = web.request("/readyz");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await (await answer).json()).toEqual({
    status: "not ready",
    failing: { database: "no answer within 1 s" },
  });
});

test.each(["GET", "HEAD"])(
  "%s of a link leads to that person's own card, and to nobody else's memory",
  async (method) => {
    const findCard = vi.fn(async () => ({ url: "https://acme.slack.com/archives/D1/p1" }));
    const { web, lines } = startWeb({ findCard });
    const token = signLink(secret, link);
    const response = await web.request(`/r/${token}`, { method });
    expect(response.status).toBe(302);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      location: "https://acme.slack.com/archives/D1/p1",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    expect(findCard).toHaveBeenCalledWith({ organizationId: "T1", number: 42, memberId: "U1" });
    expect(lines.join("")).not.toContain(token);
  },
);

test("a link whose card is not there yet says so and where to look", async () => {
  const { web } = startWeb({ findCard: async () => undefined });
  const response = await web.request(`/r/${signLink(secret, link)}`);
  const html = await response.text();
  expect([response.status, response.headers.get("cache-control")]).toEqual([404, "no-store"]);
  expect(html).toContain("request #42 is not there yet");
  expect(html).toContain("direct messages");
});

test.each(["x", "a.b", "a.b.c", "%00", "../../etc/passwd", `${"a".repeat(300)}`])(
  "a link that we did not sign gets a page with words and asks the database nothing: %s",
  async (token) => {
    const findCard = vi.fn();
    const { web } = startWeb({ findCard });
    const response = await web.request(`/r/${encodeURIComponent(token)}`);
    expect([response.status, findCard.mock.calls.length]).toEqual([404, 0]);
    expect(await response.text()).toContain("This link does not work");
  },
);

test("a link while the database is down gets a page with words", async () => {
  const { web, lines } = startWeb({ findCard: () => Promise.reject(new Error("connection refused")) });
  const response = await web.request(`/r/${signLink(secret, link)}`);
  const html = await response.text();
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(html).toContain("Nothing was changed");
  expect(html).not.toContain("connection refused");
  expect(lines.join("")).toContain("connection refused");
});

test("an address where nothing is gets a friendly page, which no other site may frame", async () => {
  const response = await startWeb().web.request("/nope");
  const html = await response.text();
  expect(response.status).toBe(404);
  expect(html.startsWith("<!doctype html>")).toBe(true);
  expect(html).toContain("/promote help");
  expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("only POST reaches the receiver", async () => {
  const { web } = startWeb();
  expect(await (await web.request("/slack/events", { method: "POST" })).text()).toBe("from the receiver");
  expect((await web.request("/slack/events")).status).toBe(404);
});

async function startServer() {
  const { app, receiver } = await startReceiver();
  const { web } = startWeb({ receiver });
  const server = await listen({ fetch: web.fetch, host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close(0));
  const url = `http://127.0.0.1:${server.port}/slack/events`;
  const send = (body: string) => fetch(url, { method: "POST", body, headers: signedHeaders({ body }) });
  return { app, receiver, server, send };
}

test("a signed command goes over the wire through Bolt and back", async () => {
  const { app, send } = await startServer();
  app.command("/promote", async ({ ack, command: { text } }) => ack(`You typed ${text}`));
  expect(await (await send(command({ text: "café 👩‍💻" }))).text()).toBe("You typed café 👩‍💻");
});

test("over the wire: unsigned, too large, cut off and in chunks are answered, and the server lives", async () => {
  const { app, server, send } = await startServer();
  app.command("/promote", async ({ ack }) => ack("heard"));
  const url = `http://127.0.0.1:${server.port}/slack/events`;
  expect((await fetch(url, { method: "POST", body: command() })).status).toBe(401);
  expect((await send(`payload=${"x".repeat(1024 * 1024)}`)).status).toBe(413);
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.write("POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
      socket.destroy();
    });
    socket.on("close", () => resolve());
  });
  const body = command();
  const chunked = await fetch(url, {
    method: "POST",
    body: new Blob([body]).stream(),
    headers: signedHeaders({ body }),
    duplex: "half",
  } as RequestInit);
  expect(await chunked.text()).toBe("heard");
});

test.each(["/healthz", "/readyz"])("HTTP/1.0 without a Host reaches %s", async (path) => {
  const { server } = await startServer();
  const said = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(server.port, "127.0.0.1", () => socket.write(`GET ${path} HTTP/1.0\r\n\r\n`));
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
  expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test("closing lets the answer that is under way go out and takes no more", async () => {
  const { app, receiver, server, send } = await startServer();
  let release = () => {};
  const reached = new Promise<void>((resolve) => {
    app.command("/promote", async ({ ack }) => {
      resolve();
      await new Promise<void>((go) => {
        release = go;
      });
      await ack("done");
    });
  });
  const answer = send(command());
  await reached;
  const stopped = Promise.all([receiver.drain(5_000), server.close(5_000)]);
  await expect(send(command())).rejects.toThrow();
  release();
  expect(await (await answer).text()).toBe("done");
  expect((await stopped)[0]).toBe(0);
});

test("who reads nothing of a long answer is cut off, and nothing more is made for them", async () => {
  let made = 0;
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      made += 1;
      controller.enqueue(new Uint8Array(1_000_000));
    },
    cancel: () => {
      cancelled = true;
    },
  });
  const fetch = () => new Response(endless);
  const server = await listen({ fetch, host: "127.0.0.1", port: 0, idleMs: 200 });
  onTestFinished(() => server.close(0));
  const socket = connect(server.port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
  onTestFinished(() => void socket.destroy());
  await vi.waitFor(() => expect(cancelled).toBe(true), 5_000);
  expect(made).toBeLessThan(100);
});

test("a port that is taken is refused in words", async () => {
  const { server } = await startServer();
  const taken = listen({ fetch: () => new Response(), host: "127.0.0.1", port: server.port });
  await expect(taken).rejects.toThrow(`Cannot listen on 127.0.0.1:${server.port}`);
});
