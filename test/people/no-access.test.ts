import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

let stack: TestStack;
/** How far the bot's clock is ahead, so that its data about people becomes stale. */
let aheadMs = 0;
let number = 0;

beforeAll(async () => {
  stack = await startTestStack({ now: () => new Date(Date.now() + aheadMs) });
  await stack.request("dana", "commerce/orders-sync", "Secret plans");
  await stack.settle();
  number = Number(/^#(\d+)/.exec(stack.cardOf("dana").text)?.[1]);
});
afterAll(() => stack?.stop());

afterEach(async () => {
  const close = async () => {
    while (stack.slack.topView(stack.id("carol"))) await stack.slack.closeView(stack.id("carol"));
  };
  await close();
  setPerson("carol", { isRestricted: false });
  aheadMs += 11 * 60_000;
  await stack.slack.command(stack.id("carol"), "/approvals");
  await stack.settle();
  await close();
  await eventually(() => expect(textOf(stack.cardFor("carol", number))).toMatch(/Secret plans/));
  expect(stack.slack.violations).toEqual([]);
});

function setPerson(name: string, change: object) {
  const person = [...stack.slack.workspace.people.values()].find((one) => one.name === name);
  Object.assign(person ?? {}, change);
}

/** Makes somebody a guest in Slack. Signoff notices at their next click. */
function makeGuest(name: string) {
  setPerson(name, { isRestricted: true });
  aheadMs += 11 * 60_000;
}

const words =
  "Guests can't use Signoff. Only full members of this workspace can. If you need access, ask Ada Admin.";

/** What nobody but full members may read. */
const data = /Orders|Commerce|Secret plans|Staging|Production|#\d/;

describe("R13: a guest sees nothing but why, and whom to ask", () => {
  test("in the Home, which shows everything again to a full member", async () => {
    makeGuest("carol");
    await stack.openHome("carol");
    expect(stack.homeText("carol")).toBe(words);
    setPerson("carol", { isRestricted: false });
    aheadMs += 11 * 60_000;
    await stack.openHome("carol");
    expect(stack.homeText("carol")).toMatch(data);
  });

  test("in a Home that was open before, at the next click and when Signoff redraws it", async () => {
    await stack.openHome("carol");
    expect(stack.homeText("carol")).toMatch(data);
    makeGuest("carol");
    await stack.pressHome("carol", "go_approvals");
    await eventually(() => expect(stack.homeText("carol")).toBe(words));
  });

  test.each(["/approvals", "/promote", "/promote orders-sync production", "/promotion-settings"])(
    "by %s",
    async (command) => {
      makeGuest("carol");
      await stack.slack.command(stack.id("carol"), command);
      expect(stack.lastEphemeral("carol")).toBe(words);
      expect(stack.slack.topView(stack.id("carol"))).toBeUndefined();
    },
  );

  test.each(["open_details", "open_reject"])("by %s on a card", async (actionId) => {
    const card = stack.cardFor("carol", number);
    makeGuest("carol");
    await stack.slack.click(stack.id("carol"), card, { actionId });
    await eventually(() => expect(stack.lastEphemeral("carol")).toBe(words));
    expect(stack.slack.topView(stack.id("carol"))).toBeUndefined();
  });

  test("by the shortcut", async () => {
    makeGuest("carol");
    await stack.slack.shortcut(stack.id("carol"), "request_to_promote");
    await eventually(() => expect(stack.modalText("carol")).toBe(words));
  });

  test("in a modal that was open before: a submission and a search", async () => {
    await stack.slack.command(stack.id("carol"), "/promote");
    await eventually(() => expect(stack.slack.topView(stack.id("carol"))).toBeDefined());
    makeGuest("carol");
    const options = await stack.slack.suggest(stack.id("carol"), "pick_integration", "orders");
    expect(JSON.stringify(options)).not.toMatch(data);
    expect(JSON.stringify(options)).toContain("Guests can't use Signoff");
  });

  test("on their card, once Signoff knows, and it comes back with their membership", async () => {
    const says = () => stack.texts("carol").join("\n");
    expect(says()).toMatch(data);
    makeGuest("carol");
    await stack.slack.command(stack.id("carol"), "/approvals");
    await stack.settle();
    await eventually(() => expect(says()).not.toMatch(/Secret plans/));
    setPerson("carol", { isRestricted: false });
    aheadMs += 11 * 60_000;
    await stack.slack.command(stack.id("carol"), "/approvals");
    await stack.settle();
    await eventually(() => expect(textOf(stack.cardFor("carol", number))).toMatch(/Secret plans/));
  });

  test("a link from an email", async () => {
    makeGuest("carol");
    await stack.slack.command(stack.id("carol"), "/approvals");
    await stack.settle();
    const inbox = (await stack.mail.inbox()).filter(({ to }) => to === "carol@acme.example");
    const links = inbox.flatMap(({ html }) => html.match(/http:\/\/[^"]+\/r\/[\w.-]+/) ?? []);
    expect(links.length).toBeGreaterThan(0);
    const pages = await Promise.all(links.map((link) => fetch(link, { redirect: "manual" })));
    for (const page of pages) {
      expect(page.status).toBe(403);
      expect(await page.text()).not.toMatch(/Orders|Commerce|Secret plans|Staging|Production|request #/);
    }
  });
});
