import { describe, expect, test } from "vitest";
import { inDays, optionsWith } from "../../../test/support/sample-request.ts";
import { type Reminded, type Reminder, reminderLeadMs, stillReminds } from "./reminder.ts";

const hours = (count: number) => count * 3_600_000;

describe("R11: how long before the end the reminder goes out", () => {
  test.each([
    ["the option's hours", 24, "pending", 24],
    ["the option's hours, approved", 24, "approved", 24],
    ["the option's hours, failed", 24, "failed", 24],
    ["longer than half of a pending request's seven days: half of them", 720, "pending", 84],
    ["longer than half of an unfinished request's three days: half of them", 48, "approved", 36],
  ] as const)("%s", (_, reminderHours, state, expected) => {
    expect(reminderLeadMs(state, optionsWith({ reminderHours }))).toBe(hours(expected));
  });

  test("a request that lives a day in all is not reminded of when it is made", () => {
    expect(reminderLeadMs("pending", optionsWith({ pendingDays: 1, reminderHours: 24 }))).toBe(hours(12));
  });
});

describe("R11: a reminder is sent only to who can still go on with the request", () => {
  const of = (state: Reminder["state"]): Reminder => ({ state, expiresAt: inDays(1).toISOString() });
  const pending: Reminded = {
    state: "pending",
    expiresAt: inDays(1),
    requesterId: "UDANA",
    reviewers: ["UBOB", "UCAROL"],
    answered: ["UCAROL"],
  };
  const unfinished = (state: "approved" | "failed"): Reminded => ({ ...pending, state, reviewers: [] });

  test.each<[string, Reminder, Reminded, string, boolean]>([
    ["a reviewer who has not answered", of("pending"), pending, "UBOB", true],
    ["a reviewer who has answered meanwhile", of("pending"), pending, "UCAROL", false],
    ["somebody who can no longer review it", of("pending"), pending, "UFINN", false],
    ["the requester, while it waits for others", of("pending"), pending, "UDANA", false],
    ["a reviewer, of what is approved by now", of("pending"), unfinished("approved"), "UBOB", false],
    ["the requester of an approved one", of("approved"), unfinished("approved"), "UDANA", true],
    ["the requester of a failed one", of("failed"), unfinished("failed"), "UDANA", true],
    ["a reviewer of an approved one", of("approved"), unfinished("approved"), "UBOB", false],
    [
      "the requester, of an attempt that failed after this one",
      of("approved"),
      unfinished("failed"),
      "UDANA",
      false,
    ],
    [
      "the same state with another end",
      of("failed"),
      { ...unfinished("failed"), expiresAt: inDays(4) },
      "UDANA",
      false,
    ],
    ["what has expired", of("pending"), { ...pending, state: "expired", expiresAt: null }, "UBOB", false],
  ])("%s", (_, reminder, request, recipientId, expected) => {
    expect(stillReminds(reminder, request, recipientId)).toBe(expected);
  });
});
