import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sendEmail } from "../../../src/deliver/email/send-notice-email.ts";
import { member, system } from "../../../src/domain/shared/actor.ts";
import type { Payload } from "../../../src/outbox/items.ts";
import { applyDeploymentReport } from "../../../src/usecases/deployments/apply-deployment-report.ts";
import { promote } from "../../../src/usecases/requests/promote.ts";
import { eventually } from "../../support/test-stack.ts";
import { startTimedStack, type TimedStack } from "./support.ts";

let stack: TimedStack;
beforeAll(async () => {
  stack = await startTimedStack();
});
afterAll(() => stack?.stop());

/** Returns how many messages each person has. */
let before: Record<string, number>;
let number = 0;

const people = ["dana", "bob", "carol"] as const;
const news = (name: string) => stack.messagesSince(name, before[name] ?? 0);
const reminders = (name: string) => news(name).filter((text) => text.includes("⏰"));
const reminderMails = async (name: string) => {
  await stack.allSent();
  return (await stack.mailsTo(name)).filter(({ subject }) => subject.startsWith(`[#${number}] Reminder`));
};

/** Dana requests a promotion. Each person's messages are counted from here on. */
const ask = async (message = "") => {
  await stack.request("dana", "orders-sync production", message);
  number = Number(/#(\d+)/.exec(stack.texts("dana").at(-1) ?? "")?.[1]);
  count();
};

const count = () => {
  before = Object.fromEntries(people.map((name) => [name, stack.texts(name).length]));
};

/** Removes the open items, so that they do not affect the next test. */
beforeEach(async () => {
  stack.later({ days: 30 });
  await stack.nextMinute();
});

describe("R11: a request that waits for review", () => {
  test("each reviewer is notified once, by a message and an email, with all they need", async () => {
    await ask("Please <!channel> before six");
    stack.later({ days: 6 });
    await stack.nextMinute();
    for (const name of ["bob", "carol"] as const) {
      expect(news(name)).toHaveLength(1);
      expect(news(name)[0]).toContain(`#${number} still waits for your review`);
      expect(news(name)[0]).toContain(
        "Dana Developer asks to promote Orders Sync 1.4.1 from Staging to Production.",
      );
      expect(news(name)[0]).toMatch(/Asked <!date\^\d+.*\*expires <!date\^\d+/);
      expect(news(name)[0]).toContain(`/p${stack.cardFor(name, number).ts.replace(".", "")}|Open the card>`);
      expect(await reminderMails(name)).toMatchObject([
        { subject: `[#${number}] Reminder: Orders Sync 1.4.1 to Production` },
      ]);
    }
    expect((await reminderMails("bob"))[0]?.text).toContain("Dana Developer still waits for your review of");
    expect((await reminderMails("bob"))[0]?.text).toMatch(/The request expires on \w{3}, \d+ \w{3} \d{4}/);
    expect(news("dana")).toEqual([]);
    stack.later({ hours: 3 });
    await stack.nextMinute();
    expect([news("bob"), news("carol")].map(({ length }) => length)).toEqual([1, 1]);
  });

  test("its button opens Review Details, and a review there decides", async () => {
    await ask();
    stack.later({ days: 6 });
    await stack.nextMinute();
    await stack.press("bob", "open_details");
    await eventually(() => expect(stack.modal("bob").submit?.text).toBe("Submit"));
    await stack.slack.submit(stack.id("bob"), { verdict_input: "approve" });
    await stack.settle();
    expect(stack.actions("dana", number)).toContain("promote_request");
  });

  test("people who have reviewed are not reminded", async () => {
    await stack.setOptions({ requiredApprovals: 2 });
    await ask();
    await stack.press("bob", "approve_request");
    await stack.settle();
    count();
    stack.later({ days: 6 });
    await stack.nextMinute();
    expect(reminders("bob")).toEqual([]);
    expect(reminders("carol")).toHaveLength(1);
    expect(reminders("carol")[0]).toContain("1 of 2 approvals");
    expect(await reminderMails("bob")).toEqual([]);
    await stack.setOptions({ requiredApprovals: 1 });
  });

  test("slept past the reminder it is sent late; slept past the end only that it expired", async () => {
    await ask();
    stack.later({ days: 6, hours: 23 });
    await stack.nextMinute();
    expect(reminders("bob")).toHaveLength(1);

    stack.later({ days: 3 });
    await stack.nextMinute();
    await ask();
    stack.later({ days: 8 });
    await stack.nextMinute();
    expect(reminders("bob")).toEqual([]);
    expect(await reminderMails("bob")).toEqual([]);
    expect(news("dana").at(-1)).toContain("expired: nobody decided in time");
  });
});

describe("R11: requests that nobody completes", () => {
  const approve = async () => {
    await ask();
    await stack.press("bob", "approve_request");
    await stack.settle();
    count();
  };

  test("approved: its requester is notified once, by a message and an email", async () => {
    await approve();
    stack.later({ days: 2 });
    await stack.nextMinute();
    await stack.nextMinute();
    expect(news("dana")).toHaveLength(1);
    expect(news("dana")[0]).toContain(`#${number} is approved and not promoted yet`);
    expect(news("dana")[0]).toContain("approved by Bob Reviewer. Press Promote on its card, or cancel it.");
    expect(await reminderMails("dana")).toHaveLength(1);
    expect((await reminderMails("dana"))[0]?.text).toContain("Promote in Slack:");
    expect([...news("bob"), ...news("carol")]).toEqual([]);
  });

  test("failed: its requester learns that it can be retried", async () => {
    await approve();
    await promoteInVain();
    count();
    stack.later({ days: 2 });
    await stack.nextMinute();
    expect(reminders("dana")).toHaveLength(1);
    expect(reminders("dana")[0]).toContain(`#${number} is not finished`);
    expect((await reminderMails("dana"))[0]?.text).toContain("Try Again in Slack:");
  });
});

describe("R11: a reminder that waited, of a request that has moved on", () => {
  /** Slack holds Bob's and Carol's messages while something else happens. */
  const heldUp = async (happens: () => Promise<unknown>) => {
    await ask();
    stack.later({ days: 6 });
    stack.slack.faults.rateLimit("chat.postMessage", 60, 2);
    await stack.nextMinute();
    expect([...reminders("bob"), ...reminders("carol")]).toEqual([]);
    await happens();
    // The client of a new process does not know of the pause.
    stack.slack.faults.clear();
    await stack.restartWith({});
    await stack.database.database.sql`update outbox set available_at = now() where settled_at is null`;
    stack.app.context.wake();
    await stack.allSent();
  };

  test("is not sent once it is decided", async () => {
    await heldUp(() => stack.press("bob", "approve_request"));
    expect([...reminders("bob"), ...reminders("carol"), ...reminders("dana")]).toEqual([]);
  });

  test("is sent only to those who have not reviewed", async () => {
    await stack.setOptions({ requiredApprovals: 2 });
    await heldUp(() => stack.press("bob", "approve_request"));
    expect(reminders("bob")).toEqual([]);
    expect(reminders("carol")).toHaveLength(1);
    await stack.setOptions({ requiredApprovals: 1 });
  });

  test("is not sent by email either, though it was written already", async () => {
    await ask();
    stack.later({ days: 6 });
    await stack.nextMinute();
    const { sql } = stack.database.database;
    const [item] = await sql<{ key: string; payload: Payload<"send-email"> }[]>`
      select key, payload from outbox where kind = 'send-email' and request_number = ${number}
        and payload ->> 'event' = 'reminder' limit 1`;
    if (item === undefined) throw new Error("nobody was reminded");
    await stack.press("bob", "approve_request");
    await stack.settle();
    const sent: string[] = [];
    const { context } = stack.app;
    const outcome = await sendEmail(
      {
        ...{ context, from: "signoff@acme.example", linkFor: () => "https://signoff.example/r/x" },
        send: async (_, key) => {
          sent.push(key);
          return { kind: "done" };
        },
        breaker: {
          enter: async () => "send",
          refused: async (_, reason) => ({ kind: "postponed", afterMs: 0, reason }),
          accepted: async () => {},
        },
      },
      {
        organizationId: stack.app.organizationId,
        inDoubt: false,
        reason: null,
        createdAt: new Date(),
        ...{ id: 1, kind: "send-email", priority: 1, revision: 0, attempts: 1, leasedUntil: "" },
        ...item,
      },
    );
    expect([outcome, sent]).toEqual([{ kind: "done", reason: "not needed any more" }, []]);
  });
});

/** Dana promotes, and the deployer reports a failure. */
async function promoteInVain(): Promise<void> {
  const { organizationId, context } = stack.app;
  const asleep = { ...context, wake: () => {} };
  const promoted = await promote(asleep, {
    ...{
      organizationId,
      number,
      actor: member(stack.id("dana")),
      surface: "slack",
      confirmedFingerprint: null,
    },
  });
  if (!promoted.ok) throw new Error(promoted.refusal.code);
  // The sandbox's deployer would succeed.
  await stack.database.database.sql`delete from outbox where kind = 'deploy'`;
  await applyDeploymentReport(context, {
    ...{ organizationId, deploymentId: promoted.value.deploymentId },
    ...{ actor: system("test"), surface: "deployer" },
    ...{ report: { status: "failed", reason: "no disk" }, link: null },
  });
  await stack.settle();
}
