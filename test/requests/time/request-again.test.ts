import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../support/world.ts";
import { type TimedWorld, timedWorld } from "./support.ts";

let world: TimedWorld;
beforeAll(async () => {
  world = await timedWorld();
});
afterAll(() => world?.stop());

let number = 0;

const ask = async (what = "orders-sync production", message = "Rounds as the bank does.\n<!here> & more") => {
  await world.request("dana", what, message);
  number = Number(/#(\d+)/.exec(world.texts("dana").at(-1) ?? "")?.[1]);
};

const expire = async () => {
  world.later({ days: 8 });
  await world.minute();
};

/** The modal in front of somebody once it asks for a promotion. */
const asking = (name: string, title = "Request Approval") =>
  eventually(() => {
    expect(world.modal(name).title?.text).toBe(title);
    return world.modal(name);
  });

const typed = (name: string): string => {
  const blocks = world.modal(name).blocks as { block_id?: string; element?: { initial_value?: string } }[];
  return blocks.find(({ block_id }) => block_id === "message")?.element?.initial_value ?? "";
};

const close = async (name: string) => {
  while (world.slack.topView(world.id(name))) await world.slack.closeView(world.id(name));
};

beforeEach(async () => {
  for (const name of ["dana", "sam", "bob"]) await close(name);
  await expire();
});

describe("R11: expired says so everywhere", () => {
  test("on every card, in the message, in the emails, and in both lists", async () => {
    await ask();
    const before = world.texts("dana").length;
    await expire();
    for (const name of ["dana", "bob", "carol"]) {
      expect(JSON.stringify(world.cardFor(name, number).blocks)).toContain("Expired: nobody decided in time");
    }
    expect(world.actions("dana", number)).toEqual(["request_again", "open_details"]);
    expect(world.actions("bob", number)).toEqual(["open_details"]);
    expect(world.since("dana", before)).toEqual([
      expect.stringContaining("expired: nobody decided in time. Request Again asks for what is live now."),
    ]);
    await world.quiet();
    const mail = (await world.mailsTo("dana")).at(-1);
    expect(mail?.text).toContain("Request Again in Slack:");
    expect(mail?.text).toContain(
      "Nobody decided in time. Nothing changes in Production. Request Again on your card asks for what is live now.",
    );
    const bobs = (await world.mailsTo("bob")).at(-1);
    expect(bobs?.text).toContain("There is nothing left for you to do.");
    expect(bobs?.text).not.toContain("Request Again");
    await world.slack.command(world.id("dana"), "/approvals");
    expect(world.modalText("dana")).not.toContain(`#${number} `);
    await world.pressModal("dana", "go_past");
    await eventually(() => expect(world.modalText("dana")).toContain(`#${number} `));
    expect(world.modalText("dana")).toContain("Expired: nobody decided in time");
  });

  test("before the job has run too: in Review Details, and on a card that is drawn meanwhile", async () => {
    await ask();
    world.later({ days: 8 });
    await world.slack.click(world.id("bob"), world.cardFor("bob", number), { actionId: "open_details" });
    await eventually(() => expect(world.modalText("bob")).toContain("Expired: nobody decided in time"));
    expect(world.modal("bob").submit ?? null).toBeNull();
    // Another build goes live: the cards are drawn from the request as it is then.
    await world.golive("commerce/orders-sync", { staging: "1.4.7" });
    await world.settle();
    expect(world.actions("dana", number)).toEqual(["request_again", "open_details"]);
    await world.minute();
    expect(world.actions("dana", number)).toEqual(["request_again", "open_details"]);
    expect(JSON.stringify(world.cardFor("bob", number).blocks)).toContain("Expired: nobody decided in time");
  });

  test("what was approved says that nobody promoted it", async () => {
    await ask();
    await world.press("bob", "approve_request");
    await world.settle();
    await expire();
    expect(world.texts("dana").at(-1)).toContain("expired: nobody promoted it in time");
    expect(world.actions("dana", number)).toContain("request_again");
  });
});

describe("R11: Request Again", () => {
  test("opens Request Approval with the same integration, target and message, and the build that is live now", async () => {
    await ask();
    await world.golive("commerce/orders-sync", { staging: "1.5.0" });
    await expire();
    await world.press("dana", "request_again");
    await asking("dana");
    expect(typed("dana")).toBe("Rounds as the bank does.\n<!here> & more");
    expect(world.modalText("dana")).toContain("Orders Sync · Commerce");
    expect(world.modalText("dana")).toContain("Staging → Production");
    expect(world.modalText("dana")).toContain("1.5.0");
    await world.slack.submit(world.id("dana"), { message_input: typed("dana") });
    expect(world.slack.topView(world.id("dana"))).toBeUndefined();
    await world.settle();
    expect(world.texts("bob").at(-1)).toContain("Orders Sync 1.5.0");
    expect(world.texts("bob").at(-1)).toContain("Rounds as the bank does.");
  });

  test("on the card as well as in the message of it", async () => {
    await ask();
    await expire();
    await world.slack.click(world.id("dana"), world.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(typed("dana")).toContain("Rounds as the bank does.");
  });

  test("where another request is open by now the modal says so", async () => {
    await ask();
    await expire();
    await world.request("sam", "orders-sync production");
    await world.slack.click(world.id("dana"), world.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(world.modalText("dana")).toContain("by Sam Newcomer (waiting for review) is already open");
  });

  test("R14: from Review Details by anyone who may request", async () => {
    await ask();
    await expire();
    await world.slack.click(world.id("bob"), world.cardFor("bob", number), { actionId: "open_details" });
    await eventually(() => expect(world.modal("bob").title?.text).toBe("Review Details"));
    await world.pressModal("bob", "request_again");
    await asking("bob");
    expect(typed("bob")).toContain("Rounds as the bank does.");
  });

  test("R13, R14: who may not request in its project does not get the button, and a click on an old one says why", async () => {
    await ask();
    await expire();
    await world.slack.click(world.id("bob"), world.cardFor("bob", number), { actionId: "open_details" });
    await eventually(() => expect(world.modal("bob").title?.text).toBe("Review Details"));
    await world.reseed((seed) => {
      const [commerce] = seed.projects;
      if (commerce) commerce.requesters = ["Release Managers"];
    });
    await world.slack.click(world.id("dana"), world.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(world.modalText("dana")).toContain("only Release Managers can request and promote");
    await close("dana");
    await world.slack.click(world.id("dana"), world.cardFor("dana", number), { actionId: "open_details" });
    await eventually(() => expect(world.modal("dana").title?.text).toBe("Review Details"));
    expect(JSON.stringify(world.modal("dana").blocks)).not.toContain("request_again");
    await world.reseed((seed) => {
      const [commerce] = seed.projects;
      if (commerce) commerce.requesters = [];
    });
  });

  test("an integration that is archived by now is said, and the message is kept", async () => {
    await ask("inventory-feed production", "Kept");
    await expire();
    const { sql } = world.database.database;
    await sql`update integrations set archived_at = now() where slug = 'inventory-feed'`;
    await world.slack.click(world.id("dana"), world.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(world.modalText("dana")).toContain("This integration is archived: nothing can be promoted in it.");
    expect(typed("dana")).toBe("Kept");
    await sql`update integrations set archived_at = null where slug = 'inventory-feed'`;
  });

  test("a target that nothing leads to any more is said, and another step is offered", async () => {
    await ask();
    await expire();
    const { sql } = world.database.database;
    const archive = (at: Date | null) => sql`
      update environments set archived_at = ${at} where slug = 'production'
        and project_id = (select id from projects where slug = 'commerce')`;
    await archive(new Date());
    await world.slack.click(world.id("dana"), world.cardFor("dana", number), { actionId: "request_again" });
    await asking("dana");
    expect(world.modalText("dana")).toContain(
      `#${number} was for Production, to which nothing leads in Commerce any more. Check where this one goes.`,
    );
    expect(world.modalText("dana")).toContain("Development → Staging");
    await archive(null);
  });
});
