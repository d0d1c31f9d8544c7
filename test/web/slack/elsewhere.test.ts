import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack } from "../../support/test-stack.ts";
import { signedHeaders } from "./sign.ts";
import { recordedLog } from "./start-receiver.ts";

let stack: TestStack;
let replies: Server;
let replyUrl: string;
const replied: { text?: string; response_type?: string; replace_original?: boolean }[] = [];
const { log, lines } = recordedLog();

beforeAll(async () => {
  stack = await startTestStack({ log });
  replies = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      replied.push(JSON.parse(text));
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => replies.listen(0, "127.0.0.1", resolve));
  replyUrl = `http://127.0.0.1:${(replies.address() as AddressInfo).port}/reply`;
});

afterAll(async () => {
  replies?.close();
  await stack?.stop();
});

beforeEach(() => {
  replied.length = 0;
  lines.length = 0;
});

afterEach(async () => {
  expect(stack.slack.violations).toEqual([]);
  while (stack.slack.topView(stack.id("bob"))) await stack.slack.closeView(stack.id("bob"));
});

const explained = "Signoff is not installed in this workspace";
const ignored = () => lines.filter((line) => line.includes("has not installed Signoff"));

async function send(body: string, contentType = "application/x-www-form-urlencoded"): Promise<Response> {
  const headers = signedHeaders({ body, contentType, secret: stack.env.SLACK_SIGNING_SECRET ?? "" });
  return fetch(`http://127.0.0.1:${stack.app.port}/slack/events`, { method: "POST", body, headers });
}

const interaction = (fields: object) =>
  new URLSearchParams({ payload: JSON.stringify({ ...elsewhere.other, ...fields }) }).toString();

const user = { id: "U0OTHER", team_id: "T0OTHER" };

/** How Slack names a workspace, or an organization, that has not installed the app. */
const elsewhere = {
  other: { user, team: { id: "T0OTHER", domain: "other" }, is_enterprise_install: false },
  enterprise: {
    user: { id: "U0OTHER", team_id: "E0OTHER" },
    team: null,
    enterprise: { id: "E0OTHER", name: "Other" },
    is_enterprise_install: true,
  },
  unnamed: { user: { id: "U0OTHER" }, team: null },
};

const tables = ["audit_log", "requests", "members", "outbox", "organizations", "reviews"];
const counts = async () => {
  const { sql } = stack.database.database;
  const rows = tables.map((table) => sql<{ n: number }[]>`select count(*)::int as n from ${sql(table)}`);
  return (await Promise.all(rows)).map(([row]) => row?.n);
};

/** Runs an action, after which nothing may be stored, and one line is in the log. */
async function nothingStored(act: () => Promise<unknown>): Promise<void> {
  await stack.settle();
  lines.length = 0;
  const before = await counts();
  await act();
  expect(await counts()).toEqual(before);
  expect(ignored()).toHaveLength(1);
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}

describe.each(Object.entries(elsewhere))("from another workspace (%s)", (_, origin) => {
  const from = (fields: object) => interaction({ ...origin, ...fields });

  test("R13: a click on a card is answered privately, and does nothing", async () => {
    await stack.request("dana", "commerce/orders-sync").catch(() => undefined);
    const { blocks, channel, ts } = stack.cardOf("bob", "approve_request");
    const value = /"approve_request".*?"value":"([^"]+)"/.exec(JSON.stringify(blocks))?.[1];
    await nothingStored(async () => {
      const action = { type: "button", action_id: "approve_request", block_id: "act", value };
      const clicked = { type: "block_actions", actions: [action], response_url: replyUrl, trigger_id: "1.2" };
      const response = await send(from({ ...clicked, channel: { id: channel }, message: { ts } }));
      expect([response.status, await response.text()]).toEqual([200, ""]);
      await eventually(() => expect(replied).toHaveLength(1));
    });
    expect(replied[0]).toMatchObject({ response_type: "ephemeral", replace_original: false });
    expect(replied[0]?.text).toContain(explained);
  });

  test("a submission is answered in its modal", async () => {
    await nothingStored(async () => {
      const view = {
        id: "V1",
        type: "modal",
        callback_id: "reject_request",
        blocks: [],
        private_metadata: "",
      };
      const response = await send(from({ type: "view_submission", view }));
      expect(response.status).toBe(200);
      const body = await response.json();
      expect(body).toMatchObject({ response_action: "update", view: { type: "modal" } });
      expect(JSON.stringify(body)).toContain(explained);
    });
  });

  test("a search for options offers only the explanation", async () => {
    await nothingStored(async () => {
      const response = await send(
        from({ type: "block_suggestion", action_id: "pick_integration", block_id: "b", value: "" }),
      );
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ options: [{ text: { text: explained } }] });
    });
  });

  test.each([
    ["a click in a Home", { type: "block_actions", view: { id: "V1", type: "home" } }],
    ["a shortcut", { type: "shortcut", callback_id: "request_to_promote" }],
    ["a closed modal", { type: "view_closed", view: { id: "V1", type: "modal" } }],
  ])("%s is answered 200", async (_name, fields) => {
    await nothingStored(async () => {
      const action = { type: "button", action_id: "go_overview", block_id: "b", value: "1" };
      const response = await send(from({ actions: [action], trigger_id: "1.2", ...fields }));
      expect([response.status, await response.text()]).toEqual([200, ""]);
    });
  });
});

test("a click in a modal that this workspace's app opened is answered in a modal on top", async () => {
  const bob = stack.id("bob");
  await stack.slack.command(bob, "/promote");
  const { id, type, blocks } = stack.modal("bob");
  const action = { type: "button", action_id: "go_overview", block_id: "b", value: "1" };
  const trigger_id = stack.slack.giveTrigger(bob, id);
  const response = await send(
    interaction({ type: "block_actions", actions: [action], trigger_id, view: { id, type, blocks } }),
  );
  expect(response.status).toBe(200);
  await eventually(() => expect(stack.modalText("bob")).toContain(explained));
});

test.each([
  ["/promote", {}],
  ["/approvals", {}],
  ["/promotion-settings", {}],
  ["/promote", { text: "help" }],
  ["/promote", { is_enterprise_install: "true", enterprise_id: "E0OTHER" }],
])("the command %s with %j is answered privately, and not with “try again”", async (command, more) => {
  await nothingStored(async () => {
    const fields = { command, text: "", team_id: "T0OTHER", user_id: "U0OTHER", trigger_id: "1.2", ...more };
    const response = await send(new URLSearchParams(fields).toString());
    expect(response.status).toBe(200);
    const body = (await response.json()) as { response_type: string; text: string };
    expect(body.response_type).toBe("ephemeral");
    expect(body.text).toContain(explained);
    expect(body.text).not.toMatch(/try again/i);
  });
});

test.each([
  ["app_home_opened", { user: "U0OTHER", tab: "home", channel: "D1" }],
  ["user_change", { user: { id: "U0OTHER", team_id: "T0OTHER", real_name: "Olga Other" } }],
  ["team_join", { user: { id: "U0OTHER", team_id: "T0OTHER", real_name: "Olga Other" } }],
  ["subteam_updated", { subteam: { id: "S0OTHER", team_id: "T0OTHER", users: [] } }],
])("the event %s is accepted and ignored, with one line in the log", async (type, fields) => {
  await nothingStored(async () => {
    const body = { type: "event_callback", team_id: "T0OTHER", event_id: "Ev1", event: { type, ...fields } };
    const response = await send(JSON.stringify(body), "application/json");
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});

test("R13: a person of another workspace who submits a modal of this one, from a shared channel, is refused as a stranger", async () => {
  await stack.request("dana", "commerce/customer-import").catch(() => undefined);
  const { slack } = stack;
  slack.workspace.addPerson({ id: "U0GUEST", name: "olga", realName: "Olga Other", isStranger: true });
  const number = /#(\d+)/.exec(JSON.stringify(stack.cardOf("bob", "approve_request").blocks))?.[1];
  await slack.click(stack.id("bob"), stack.cardOf("bob", "open_details"), { actionId: "open_details" });
  await eventually(() => expect(stack.modal("bob").submit).not.toBeNull());
  const { id, callbackId, blocks, privateMetadata } = stack.modal("bob");
  const inputs = blocks.filter(({ type }) => type === "input");
  const values = Object.fromEntries(
    inputs.map(({ block_id, element }) => [block_id, { [(element as { action_id: string }).action_id]: {} }]),
  );
  const option = { text: { type: "plain_text", text: "Approve" }, value: "approve" };
  values.verdict = { verdict_input: { type: "radio_buttons", selected_option: option } };
  const view = {
    ...{ id, type: "modal", callback_id: callbackId, blocks, private_metadata: privateMetadata },
    ...{ state: { values }, app_installed_team_id: slack.workspace.team.id },
  };
  const guest = { user: { id: "U0GUEST", team_id: "T0OTHER" }, team: { id: "T0OTHER" } };
  const response = await send(interaction({ ...guest, type: "view_submission", view }));
  expect(response.status).toBe(200);
  expect(ignored()).toEqual([]);
  expect(await response.text()).toMatch(/workspace/);
  const { sql } = stack.database.database;
  expect([...(await sql`select * from reviews where request_number = ${Number(number)}`)]).toEqual([]);
});
