import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BotAnswer } from "../../sandbox/slack/index.ts";
import { reserveConnection } from "../support/reserve-connection.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

const nothingChanged = "Something went wrong on Signoff's side. Nothing was changed, try again in a moment.";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ proxied: true });
});

afterAll(() => stack?.stop());

const expectLastEphemeral = (name: string, words: string | RegExp) =>
  eventually(() => expect(stack.lastEphemeral(name)).toMatch(words));

const opened = (name: string, title: string) =>
  eventually(() => expect(stack.modal(name).title?.text).toBe(title));

const close = async (name: string) => {
  while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
};

function inTime(answer: BotAnswer): void {
  expect(answer.error).toBeUndefined();
  expect(answer.status).toBe(200);
  expect(answer.tookMs).toBeLessThan(3000);
}

describe("with the database down, everyone learns within 3 seconds that nothing was changed", () => {
  let link: string;

  beforeAll(async () => {
    await stack.request("dana", "orders-sync", "Before");
    const mail = (await stack.mail.inbox()).find(({ to }) => to === "bob@acme.example");
    link = /http:\/\/[^"]+\/r\/[\w.-]+/.exec(mail?.html ?? "")?.[0] as string;
  });

  afterEach(async () => {
    await stack.proxy.up();
    await eventually(async () => expect((await fetch(`${stack.botUrl}/readyz`)).status).toBe(200));
    for (const name of ["dana", "bob", "carol"]) await close(name);
    expect(stack.slack.violations).toEqual([]);
  });

  test("a command", async () => {
    await stack.proxy.down();
    inTime(await stack.slack.command(stack.id("dana"), "/promote orders-sync"));
    expect(stack.lastEphemeral("dana")).toBe(nothingChanged);
  });

  test.each(["approve_request", "open_reject", "open_details"])("a click on a card: %s", async (actionId) => {
    const { slack } = stack;
    const before = slack.ephemeralsFor(stack.id("bob")).length;
    await stack.proxy.down();
    inTime(await stack.press("bob", actionId));
    await eventually(() => expect(slack.ephemeralsFor(stack.id("bob"))).toHaveLength(before + 1));
    expect(stack.lastEphemeral("bob")).toBe(nothingChanged);
    expect(slack.topView(stack.id("bob"))).toBeUndefined();
  });

  test("a submission: at its field, so that what was typed stays", async () => {
    await stack.press("bob", "open_reject");
    await opened("bob", "Reject #1");
    await stack.proxy.down();
    inTime(await stack.slack.submit(stack.id("bob"), { comment_input: "Half an hour of work" }));
    expect(stack.modal("bob").errors).toEqual({ comment: nothingChanged });
    expect(stack.modal("bob").values.comment?.comment_input?.value).toBe("Half an hour of work");
    await stack.proxy.up();
    await eventually(async () => {
      await stack.slack.submit(stack.id("bob"), {});
      expect(stack.slack.topView(stack.id("bob"))).toBeUndefined();
    });
    await stack.app.idle();
    expect(textOf(stack.cardFor("dana", 1))).toContain("Rejected by Bob Reviewer");
    expect(textOf(stack.cardFor("dana", 1))).toContain("Half an hour of work");
  });

  test("a submission of the request modal, and it can be submitted again", async () => {
    await stack.slack.command(stack.id("dana"), "/promote inventory-feed");
    await stack.proxy.down();
    inTime(await stack.slack.submit(stack.id("dana"), { message_input: "Second" }));
    expect(stack.modal("dana").errors).toEqual({ integration: nothingChanged });
    await stack.proxy.up();
    await eventually(async () => {
      await stack.slack.submit(stack.id("dana"), {});
      expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
    });
    await stack.app.idle();
    expect(stack.texts("bob").at(-1)).toContain("Second");
    expect(stack.texts("bob").filter((text) => text.includes("Second"))).toHaveLength(1);
  });

  test("the options of the select: it says so instead of finding nothing, and saying so cannot be chosen", async () => {
    const dana = stack.id("dana");
    await stack.slack.command(dana, "/promote");
    await stack.proxy.down();
    const started = Date.now();
    const options = await stack.slack.suggest(dana, "pick_integration", "orders");
    expect(Date.now() - started).toBeLessThan(3000);
    expect(options.map(({ text }) => text.text)).toEqual([
      "Signoff could not search. Try again in a moment.",
    ]);
    await stack.slack.choose(dana, "pick_integration", options[0]?.value as string);
    await stack.proxy.up();
    await eventually(async () => {
      await stack.slack.submit(dana);
      expect(stack.modal("dana").errors).toEqual({ integration: "Choose an integration." });
    });
  });

  test("a choice in the modal is answered in the modal, and what was typed stays", async () => {
    const dana = stack.id("dana");
    await stack.slack.command(dana, "/promote orders-sync");
    const [found] = await stack.slack.suggest(dana, "pick_integration", "returns");
    await stack.proxy.down();
    stack.slack.fill(dana, "message_input", "Typed");
    inTime(await stack.slack.choose(dana, "pick_integration", found?.value as string));
    await eventually(() => expect(stack.modalText("dana")).toContain(nothingChanged));
    expect(stack.modal("dana").values.message?.message_input?.value).toBe("Typed");
    expect(stack.modal("dana").values.integration?.pick_integration?.selected_option).toMatchObject({
      value: found?.value,
    });
  });

  test("a link in an email", async () => {
    await stack.proxy.down();
    const answer = await fetch(link, { redirect: "manual" });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("10");
    expect(await answer.text()).toContain("Nothing was changed. Open this link again in a moment.");
    expect((await fetch(`${stack.botUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${stack.botUrl}/readyz`)).status).toBe(503);
  });

  test("and it all works again without a restart", async () => {
    await stack.proxy.down();
    inTime(await stack.slack.command(stack.id("dana"), "/promote orders-sync"));
    await stack.proxy.up();
    await eventually(async () => {
      await stack.slack.command(stack.id("dana"), "/promote orders-sync");
      expect(stack.slack.topView(stack.id("dana"))).toBeDefined();
    });
    await stack.slack.submit(stack.id("dana"), { message_input: "After" });
    await stack.app.idle();
    expect(stack.texts("bob").at(-1)).toContain("After");
    expect((await fetch(link, { redirect: "manual" })).status).toBe(302);
  });
});

test("a lock of another session does not block the response", async () => {
  await stack.request("dana", "commerce/billing production");
  const holder = await reserveConnection(stack.database.database.sql);
  await holder`begin`;
  await holder`select from requests for update`;
  inTime(await stack.press("bob", "approve_request"));
  await expectLastEphemeral("bob", nothingChanged);
  await holder`rollback`;
  holder.release();
  await stack.press("bob", "approve_request");
  await stack.app.idle();
  expect(textOf(stack.cardOf("bob"))).toContain("Approved by Bob Reviewer");
});

test("the response to a commit is lost: the person learns that the outcome is unknown", async () => {
  const { sql } = stack.database.database;
  await stack.request("dana", "commerce/billing staging", "Lost");
  const lock = 4711;
  // The commit itself waits for a lock, because a deferred trigger runs in it.
  await sql.unsafe(`
    create function stall() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(${lock}); return null; end $$;
    create constraint trigger stall after update on requests deferrable initially deferred
      for each row execute function stall()`);
  const holder = await reserveConnection(sql);
  await holder`select pg_advisory_lock(${lock})`;
  const clicking = stack.press("bob", "approve_request");
  await eventually(async () => {
    const [waiting] = await holder<{ count: number }[]>`
      select count(*)::int from pg_locks where locktype = 'advisory' and not granted`;
    expect(waiting?.count).toBe(1);
  });
  await stack.proxy.down();
  await holder`select pg_advisory_unlock(${lock})`;
  inTime(await clicking);
  await expectLastEphemeral(
    "bob",
    "Signoff could not confirm this in time. The card will show whether it happened; if it did not, try again.",
  );
  await sql`drop trigger stall on requests`;
  holder.release();
  await stack.proxy.up();
  // The sweep finds the committed items without a notification.
  const [row] = await sql<{ state: string }[]>`select state from requests order by number desc limit 1`;
  const words = row?.state === "approved" ? "Approved by Bob Reviewer" : "Waiting for review";
  await eventually(() => expect(textOf(stack.cardOf("bob"))).toContain(words), 14_000);
});
