import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../support/test-stack.ts";
import { startTimedStack, type TimedStack } from "./support.ts";

let stack: TimedStack;
beforeAll(async () => {
  stack = await startTimedStack();
});
afterAll(() => stack?.stop());

let number = 0;

const ask = async (what = "orders-sync production", message = "Rounds as the bank does.\n<!here> & more") => {
  await stack.request("dana", what, message);
  number = Number(/#(\d+)/.exec(stack.texts("dana").at(-1) ?? "")?.[1]);
};

const expire = async () => {
  stack.later({ days: 8 });
  await stack.nextMinute();
};

/** Waits for a person's modal to offer a request. */
const asking = (name: string, title = "Request Approval") =>
  eventually(() => {
    expect(stack.modal(name).title?.text).toBe(title);
    return stack.modal(name);
  });

const typed = (name: string): string => {
  const blocks = stack.modal(name).blocks as { block_id?: string; element?: { initial_value?: string } }[];
  return blocks.find(({ block_id }) => block_id === "message")?.element?.initial_value ?? "";
};

const close = async (name: string) => {
  while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
};

beforeEach(async () => {
  for (const name of ["dana", "sam", "bob"]) await close(name);
  await expire();
});

describe("R11: expired says so everywhere", () => {
  test("on every card, in the message, in the emails, and in both lists", async () => {
    await ask();
    const before = stack.texts("dana").length;
    await expire();
    for (const name of ["dana", "bob", "carol"]) {
      expect(JSON.stringify(stack.cardFor(name, number).blocks)).toContain("Expired: nobody decided in time");
    }
    expect(stack.actions("dana", number)).toEqual(["request_again", "open_details"]);
    expect(stack.actions("bob", number)).toEqual(["open_details"]);
    expect(stack.messagesSince("dana", before)).toEqual([
      expect.stringContaining("expired: nobody decided in time. Request Again asks for what is live now."),
    ]);
    await stack.allSent();
    const mail = (await stack.mailsTo("dana")).at(-1);
    expect(mail?.text).toContain("Request Again in Slack:");
    expect(mail?.text).toContain(
      "Nobody decided in time. Nothing changes in Production. Request Again on your card asks for what is live now.",
    );
    const bobs = (await stack.mailsTo("bob")).at(-1);
    expect(bobs?.text).toContain("There is nothing left for you to do.");
    expect(bobs?.text).not.toContain("Request Again");
    await stack.slack.command(stack.id("dana"), "/approvals");
    expect(stack.modalText("dana")).not.toContain(`#${number} `);
    await stack.pressModal("dana", "go_past");
    await eventually(() => expect(stack.modalText("dana")).toContain(`#${number} `));
    expect(stack.modalText("dana")).toContain("Expired: nobody decided in time");
  });

  test("even before the job has run: in Review Details, and on a card that is redrawn in the meantime", async () => {
    await ask();
    stack.later({ days: 8 });
    await stack.slack.click(stack.id("bob"), stack.cardFor("bob", number), { actionId: "open_details" });
    await eventually(() => expect(stack.modalText("bob")).toContain("Expired: nobody decided in time"));
    expect(stack.modal("bob").submit ?? null).toBeNull();
    // Another build goes live. The cards are drawn from the request's state at that time.
    await stack.setLive("commerce/orders-sync", { staging: "1.4.7" });
    await stack.settle();
    expect(stack.actions("dana", number)).toEqual(["request_again", "open_details"]);
    await stack.nextMinute();
    expect(stack.actions("dana", number)).toEqual(["request_again", "open_details"]);
    expect(JSON.stringify(stack.cardFor("bob", number).blocks)).toContain("Expired: nobody decided in time");
  });

  test("what was approved says that nobody promoted it", async () => {
    await ask();
    await stack.press("bob", "approve_request");
    await stack.settle();
    await expire();
    expect(stack.texts("dana").at(-1)).toContain("expired: nobody promoted it in time");
    expect(stack.actions("dana", number)).toContain("request_again");
  });
});

describe("R11: Request Again", () => {
  test("opens Request Approval with the same integration, target and message, and the build that is live now", async () => {
    await ask();
    await stack.setLive("commerce/orders-sync", { staging: "1.5.0" });
    await expire();
    await stack.press("dana", "request_again");
    await asking("dana");
    expect(typed("dana")).toBe("Rounds as the bank does.\n<!here> & more");
    expect(stack.modalText("dana")).toContain("Orders Sync · Commerce");
    expect(stack.modalText("dana")).toContain("Staging → Production");
    expect(stack.modalText("dana")).toContain("1.5.0");
    await stack.slack.submit(stack.id("dana"), { message_input: typed("dana") });
    expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
    await stack.settle();
    expect(stack.texts("bob").at(-1)).toContain("Orders Sync 1.5.0");
    expect(stack.texts("bob").at(-1)).toContain("Rounds as the bank does.");
  });

  test("on the card as well as in the message of it", async () => {
    await ask();
    await expire();
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(typed("dana")).toContain("Rounds as the bank does.");
  });

  test("the modal says that another request is open", async () => {
    await ask();
    await expire();
    await stack.request("sam", "orders-sync production");
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(stack.modalText("dana")).toContain("by Sam Newcomer (waiting for review) is already open");
  });

  test("R14: from Review Details by anyone who can request", async () => {
    await ask();
    await expire();
    await stack.slack.click(stack.id("bob"), stack.cardFor("bob", number), { actionId: "open_details" });
    await eventually(() => expect(stack.modal("bob").title?.text).toBe("Review Details"));
    await stack.pressModal("bob", "request_again");
    await asking("bob");
    expect(typed("bob")).toContain("Rounds as the bank does.");
  });

  test("R13, R14: a person who cannot request in its project gets no button, and a click on an old one says why", async () => {
    await ask();
    await expire();
    await stack.slack.click(stack.id("bob"), stack.cardFor("bob", number), { actionId: "open_details" });
    await eventually(() => expect(stack.modal("bob").title?.text).toBe("Review Details"));
    await stack.reseed((seed) => {
      const [commerce] = seed.projects;
      if (commerce) commerce.requesters = ["Release Managers"];
    });
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(stack.modalText("dana")).toContain("only Release Managers can request and promote");
    await close("dana");
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "open_details" });
    await eventually(() => expect(stack.modal("dana").title?.text).toBe("Review Details"));
    expect(JSON.stringify(stack.modal("dana").blocks)).not.toContain("request_again");
    await stack.reseed((seed) => {
      const [commerce] = seed.projects;
      if (commerce) commerce.requesters = [];
    });
  });

  test("the modal says that the integration was archived, and keeps the message", async () => {
    await ask("inventory-feed production", "Kept");
    await expire();
    const { sql } = stack.database.database;
    await sql`update integrations set archived_at = now() where slug = 'inventory-feed'`;
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(stack.modalText("dana")).toContain("This integration is archived: nothing can be promoted in it.");
    expect(typed("dana")).toBe("Kept");
    await sql`update integrations set archived_at = null where slug = 'inventory-feed'`;
  });

  test("the modal says that the target has no source anymore, and offers another step", async () => {
    await ask();
    await expire();
    const { sql } = stack.database.database;
    const archive = (at: Date | null) => sql`
      update environments set archived_at = ${at} where slug = 'production'
        and project_id = (select id from projects where slug = 'commerce')`;
    await archive(new Date());
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(stack.modalText("dana")).toContain(
      `#${number} was for Production, to which nothing leads in Commerce any more. Check where this one goes.`,
    );
    expect(stack.modalText("dana")).toContain("Development → Staging");
    await archive(null);
  });
});
