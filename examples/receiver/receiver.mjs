// A small server for Signoff's promotion webhooks. It verifies the signature, responds immediately, deploys,
// and reports. Run it with `node receiver.mjs` (see README.md), or import `startReceiver` into your own
// server. Its only dependency is the published library of https://www.standardwebhooks.com: npm install
// standardwebhooks

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Webhook } from "standardwebhooks";
import { openMemory } from "./memory.mjs";

const bodyLimit = 1024 * 1024;
/** The waits, in seconds, before a report without a response is sent again. */
const retrySeconds = [1, 2, 5, 10, 30, 60, 120];
/** The number of characters of a failed command's last output that become the reason. */
const reasonLimit = 400;
const interruptedWords =
  "The receiver ended in the middle of this deployment. Look at what runs there before you try again.";

/** @type {typeof import("./receiver.d.mts").startReceiver} */
export async function startReceiver(options) {
  const { port = 0, host = "127.0.0.1", link = () => undefined, onReceived = () => {} } = options;
  let hooks = readSecrets(options.secret);
  const memory = await openMemory(options.memory, options.name ?? hostname());
  const left = await memory.left();
  const running = new Set();
  const stopping = new AbortController();
  const begin = (id, delivery, answered) => {
    const begun = answered.then(() => carryOut(id, delivery, options, memory, stopping.signal));
    const done = begun.finally(() => running.delete(done));
    running.add(done);
  };

  const refuse = (status, reason) => {
    onReceived({ at: new Date(), answer: "refused", reason });
    return { status, json: { error: reason } };
  };

  const take = async (request, answered) => {
    const body = await readBody(request);
    if (body === undefined) return refuse(413, "the body is too long");
    const event = verify(hooks, body, request.headers);
    if (event === undefined) return refuse(401, "the signature does not fit: is the secret the right one?");
    if (event.type !== "promotion.deploy") {
      onReceived({ at: new Date(), answer: "ping" });
      return { status: 204 };
    }
    const id = request.headers["webhook-id"];
    const isNew = await memory.take(id, event);
    onReceived({ at: new Date(), answer: isNew ? "accepted" : "repeated", delivery: event });
    // Respond first: Signoff waits only seconds, and a deployment can take an hour.
    if (isNew) begin(id, event, answered);
    return { status: 202, json: { link: link(event) } };
  };

  const server = createServer((request, response) => respond(request, response, take));
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  for (const one of left) begin(one.id, { ...one, interrupted: true }, Promise.resolve());
  const bound = server.address().port;
  return {
    url: `http://${host}:${bound}/`,
    port: bound,
    trust: (secret) => {
      hooks = readSecrets(secret);
    },
    stop: async (graceMs = 30_000) => {
      const closed = new Promise((resolve) => server.close(resolve));
      await within(graceMs, Promise.allSettled(running));
      stopping.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Responds to a health check, and to a webhook with what `take` returns. */
function respond(request, response, take) {
  if (request.method !== "POST") return send(response, { status: request.url === "/healthz" ? 200 : 404 });
  const answered = new Promise((resolve) => response.once("close", resolve));
  take(request, answered).then(
    (answer) => send(response, answer),
    // Signoff retries after a 5xx, with the same ID.
    () => send(response, { status: 500, json: { error: "the receiver failed" } }),
  );
}

/** Deploys, and reports the result. */
async function carryOut(id, delivery, { deploy, onReported = () => {} }, memory, signal) {
  const tell = async (report) => {
    const status = await sendReport(delivery.report, report, signal);
    onReported({ attempt: delivery.attempt, report, status });
    return status;
  };
  const progress = async (link) => void (await tell({ status: "in progress", ...(link && { link }) }));
  const end = delivery.end ?? (await ending(delivery, deploy, progress));
  // If the folder is not writable, report to Signoff anyway.
  await memory.end(id, delivery, end).catch(() => {});
  if (isAnswered(await tell(end))) await memory.told(id).catch(() => {});
}

async function ending(delivery, deploy, progress) {
  if (delivery.interrupted) return { status: "failed", reason: interruptedWords };
  try {
    await deploy(delivery, { progress });
    return { status: "succeeded" };
  } catch (error) {
    return { status: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Waits for the promise, but no longer than this many milliseconds. */
async function within(ms, done) {
  const timer = new AbortController();
  await Promise.race([done, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}

/** @param {string} text one secret, or several separated by spaces */
function readSecrets(text) {
  const secrets = text.split(/[\s,]+/).filter(Boolean);
  if (secrets.length === 0) throw new Error("There is no secret to verify signatures with");
  return secrets.map((secret) => new Webhook(secret));
}

/** Returns the event if one of the secrets signed exactly these bytes within the last five minutes. */
function verify(hooks, body, headers) {
  for (const hook of hooks) {
    try {
      return hook.verify(body, headers);
    } catch {
      // Try the next secret.
    }
  }
  return undefined;
}

/** Returns the raw bytes as text. The signature covers them, so they are verified before they are parsed. */
async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= bodyLimit) chunks.push(chunk);
  }
  return length > bodyLimit ? undefined : Buffer.concat(chunks).toString("utf8");
}

function send(response, { status, json }) {
  if (json === undefined) return response.writeHead(status).end();
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
}

/**
 * Sends a report until Signoff responds, for about four minutes. Repeating is safe, because the first final
 * report wins.
 * @returns the HTTP status of the response, or undefined if there was none
 */
async function sendReport({ url, token }, report, signal) {
  for (const seconds of [...retrySeconds, undefined]) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(report),
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    }).catch(() => undefined);
    await answer?.body?.cancel();
    if (isAnswered(answer?.status) || seconds === undefined || signal.aborted) return answer?.status;
    const asked = Number(answer?.headers.get("retry-after")) || 0;
    await sleep(Math.max(asked, seconds) * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Returns whether Signoff accepted or refused a report, so that it is not sent again. */
const isAnswered = (status) => status !== undefined && status !== 429 && status < 500;

/** @type {typeof import("./receiver.d.mts").byCommand} */
export function byCommand(command, onOutput = () => {}) {
  return (delivery) =>
    new Promise((resolve, reject) => {
      // The command gets the values as variables, so that text from other people never becomes part of the
      // command.
      const child = spawn(command, {
        shell: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: variables(delivery),
      });
      let said = "";
      const hear = (chunk) => {
        onOutput(String(chunk));
        said = (said + chunk).slice(-4 * reasonLimit);
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("error", reject);
      child.once("close", (code, killedBy) => {
        if (code === 0) return resolve(undefined);
        const end = killedBy === null ? `exit code ${code}` : `ended by ${killedBy}`;
        reject(new Error(said.trim().slice(-reasonLimit) || `the deploy command failed: ${end}`));
      });
    });
}

function variables({ attempt, request, project, integration, from, to, build }) {
  return {
    // biome-ignore lint/style/noProcessEnv: a program of its own; the command needs its PATH
    ...process.env,
    SIGNOFF_ATTEMPT: attempt,
    SIGNOFF_REQUEST: String(request.number),
    SIGNOFF_PROJECT: project.slug,
    SIGNOFF_INTEGRATION: integration.slug,
    SIGNOFF_FROM: from.slug,
    SIGNOFF_TO: to.slug,
    SIGNOFF_BUILD: build.id,
    SIGNOFF_VERSION: build.version,
    SIGNOFF_COMMIT: build.commit ?? "",
  };
}

/** Runs `node receiver.mjs`, configured by the environment. */
async function main() {
  const { env } = process;
  const { WEBHOOK_SECRET, DEPLOY_COMMAND, PORT = "8080", HOST = "127.0.0.1", LINK, MEMORY, NAME } = env;
  if (!WEBHOOK_SECRET) throw new Error("Set WEBHOOK_SECRET to the secret that Signoff showed (whsec_…)");
  const say = (words) => process.stdout.write(`${new Date().toISOString()} ${words}\n`);
  const waitAWhile = async () => void (await sleep(3_000));
  const receiver = await startReceiver({
    secret: WEBHOOK_SECRET,
    port: Number(PORT),
    host: HOST,
    name: NAME || `${hostname()}:${PORT}`,
    deploy: DEPLOY_COMMAND ? byCommand(DEPLOY_COMMAND, (text) => process.stdout.write(text)) : waitAWhile,
    ...(LINK && { link: ({ attempt }) => LINK.replaceAll("{attempt}", encodeURIComponent(attempt)) }),
    ...(MEMORY && { memory: MEMORY }),
    onReceived: ({ answer, reason, delivery }) => say(words(answer, reason, delivery)),
    onReported: ({ attempt, report, status }) =>
      say(
        `${attempt}: reported ${report.status}, ${status === undefined ? "unanswered" : `answered ${status}`}`,
      ),
  });
  say(`Waiting for webhooks at ${receiver.url}`);
  const stop = () => void receiver.stop().then(() => process.exit(0));
  process.once("SIGTERM", stop).once("SIGINT", stop);
}

function words(answer, reason, delivery) {
  if (delivery === undefined) return reason === undefined ? answer : `${answer}: ${reason}`;
  const { attempt, integration, build, to } = delivery;
  return `${attempt}: ${answer}, ${integration.name} ${build.version} to ${to.name}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
}
