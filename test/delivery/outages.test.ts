import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { member } from "../../src/domain/shared/actor.ts";
import { createLog } from "../../src/lib/log.ts";
import { warnAdmins } from "../../src/usecases/delivery/warn-admins.ts";
import { cancelPromotion } from "../../src/usecases/requests/cancel-promotion.ts";
import { eventually } from "../support/test-stack.ts";
import { type FaultyStack, startFaultyStack } from "./support.ts";

let stack: FaultyStack;
const logged: string[] = [];

beforeAll(async () => {
  stack = await startFaultyStack({ log: createLog("info", { write: (line) => void logged.push(line) }) });
});
afterAll(() => stack?.stop());
afterEach(async () => {
  await stack.clearFaults();
  await stack.settle();
  expect(stack.slack.violations).toEqual([]);
});

const minutes = (count: number) => ({ hours: count / 60 });
const rows = () =>
  stack.database.database.sql<{ subject: string }[]>`select subject from warnings order by subject`;
const subjects = async () => (await rows()).map(({ subject }) => subject);
const checkWarnings = async () => {
  await warnAdmins(stack.app.context, stack.app.organizationId);
  await stack.settle();
};
const countLogged = (pattern: RegExp) => logged.filter((line) => pattern.test(line)).length;

/** Returns Ada's Slack messages that contain these words. */
const toldAda = (words: string) => stack.texts("ada").filter((text) => text.includes(words));
const mailsTo = async (name: string, what: string | number) =>
  (await stack.mailsTo(name)).filter(({ subject }) =>
    typeof what === "string" ? subject.includes(what) : new RegExp(`#${what}\\b`).test(subject),
  );

/** Returns the status of Bob's email about a request, once it has been attempted. */
const bobs = async (number: number) =>
  (await stack.waitUntilAttempted("send-email", number)).find(({ recipient }) => recipient === "bob");

const toBob = ({ body }: { body: string }) => body.includes('"to":"bob@acme.example"');
const noAddress = {
  ...{ status: 422, name: "validation_error" },
  message: "Invalid `to` field. The email address needs to follow the `email@example.com` format",
};

describe("an address that Resend refuses", () => {
  test("is not tried again; the admins are notified once; its owner is still notified in Slack", async () => {
    stack.resend.refuse(toBob, noAddress);
    const first = await stack.submitRequest();
    expect(await bobs(first)).toMatchObject({ outcome: "dead", attempts: 1 });
    await stack.settle();
    expect(stack.cardFor("bob", first)).toBeDefined();
    const [told, ...more] = toldAda("Bob Reviewer");
    expect(more).toEqual([]);
    expect(told).toContain("No email reaches Bob Reviewer.");
    expect(told).toContain("*Bob Reviewer* cannot be reached by email at bob@acme.example. Resend refused");
    expect(told).toContain("Correct the address in the Slack profile");

    stack.resend.recover();
    stack.resend.requests.length = 0;
    const second = await stack.submitRequest();
    const later = await bobs(second);
    expect(later).toMatchObject({ outcome: "dead", attempts: 1 });
    expect(later?.reason).toMatch(
      /^the address was refused before: Resend refused the address: Invalid `to`/,
    );
    await stack.settle();
    await checkWarnings();
    expect(stack.resend.requests.filter(toBob)).toEqual([]);
    expect(stack.cardFor("bob", second)).toBeDefined();
    expect(toldAda("Bob Reviewer cannot be reached").length + toldAda("No email reaches").length).toBe(1);
  });

  test("is tried immediately after a correction, and the next check forgets the refusal of the old one", async () => {
    const { sql } = stack.database.database;
    stack.resend.refuse(toBob, noAddress);
    await bobs(await stack.submitRequest());
    const number = await stack.submitRequest(
      () => sql`update members set email = 'robert@acme.example' where email = 'bob@acme.example'`,
    );
    expect(await bobs(number)).toMatchObject({ outcome: "done" });
    expect(await subjects()).toContain("address:bob@acme.example");
    await checkWarnings();
    expect(await subjects()).toEqual([]);
    await sql`update members set email = 'bob@acme.example' where email = 'robert@acme.example'`;
  });

  test("is tried again after a week, as it may have been mended out of our sight", async () => {
    const before = toldAda("No email reaches").length;
    stack.resend.refuse(toBob, noAddress);
    await bobs(await stack.submitRequest());
    // People who have reviewed get no email when the request expires.
    await stack.press("bob", "approve_request");
    await stack.settle();
    stack.resend.requests.length = 0;
    stack.later({ days: 7 });
    for (const _ of ["tried", "left alone"]) {
      expect(await bobs(await stack.submitRequest())).toMatchObject({ outcome: "dead" });
      await stack.settle();
      expect(stack.resend.requests.filter(toBob)).toHaveLength(1);
    }
    stack.resend.recover();
    stack.later({ days: 7 });
    expect(await bobs(await stack.submitRequest())).toMatchObject({ outcome: "done" });
    await stack.settle();
    expect(await subjects()).toEqual([]);
    expect(toldAda("No email reaches")).toHaveLength(before + 1);
  });
});

describe("a Resend key or sender that is refused", () => {
  const refusals: [string, { status: number; name: string; message?: string }][] = [
    ["the key is revoked", { status: 403, name: "invalid_api_key", message: "API key is invalid" }],
    ["there is no key", { status: 401, name: "missing_api_key" }],
    ["the domain is not verified", { status: 403, name: "validation_error", message: "Not verified" }],
    ["the sender is no address", { status: 422, name: "invalid_from_address" }],
  ];

  test.each(refusals)(
    "%s: email pauses, the admins are notified once in Slack, and it resumes by itself",
    async (_, how) => {
      const before = toldAda("No email is sent").length;
      stack.resend.requests.length = 0;
      stack.resend.refuse(() => true, how);
      const number = await stack.submitRequest();
      for (const item of await stack.waitUntilAttempted("send-email", number)) {
        expect(item).toMatchObject({ outcome: null, attempts: 0, inDoubt: false });
        expect(item.reason).toMatch(/^Resend refused the API key or the sender: /);
        expect(item.due).toBeGreaterThan(280);
      }
      await stack.settle();
      expect(stack.cardFor("bob", number)).toBeDefined();
      const [told, ...more] = toldAda("No email is sent").slice(before);
      expect([told, more]).toEqual([expect.stringContaining("Check RESEND_API_KEY"), []]);
      expect(await subjects()).toEqual(["email", "told:email"]);

      // Until the next probe, due items call nobody. Then a single one does.
      const asked = stack.resend.requests.length;
      stack.later(minutes(4));
      await stack.wakeAll();
      await stack.settle();
      expect(stack.resend.requests).toHaveLength(asked);
      stack.later(minutes(1.1));
      await stack.wakeAll();
      await eventually(() => expect(stack.resend.requests).toHaveLength(asked + 1));
      await stack.settle();
      expect(stack.resend.requests).toHaveLength(asked + 1);

      stack.resend.recover();
      stack.later(minutes(5));
      await stack.wakeAll();
      await stack.allSent();
      for (const name of ["bob", "carol"]) expect(await mailsTo(name, number)).toHaveLength(1);
      expect(await subjects()).toEqual([]);
      await checkWarnings();
      expect(toldAda("No email is sent")).toHaveLength(before + 1);
    },
  );

  test("a start with another key and sender tries immediately, and sends what was not delivered from the new sender", async () => {
    stack.resend.refuse(({ authorization }) => authorization !== "Bearer re_good", {
      ...{ status: 403, name: "invalid_api_key", message: "API key is invalid" },
    });
    const number = await stack.submitRequest();
    await stack.waitUntilAttempted("send-email", number);
    await stack.restartWith({
      RESEND_BASE_URL: stack.resend.url,
      RESEND_API_KEY: "re_good",
      EMAIL_FROM: "New <new@acme.example>",
    });
    await stack.allSent();
    const mails = (await stack.mail.inbox()).filter(({ subject }) => subject.includes(`#${number}`));
    expect(mails.map(({ to, from }) => [to, from]).sort()).toEqual([
      ["bob@acme.example", "New <new@acme.example>"],
      ["carol@acme.example", "New <new@acme.example>"],
    ]);
    expect(await subjects()).toEqual([]);
    await stack.restartWith({ RESEND_BASE_URL: stack.resend.url });
  });

  test("a stop of days loses nothing: what was refused is not counted against the key's 24 hours", async () => {
    stack.resend.refuse(() => true, { status: 403, name: "invalid_api_key" });
    const number = await stack.submitRequest();
    await stack.waitUntilAttempted("send-email", number);
    stack.later({ days: 3 });
    stack.resend.recover();
    await stack.wakeAll();
    await stack.allSent();
    for (const name of ["bob", "carol"]) expect(await mailsTo(name, number)).toHaveLength(1);
  });
});

describe("a Slack token that is refused", () => {
  const calls = () => stack.slack.calls.length;
  /** The token is revoked after the request exists, because nobody can open a modal without it. */
  const submittedThenRefused = async (error: string) => {
    let held: ReturnType<typeof stack.slack.faults.hold> | undefined;
    const number = await stack.submitRequest(() => {
      held = stack.slack.faults.hold("chat.postMessage");
    });
    await held?.reached;
    stack.slack.faults.refuseToken(error);
    held?.release();
    return number;
  };
  const probes = () => stack.slack.calls.filter(({ method }) => method === "auth.test").length;

  test.each(["token_revoked", "invalid_auth", "account_inactive", "token_expired", "not_authed"])(
    "%s: Slack pauses, the admins are notified once by email, and it resumes by itself",
    async (error) => {
      const [mailsBefore, stopsBefore] = [
        (await mailsTo("ada", "cannot use Slack")).length,
        countLogged(/refuses all/),
      ];
      const number = await submittedThenRefused(error);
      for (const item of await stack.waitUntilAttempted("draw-card", number)) {
        expect(item).toMatchObject({ outcome: null, attempts: 0, reason: `Slack says ${error}` });
        expect(item.due).toBeGreaterThan(50);
      }
      await eventually(async () =>
        expect(await mailsTo("ada", "cannot use Slack")).toHaveLength(mailsBefore + 1),
      );
      const [mail] = (await mailsTo("ada", "cannot use Slack")).slice(mailsBefore);
      expect(mail?.subject).toBe("Signoff cannot use Slack");
      expect(mail?.text).toContain(`Slack says ${error}, since `);
      expect(mail?.text).toContain("set SLACK_BOT_TOKEN");
      for (const name of ["bob", "carol"]) expect(await mailsTo(name, number)).toHaveLength(1);
      expect(countLogged(/refuses all/)).toBe(stopsBefore + 1);
      expect(await subjects()).toEqual(["slack", "told:slack"]);

      await stack.settle();
      const [called, probed] = [calls(), probes()];
      await stack.wakeAll();
      await stack.settle();
      expect(calls()).toBe(called);
      stack.later(minutes(1.1));
      await stack.wakeAll();
      await eventually(() => expect(probes()).toBe(probed + 1));
      await stack.settle();
      expect(calls()).toBe(called + 1);

      stack.slack.faults.clear();
      stack.later(minutes(1));
      await stack.wakeAll();
      await stack.allSent();
      for (const name of ["dana", "bob", "carol"]) expect(stack.cardFor(name, number)).toBeDefined();
      expect(await subjects()).toEqual([]);
      await checkWarnings();
      expect(await mailsTo("ada", "cannot use Slack")).toHaveLength(mailsBefore + 1);
    },
  );

  test("a start with a good token sends what waited at once", async () => {
    const number = await submittedThenRefused("token_revoked");
    await stack.waitUntilAttempted("draw-card", number);
    stack.slack.faults.clear();
    await stack.restartWith({ RESEND_BASE_URL: stack.resend.url });
    await stack.allSent();
    for (const name of ["dana", "bob", "carol"]) expect(stack.cardFor(name, number)).toBeDefined();
    expect(await subjects()).toEqual([]);
  });
});

describe("a person who cannot be reached on one channel is reached on the other", () => {
  test("a reviewer without an email address gets the card", async () => {
    const { sql } = stack.database.database;
    const number = await stack.submitRequest(
      () => sql`update members set email = null where email = 'bob@acme.example'`,
    );
    expect(await bobs(number)).toMatchObject({ outcome: "dead", reason: "no email address" });
    await stack.settle();
    expect(stack.cardFor("bob", number)).toBeDefined();
  });

  test("a reviewer who gets no Slack messages gets the email", async () => {
    const number = await stack.submitRequest(() => {
      const toBob = { channel: stack.id("bob") };
      stack.slack.faults.fail("chat.postMessage", { error: "channel_not_found" }, 20, toBob);
    });
    expect(await bobs(number)).toMatchObject({ outcome: "done" });
    await stack.settle();
    const cards = await stack.waitUntilAttempted("draw-card", number);
    expect(cards.find(({ recipient }) => recipient === "bob")).toMatchObject({ outcome: "dead" });
    expect(await mailsTo("bob", number)).toHaveLength(1);
    stack.slack.faults.clear();
  });
});

test("a person who left the workspace gets no more emails, so that promotions stay private", async () => {
  const { sql } = stack.database.database;
  const number = await stack.submitRequest();
  await stack.allSent();
  const before = (await mailsTo("bob", number)).length;
  await sql`update members set standing = 'deactivated' where email = 'bob@acme.example'`;
  const { context, organizationId } = stack.app;
  await cancelPromotion(context, {
    ...{ organizationId, number, actor: member(stack.id("dana")), surface: "slack", reason: "" },
  });
  await stack.allSent();
  const emails = await stack.items("send-email", number);
  await sql`update members set standing = 'active' where email = 'bob@acme.example'`;
  expect(await mailsTo("bob", number)).toHaveLength(before);
  expect(await mailsTo("carol", number)).toHaveLength(2);
  // What was waiting is not sent; nothing new is added, because Bob is no longer a reviewer.
  expect(emails.filter(({ recipient }) => recipient === "bob")).toHaveLength(before);
});
