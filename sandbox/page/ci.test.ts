import type { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Ci, CiView } from "../ci/index.ts";
import type { CiReceiver, ReceivedAttempt } from "../ci/receiver.ts";
import { people } from "../people.ts";
import { type SlackStandIn, startSlack } from "../slack/index.ts";
import { createPage } from "./index.ts";

const hostile = "<img src=x onerror=alert(1)>";
const manifest = new URL("../../manifest.yml", import.meta.url).pathname;
const at = new Date();
const named = { slug: "x", name: hostile };

const attempt = (id: string): ReceivedAttempt => ({
  ...{ at, behavior: "fail", sent: 2, finish: undefined },
  delivery: {
    ...{ type: "promotion.deploy", timestamp: at.toISOString(), attempt: id, approvedBy: [] },
    ...{ project: named, integration: named, from: named, to: named },
    request: { number: 7, url: "", message: "", requester: { id: "U1", name: hostile } },
    build: { id: "b", version: hostile, commit: null, digest: null, link: null },
    report: { url: "", token: "" },
  },
  reports: [{ report: { status: "failed", reason: hostile }, status: 200, at }],
});

const view: CiView = {
  integrations: [{ id: "commerce/orders", name: hostile, projectName: hostile, deployer: "webhook" }],
  selected: { id: "commerce/orders", name: hostile, projectName: hostile, deployer: "webhook" },
  environments: [
    { slug: "development", name: hostile, live: null },
    {
      slug: "production",
      name: "Production",
      live: { build: "b", version: hostile, since: at, outside: true },
    },
  ],
  builds: [{ id: "b", version: hostile, commit: hostile, author: hostile, at }],
  nextVersion: "1.0.1",
};

let slack: SlackStandIn;
let page: Hono;
let calls: unknown[];
let fault: string | undefined;

beforeAll(async () => {
  slack = await startSlack({
    ...{ manifest, people, signingSecret: "secret", botToken: "xoxb-1" },
    botUrl: () => "http://127.0.0.1:9",
  });
  calls = [];
  const receiver: CiReceiver = {
    ...{ url: "http://127.0.0.1:4002/", behavior: "succeed", reason: hostile },
    ...{ attempts: [attempt("a-1")], otherRequests: [{ at, what: "refused", reason: hostile }] },
    trust: (secret) => void calls.push(["trust", secret]),
    finish: () => false,
    stop: async () => {},
  };
  const ci: Ci = {
    ...{ apiUrl: "http://127.0.0.1:4001/api/v1", receiver, onChange: () => {}, changed: () => {} },
    readView: async () => {
      if (fault !== undefined) throw new Error(fault);
      return view;
    },
    build: async (...args) => void calls.push(["build", ...args]),
    deploy: async (...args) => void calls.push(["deploy", ...args]),
  };
  page = createPage({ slack, people, inbox: async () => [], ci });
});

afterAll(() => slack.stop());

const get = async (path: string) => (await page.request(path)).text();
const post = async (path: string, body: object) => {
  const headers = { "content-type": "application/json" };
  const response = await page.request(path, { method: "POST", headers, body: JSON.stringify(body) });
  return (await response.json()) as { ok: boolean; error?: string };
};

test("what pipelines and receivers say never becomes markup", async () => {
  const html = await get("/as/dana/ci");
  expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
  expect(html).not.toContain("<img");
});

test("an attempt shows what was reported, and how often it was sent", async () => {
  const html = await get("/as/dana/ci?part=ci");
  expect(html).toContain("#7 ");
  expect(html).toContain("sent 2 times");
  expect(html).toContain("Signoff answered 200");
  expect(html).toContain("outside approval");
});

test("a build names the person who clicked as its author", async () => {
  const body = { integration: "commerce/orders", version: "1.0.1", message: "Round amounts" };
  expect(await post("/as/dana/ci/build", body)).toEqual({ ok: true });
  const { version, message } = body;
  expect(calls).toContainEqual(["build", body.integration, { version, message, author: "Dana Developer" }]);
});

test("what the page cannot do it says", async () => {
  expect(await post("/as/dana/ci/finish", { id: "a-1", end: "failed" })).toMatchObject({
    ok: false,
    error: "it has ended already",
  });
  expect(await post("/as/dana/ci/secret", { secret: "abc" })).toMatchObject({ ok: false });
  fault = "it answered 503";
  expect(await get("/as/dana/ci?part=ci")).toContain("does not answer the pipeline: it answered 503");
  fault = undefined;
});

test("a deployment's link leads to it, in the window that was used last", async () => {
  const dana = slack.workspace.people.find(({ name }) => name === "dana")?.id;
  const response = await page.request("/ci/attempts/a-1", { headers: { cookie: `as=${dana}` } });
  expect(response.headers.get("location")).toBe(`/as/${dana}/ci#attempt-a-1`);
});

test("a page without a pipeline has no CI", async () => {
  const without = createPage({ slack, people, inbox: async () => [] });
  expect(await (await without.request("/as/dana")).text()).not.toContain(">CI<");
  expect((await without.request("/as/dana/ci")).status).toBe(404);
});
