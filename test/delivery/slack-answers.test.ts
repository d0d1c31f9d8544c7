import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { warnAdmins } from "../../src/usecases/delivery/warn-admins.ts";
import { eventually, textOf } from "../support/test-stack.ts";
import { type FaultyStack, startFaultyStack } from "./support.ts";

let stack: FaultyStack;
beforeAll(async () => {
  stack = await startFaultyStack({
    slack: { channels: [{ id: "CREL", name: "releases", members: ["bob", "bot"] }] },
  });
});
afterAll(() => stack?.stop());
afterEach(async () => {
  await stack.clearFaults();
  for (const person of stack.slack.workspace.people) person.deleted = false;
  await stack.settle();
  expect(stack.slack.violations).toEqual([]);
});

const everybody = ["dana", "bob", "carol"];
const everyoneHasTheirCard = (number: number) => {
  for (const name of everybody) expect([name, stack.cardFor(name, number)]).not.toContain(undefined);
};
const cardsOf = (name: string, number: number) =>
  stack.slack
    .messagesFor(stack.id(name))
    .filter(({ blocks }) => textOf({ blocks: blocks.slice(0, 1) }).startsWith(`#${number} `));
const subjects = async () =>
  (
    await stack.database.database.sql<{ subject: string }[]>`select subject from warnings order by subject`
  ).map(({ subject }) => subject);
const mailsAbout = async (subject: string) =>
  (await stack.mailsTo("ada")).filter((mail) => mail.subject.includes(subject));

describe("an error that passes does not stop a card", () => {
  test.each([
    "ekm_access_denied",
    "external_channel_migrating",
    "accesslimited",
    "access_denied",
    "team_access_not_granted",
    "an_error_that_slack_does_not_document",
  ])("chat.postMessage says %s: it is posted later", async (error) => {
    stack.slack.faults.fail("chat.postMessage", { error }, 3);
    const number = await stack.submitRequest();
    await stack.allSent();
    everyoneHasTheirCard(number);
  });

  test.each(["update_failed", "external_channel_migrating", "streaming_state_conflict"])(
    "chat.update says %s: it is updated later, in place",
    async (error) => {
      const number = await stack.submitRequest();
      await stack.allSent();
      const { ts } = stack.cardFor("carol", number);
      stack.slack.faults.fail("chat.update", { error }, 3);
      await stack.press("bob", "approve_request");
      await stack.allSent();
      expect(textOf(stack.cardFor("carol", number))).toContain("Approved by Bob Reviewer");
      expect(stack.cardFor("carol", number).ts).toBe(ts);
    },
  );

  test.each([403, 404, 408, 425])("HTTP %s from a proxy: it is posted later, once", async (status) => {
    stack.slack.faults.fail("chat.postMessage", { status }, 3);
    const number = await stack.submitRequest();
    await stack.allSent();
    for (const name of everybody) expect([name, cardsOf(name, number).length]).toEqual([name, 1]);
  });

  test("an undocumented error that does not pass is given up after a dozen attempts", async () => {
    stack.slack.faults.fail("chat.postMessage", { error: "brand_new_error" }, 1_000, {
      channel: stack.id("carol"),
    });
    const number = await stack.submitRequest();
    const carols = await eventually(async () => {
      await stack.wakeAll();
      const card = (await stack.items("draw-card", number)).find(({ recipient }) => recipient === "carol");
      expect(card).toMatchObject({ outcome: "dead", attempts: 12 });
      return card;
    }, 20_000);
    expect(carols?.reason).toBe("given up after 12 attempts: Slack says brand_new_error");
  });
});

describe("a call that Slack denies to the token waits for an admin", () => {
  test.each(["missing_scope", "not_allowed_token_type", "two_factor_setup_required"])(
    "%s: cards wait without an attempt, the admins get one email, and it resumes by itself",
    async (error) => {
      const before = (await mailsAbout("lacks a permission")).length;
      stack.slack.faults.fail("chat.postMessage", { error }, 1_000);
      const number = await stack.submitRequest();
      for (const item of await stack.waitUntilAttempted("draw-card", number)) {
        expect(item).toMatchObject({ outcome: null, attempts: 0, inDoubt: false });
        expect(item.reason).toBe(`Slack says ${error} to chat.postMessage`);
      }
      await stack.wakeAll();
      await stack.settle();
      expect(await subjects()).toEqual(["denied:chat.postMessage", "told:denied:chat.postMessage"]);
      const [mail, ...more] = (await mailsAbout("lacks a permission")).slice(before);
      expect(more).toEqual([]);
      expect(mail?.text).toContain(`Slack says ${error} to chat.postMessage, since `);
      expect(mail?.text).toContain("install the app in the workspace again");
      for (const name of ["bob", "carol"]) expect(await stack.mailsTo(name)).not.toEqual([]);

      stack.slack.faults.clear();
      await stack.wakeAll();
      await stack.allSent();
      everyoneHasTheirCard(number);
      expect(await subjects()).toEqual([]);
    },
  );

  test("a warning about a call that nothing waits for any longer ends by itself", async () => {
    stack.slack.faults.fail("chat.postMessage", { error: "missing_scope" }, 1_000);
    const number = await stack.submitRequest();
    await stack.waitUntilAttempted("draw-card", number);
    await stack.database.database
      .sql`update outbox set settled_at = now(), outcome = 'done' where settled_at is null`;
    const { context, organizationId } = stack.app;
    await warnAdmins(context, organizationId);
    expect(await subjects()).toContain("denied:chat.postMessage");
    stack.later({ hours: 1 });
    await warnAdmins(context, organizationId);
    expect(await subjects()).toEqual([]);
  });
});

describe("a person who was deactivated is not reached, although Slack takes the post", () => {
  const leave = (name: string) => () => {
    const person = stack.slack.workspace.person(stack.id(name));
    if (person !== undefined) person.deleted = true;
  };
  test("a reviewer's card says so in Deliveries, and the requester's card counts them as not reached", async () => {
    const number = await stack.submitRequest(leave("carol"));
    const card = await eventually(async () => {
      const cards = await stack.items("draw-card", number);
      const carols = cards.find(({ recipient }) => recipient === "carol");
      expect(carols?.outcome).toBe("dead");
      return carols;
    });
    expect(card?.reason).toBe("Carol Reviewer is deactivated in Slack");
    expect(cardsOf("carol", number)).toEqual([]);
    await eventually(() =>
      expect(textOf(stack.cardFor("dana", number))).toContain(
        "*1 of 2 reviewers reached*\nCarol Reviewer could not be reached.",
      ),
    );
  });

  test("a requester's outcome, and an admin's warning", async () => {
    const number = await stack.submitRequest();
    await stack.allSent();
    leave("dana")();
    leave("ada")();
    await stack.press("bob", "approve_request");
    await eventually(async () =>
      expect(await stack.items("send-message", number)).toContainEqual(
        expect.objectContaining({
          recipient: "dana",
          outcome: "dead",
          reason: "Dana Developer is deactivated in Slack",
        }),
      ),
    );
  });

  test("Slack does not say whether they are: the message goes out", async () => {
    stack.slack.faults.fail("conversations.open", { status: 500 }, 1_000);
    const number = await stack.submitRequest();
    await stack.allSent();
    everyoneHasTheirCard(number);
  });

  test.each(["user_not_found", "user_not_visible"])("%s: they are not reached either", async (error) => {
    stack.slack.faults.fail("conversations.open", { error }, 1_000, { users: stack.id("carol") });
    const number = await stack.submitRequest();
    await eventually(async () =>
      expect(await stack.items("draw-card", number)).toContainEqual(
        expect.objectContaining({ recipient: "carol", outcome: "dead", reason: `Slack says ${error}` }),
      ),
    );
  });
});

describe("a channel that can no longer show cards is given up, and each reviewer is asked directly", () => {
  const toChannel = () =>
    stack.setOptions({ cardsTo: { kind: "channel", channelId: "CREL", channelName: "releases" } });
  const channel = () => {
    const found = stack.slack.workspace.channels.get("CREL");
    if (found === undefined) throw new Error("the channel is gone");
    return found;
  };
  const lostReason = async (number: number) => {
    const [row] = await stack.database.database.sql<{ lost_reason: string | null }[]>`
      select lost_reason from cards where request_number = ${number} and kind = 'channel'`;
    return row?.lost_reason;
  };
  afterEach(async () => {
    Object.assign(channel(), {
      isThreadOnly: false,
      isFrozen: false,
      isOrgShared: false,
      isReadOnly: false,
      isArchived: false,
    });
    await stack.setOptions({ cardsTo: { kind: "reviewers" } });
  });

  test.each([
    ["isThreadOnly", "The channel takes replies in threads only"],
    ["isFrozen", "The channel is frozen"],
    ["isOrgShared", "The channel is shared with other organizations"],
    ["isArchived", "The channel is archived"],
    ["isReadOnly", "Slack says restricted_action_read_only_channel"],
  ] as const)("%s since it was chosen", async (flag, reason) => {
    await toChannel();
    const number = await stack.submitRequest(() => Object.assign(channel(), { [flag]: true }));
    await eventually(async () => expect(await lostReason(number)).toBe(reason));
    await eventually(() => everyoneHasTheirCard(number));
  });

  test.each(["restricted_action_thread_only_channel", "not_in_channel", "team_not_found"])(
    "Slack says %s to the post",
    async (error) => {
      await toChannel();
      stack.slack.faults.fail("chat.postMessage", { error }, 1_000, { channel: "CREL" });
      const number = await stack.submitRequest();
      await eventually(async () => expect(await lostReason(number)).toBe(`Slack says ${error}`));
      await eventually(() => everyoneHasTheirCard(number));
    },
  );

  test("an error that passes keeps nobody waiting for long", async () => {
    await toChannel();
    stack.slack.faults.fail("chat.postMessage", { error: "accesslimited" }, 1_000, { channel: "CREL" });
    const number = await stack.submitRequest();
    await eventually(async () => {
      await stack.wakeAll();
      everyoneHasTheirCard(number);
    }, 20_000);
    expect(await lostReason(number)).toBeNull();
  });
});
