import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { validateView } from "../../sandbox/slack/checks/validate-blocks.ts";
import type { PendingLine } from "../../src/queries/requests/list-requests.ts";
import { ageWords, approvalsModal } from "../../src/slack/home/approvals-view.ts";
import { listedValue, startTestStack, type TestStack } from "../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ proxied: true });
});

afterAll(() => stack?.stop());

afterEach(async () => {
  for (const name of ["dana", "bob", "carol", "sam", "ada"])
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  expect(stack.slack.violations).toEqual([]);
});

const command = (name: string) => stack.slack.command(stack.id(name), "/approvals");

const shows = (name: string, words: string | RegExp) =>
  vi.waitFor(() => expect(stack.modalText(name)).toMatch(words), { timeout: 4_000 });

const click = (name: string, actionId: string, value?: string) =>
  stack.slack.clickView(stack.id(name), value === undefined ? { actionId } : { actionId, value });

describe("/approvals", () => {
  test("before the first request it says what to do", async () => {
    await command("bob");
    expect(stack.modalText("bob")).toContain("Nothing waits for your review");
    expect(stack.modalText("bob")).toContain(
      "Nobody has asked for a promotion yet. `/promote` asks for the first one.",
    );
    await click("bob", "go_past");
    await shows("bob", "Nobody has asked for a promotion yet");
  });

  test("opens a modal with requests to review first, own requests next, and the rest last", async () => {
    await stack.request("bob", "orders-sync");
    await stack.request("dana", "inventory-feed production");
    await stack.request("dana", "finance/ledger-export");
    expect(await command("carol")).toMatchObject({ status: 200, body: "" });
    expect(stack.modal("carol").title?.text).toBe("Approvals");
    const text = stack.modalText("carol");
    expect(text).toMatch(/^\*2 requests wait for your review\*/);
    expect(text).toMatch(
      /Waits for your review[\s\S]*#1 Orders Sync[\s\S]*#2 Inventory Feed[\s\S]*Waits for others[\s\S]*#3 Ledger Export/,
    );
    expect(text).toContain("Staging → Production · ❗ critical");
    expect(text).toMatch(/asked by Bob Reviewer <!date\^\d+\^.*> · waiting under a minute/);
    await command("bob");
    expect(stack.modalText("bob")).toMatch(
      /Waits for your review[\s\S]*#2[\s\S]*#3[\s\S]*You asked for[\s\S]*#1/,
    );
  });

  test("a project narrows it, and all projects are there again", async () => {
    await command("bob");
    const [all, ...found] = await stack.slack.suggest(stack.id("bob"), "filter_project", "");
    expect([all, ...found].map((option) => option?.text.text)).toEqual([
      "All projects",
      "Commerce",
      "Finance",
    ]);
    await stack.slack.choose(stack.id("bob"), "filter_project", found[1]?.value ?? "");
    await vi.waitFor(() => expect(stack.modalText("bob")).not.toContain("#2"));
    expect(stack.modalText("bob")).toContain("#3 Ledger Export");
    await click("bob", "go_past");
    await shows("bob", "No request in Finance was decided or closed yet.");
    await stack.slack.choose(stack.id("bob"), "filter_project", "all");
    await shows("bob", "No request was decided or closed yet.");
  });

  test("Review opens Review Details on top; after it the list beneath shows what is true now", async () => {
    await command("bob");
    await click("bob", "open_details", listedValue(stack.modal("bob"), 2));
    await vi.waitFor(() => expect(stack.modal("bob").title?.text).toBe("Review Details"));
    expect(stack.modal("bob").submit).not.toBeNull();
    await stack.slack.submit(stack.id("bob"), { verdict_input: "reject", comment_input: "Not today" });
    await shows("bob", "1 request waits for your review");
    expect(stack.modal("bob").title?.text).toBe("Approvals");
    expect(stack.modalText("bob")).not.toContain("#2");
    await click("bob", "go_past");
    await shows("bob", /#2 Inventory Feed[\s\S]*⛔ \*Rejected by <@\w+>\* · <!date/);
  });

  test("what is cancelled in the details is gone from the list two modals beneath", async () => {
    await command("bob");
    await click("bob", "open_details", listedValue(stack.modal("bob"), 1));
    await vi.waitFor(() => expect(stack.modal("bob").title?.text).toBe("Review Details"));
    await click("bob", "open_cancel");
    await vi.waitFor(() => expect(stack.modal("bob").title?.text).toBe("Cancel #1"));
    await stack.slack.submit(stack.id("bob"));
    await shows("bob", `Cancelled by <@${stack.id("bob")}>`);
    await stack.slack.closeView(stack.id("bob"));
    await vi.waitFor(() => expect(stack.modalText("bob")).not.toContain("#1 Orders Sync"));
  });

  test("a light modal opens at once where the data is slow", async () => {
    const held = stack.slack.faults.hold("users.info");
    const asked = await command("sam");
    expect(asked).toMatchObject({ status: 200, body: "" });
    expect(asked.tookMs).toBeLessThan(2_500);
    expect(stack.modalText("sam")).toBe("One moment, Signoff is looking it up…");
    held.release();
    await shows("sam", "Waits for others");
  });

  test("without a database it says so, and that nothing was changed", async () => {
    await stack.proxy.down();
    await command("bob");
    await vi.waitFor(
      () =>
        expect(
          stack.slack.topView(stack.id("bob")) ? stack.modalText("bob") : stack.lastEphemeral("bob"),
        ).toContain("Nothing was changed, try again in a moment."),
      5_000,
    );
    await stack.slack.openHome(stack.id("bob"));
    await vi.waitFor(
      () => expect(JSON.stringify(stack.slack.homeView(stack.id("bob"))?.blocks)).toContain("Try Again"),
      8_000,
    );
    await stack.proxy.up();
    await vi.waitFor(async () => {
      await stack.slack.clickHome(stack.id("bob"), { actionId: "go_overview" });
      expect(JSON.stringify(stack.slack.homeView(stack.id("bob"))?.blocks)).toContain("Orders Sync");
    }, 8_000);
  }, 30_000);
});

test.each([
  [0, "under a minute"],
  [59_999, "under a minute"],
  [60_000, "1 minute"],
  [59 * 60_000, "59 minutes"],
  [3_600_000, "1 hour"],
  [47 * 3_600_000, "47 hours"],
  [48 * 3_600_000, "2 days"],
] as const)("an age of %i milliseconds is %s", (ms, words) => {
  expect(ageWords(new Date(0), new Date(ms))).toBe(words);
});

test.each(["<!channel> & <@U1>".repeat(20), "&".repeat(200), "漢".repeat(200), "👩‍👩‍👧‍👦".repeat(50), " "])(
  "a page fits into a view, whatever things are called: %#",
  (name) => {
    const line = (number: number): PendingLine => ({
      number,
      identity: "018f0000-0000-7000-8000-000000000042",
      group: number < 4 ? "review" : number < 8 ? "asked" : "rest",
      project: { id: "p", slug: name, name },
      integration: { id: "i", slug: name, name },
      source: { id: "s", slug: name, name },
      target: { id: "t", slug: name, name, critical: true },
      build: { version: name },
      requester: { id: "U1", name },
      createdAt: new Date(0),
      state: "cancelled",
      approvals: { given: 1, required: 2 },
      decision: { outcome: "approved", at: new Date(0), by: { person: { id: "U1", name } }, comment: "" },
      cancelled: { at: new Date(0), by: { person: { id: "U1", name } }, reason: name, replacedBy: 7 },
      attempt: { reason: name, unknown: false },
      endedAt: new Date(0),
    });
    const lines = Array.from({ length: 10 }, (_, i) => line(i + 1));
    const common = { project: { id: "p", name }, now: new Date(0) };
    const around = { lines, waiting: 3, everAsked: true };
    const views = [
      approvalsModal({
        ...common,
        location: { tab: "approvals", list: "pending", projectId: "p" },
        page: {
          ...around,
          previous: { from: "before", group: "rest", number: 1 },
          next: { from: "after", group: "rest", number: 10 },
        },
      }),
      approvalsModal({
        ...common,
        location: { tab: "approvals", list: "past", projectId: "p" },
        page: {
          ...around,
          previous: { from: "before", at: 0, number: 1 },
          next: { from: "after", at: 0, number: 10 },
        },
      }),
    ];
    for (const view of views) expect(validateView(view as never, "modal")).toEqual([]);
  },
);
