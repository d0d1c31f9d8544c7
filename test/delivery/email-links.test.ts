import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestStack, type TestStack } from "../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
  await stack.request("dana", "orders-sync", "Look & see");
});

afterAll(() => stack?.stop());

const visit = (address: string) => fetch(address, { redirect: "manual" });

async function linkTo(address: string, which = 0): Promise<string> {
  const mails = (await stack.mail.inbox()).reverse().filter(({ to }) => to === `${address}@acme.example`);
  const mail = mails[which];
  const links = [...new Set((mail?.html ?? "").match(/http:\/\/[^"]+\/r\/[\w.-]+/g))];
  expect(links).toHaveLength(1);
  expect(mail?.text).toContain(links[0]);
  return links[0] as string;
}

/** Returns Slack's own address of a person's card. */
function permalink(name: string): string {
  const { channel, ts } = stack.cardFor(name, 1);
  const base = stack.slack.url.replace(/\/api\/$/, "");
  return `${base}/archives/${channel}/p${ts.replace(".", "")}`;
}

test("each email leads to that person's own card", async () => {
  const [bob, carol] = [await linkTo("bob"), await linkTo("carol")];
  expect(bob).not.toBe(carol);
  for (const [link, name] of [
    [bob, "bob"],
    [carol, "carol"],
  ] as const) {
    const answer = await visit(link);
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe(permalink(name));
  }
});

test("the requester's email leads to their own card, and opening links changes nothing", async () => {
  await stack.press("bob", "approve_request");
  await stack.app.idle();
  const before = stack.slack.calls.length;
  const answer = await visit(await linkTo("dev"));
  expect(answer.status).toBe(302);
  expect(answer.headers.get("location")).toBe(permalink("dana"));
  await stack.app.idle();
  expect(stack.slack.calls.length).toBe(before);
});

test("the link in an older email still leads to the card, which was re-drawn in place", async () => {
  const answer = await visit(await linkTo("carol"));
  expect(answer.headers.get("location")).toBe(permalink("carol"));
});

test("a link that was tampered with leads nowhere", async () => {
  const link = await linkTo("bob");
  const [payload = "", signature = ""] = link.split("/r/")[1]?.split(".") ?? [];
  const [organization] = JSON.parse(Buffer.from(payload, "base64url").toString()) as string[];
  const forged = Buffer.from(JSON.stringify([organization, 1, stack.id("carol")])).toString("base64url");
  const start = link.slice(0, link.indexOf("/r/") + 3);
  for (const token of [
    `${forged}.${signature}`,
    `${payload}.`,
    payload,
    `${payload}.${signature}x`,
    "x",
    ".",
  ]) {
    const answer = await visit(start + token);
    expect(answer.status, token).toBe(404);
    expect(answer.headers.get("location")).toBeNull();
  }
});
