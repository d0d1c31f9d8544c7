import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { workspace } from "../payloads.ts";
import { answerParent } from "../process.ts";

/** Stands in for Slack's Web API and Resend. It responds to every call immediately and only counts it. */
const counts = new Map<string, number>();
let waiting: { method: string; count: number; resolve(at: number): void }[] = [];
let posted = 0;
/** The private_metadata of the opened modals, by trigger. */
const modals = new Map<string, string>();

const text = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    let read = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      read += chunk;
    });
    request.on("end", () => resolve(read));
  });

function answerTo(method: string, args: URLSearchParams): object {
  const ts = `1700000000.${String(++posted).padStart(6, "0")}`;
  switch (method) {
    case "auth.test":
      return {
        url: "https://bench.slack.com/",
        team: "Bench",
        team_id: workspace.teamId,
        user_id: "U0BOT",
        bot_id: "B0BOT",
      };
    case "users.info":
      return { user: { id: args.get("user"), team_id: workspace.teamId, name: "somebody", profile: {} } };
    case "users.list":
      return { members: [], response_metadata: { next_cursor: "" } };
    case "usergroups.list":
      return { usergroups: [] };
    case "conversations.open":
      return { channel: { id: `D0${args.get("users") ?? ""}` } };
    case "chat.postMessage":
      return { channel: `D0${args.get("channel") ?? ""}`, ts };
    case "chat.update":
      return { channel: args.get("channel"), ts: args.get("ts") };
    default:
      return method.startsWith("views.") ? { view: { id: `V${posted}`, hash: ts } } : {};
  }
}

function count(method: string): void {
  const reached = (counts.get(method) ?? 0) + 1;
  counts.set(method, reached);
  const at = performance.timeOrigin + performance.now();
  waiting = waiting.filter((waiter) => {
    if (waiter.method !== method || reached < waiter.count) return true;
    waiter.resolve(at);
    return false;
  });
}

function keepModal(args: URLSearchParams): void {
  const { private_metadata: metadata } = JSON.parse(args.get("view") ?? "{}") as {
    private_metadata?: string;
  };
  modals.set(args.get("trigger_id") ?? "", metadata ?? "");
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const method = (request.url ?? "").replace(/^\/(api\/)?/, "");
  const answer =
    method === "emails" ? { id: `mail-${++posted}` } : answerTo(method, new URLSearchParams(body));
  if (method === "views.open") keepModal(new URLSearchParams(body));
  count(method);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ ok: true, ...answer }));
}

const server = createServer((request, response) => void handle(request, response));
server.keepAliveTimeout = 60_000;

answerParent({
  listen: () =>
    new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    }),
  /** Returns and removes the private_metadata of the modals that were opened with these triggers. */
  modals: (triggers: readonly string[]) =>
    triggers.map((trigger) => {
      const metadata = modals.get(trigger);
      modals.delete(trigger);
      return metadata ?? "";
    }),
  counts: () => Object.fromEntries(counts),
  /** Resolves with the time (ms since 1970) at which this many calls of a method have arrived. */
  reached: ({ method, count: expected }: { method: string; count: number }) =>
    new Promise((resolve) => {
      if ((counts.get(method) ?? 0) >= expected) resolve(performance.timeOrigin + performance.now());
      else waiting.push({ method, count: expected, resolve });
    }),
});
