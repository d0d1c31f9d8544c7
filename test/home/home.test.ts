import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { environments, homes, integrations, projects } from "../../db/schema/index.ts";
import type { StandInView } from "../../sandbox/slack/index.ts";
import { listedValue, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

let stack: TestStack;
let clock = 0;

beforeAll(async () => {
  stack = await startTestStack({ now: () => new Date(Date.now() + clock) });
});

afterAll(() => stack?.stop());

afterEach(async () => {
  for (const name of ["dana", "bob", "carol", "sam", "ada"])
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  expect(stack.slack.violations).toEqual([]);
});

function home(name: string): StandInView {
  const view = stack.slack.homeView(stack.id(name));
  if (view === undefined) throw new Error(`${name} has no Home`);
  return view;
}

const says = (name: string): string => textOf({ blocks: home(name).blocks });

/** Opens a Home and waits until it shows this. */
async function open(name: string, words: string | RegExp): Promise<void> {
  await stack.slack.openHome(stack.id(name));
  await shows(name, words);
}

/** A Home is drawn after the acknowledgment. A redraw comes within little more than five seconds. */
const shows = (name: string, words: string | RegExp) =>
  vi.waitFor(() => expect(says(name)).toMatch(words), { timeout: 8_000, interval: 20 });

type Button = { action_id: string; value: string; text: { text: string }; accessibility_label?: string };

/** Returns the buttons of one integration in a person's Overview, in pipeline order. */
function buttonsOf(name: string, integration: string): Button[] {
  const { blocks } = home(name);
  const from = blocks.findIndex(
    (block) => block.type === "header" && (block.text as { text: string }).text === integration,
  );
  const to = blocks.findIndex((block, i) => i > from && block.type !== "section");
  return blocks
    .slice(from, to === -1 ? undefined : to)
    .flatMap(({ accessory }) => (accessory === undefined ? [] : [accessory as Button]));
}

const labels = (name: string, integration: string) =>
  buttonsOf(name, integration).map(({ text }) => text.text);

/** Clicks an integration's button with this text. */
async function press(name: string, integration: string, text: string) {
  const button = buttonsOf(name, integration).find((one) => one.text.text === text);
  if (button === undefined) throw new Error(`${integration} has no ${text}: ${labels(name, integration)}`);
  return stack.slack.clickHome(stack.id(name), { actionId: button.action_id, value: button.value });
}

const opened = (name: string, title: string) =>
  vi.waitFor(() => expect(stack.modal(name).title?.text).toBe(title));

/** Makes the last drawing a few seconds older. */
const later = () => {
  clock += 6_000;
};

const publishes = (name: string) =>
  stack.slack.calls.filter(
    ({ method, args }) => method === "views.publish" && args.user_id === stack.id(name),
  );

describe("opening", () => {
  test("shows the Overview of a project, its environments in order and what is live", async () => {
    await open("dana", "Orders Sync");
    const text = says("dana");
    expect(text).toMatch(/\*Commerce\*\n4 integrations/);
    expect(text).toMatch(
      /Development\*\n🟢 Live: <https:\/\/ci\.example\/orders\/121\|1\.4\.2> \(ci\.example\) · `7e516c0f6c`\nsince <!date\^\d+\^/,
    );
    expect(text.indexOf("Development")).toBeLessThan(text.indexOf("Staging"));
    expect(text).toContain("*Production* · ❗ critical");
    expect(labels("dana", "Orders Sync")).toEqual(["Request to Promote", "Request to Promote"]);
    expect(labels("dana", "Returns")).toEqual([]);
    expect(buttonsOf("dana", "Orders Sync")[0]?.accessibility_label).toBe(
      "Request to Promote: Orders Sync to Staging",
    );
  });

  test("the Messages tab opens with the same event and draws nothing", async () => {
    await stack.slack.openHome(stack.id("carol"), "messages");
    await stack.app.idle();
    expect(stack.slack.homeView(stack.id("carol"))).toBeUndefined();
  });

  test("Settings are a tab for admins only", async () => {
    await open("ada", "Settings");
    await open("bob", "Orders Sync");
    expect(says("bob")).not.toContain("Settings");
    await stack.slack.clickHome(stack.id("ada"), { actionId: "go_settings" });
    await shows("ada", "Environment Promotion");
  });

  test("a light view comes at once where the data is slow", async () => {
    const held = stack.slack.faults.hold("users.info");
    await stack.database.database.db.delete(homes).where(eq(homes.memberId, stack.id("sam")));
    const sam = stack.slack.openHome(stack.id("sam"));
    await vi.waitFor(() => expect(says("sam")).toBe("One moment, Signoff is looking everything up…"), 2_500);
    held.release();
    await sam;
    await shows("sam", "Orders Sync");
  });

  test("a project is found by typing, shown, and remembered for the next time", async () => {
    const found = await stack.slack.suggest(stack.id("dana"), "pick_project", "fin");
    expect(found.map(({ text }) => text.text)).toEqual(["Finance"]);
    await stack.slack.choose(stack.id("dana"), "pick_project", found[0]?.value ?? "");
    await shows("dana", "Ledger Export");
    await stack.slack.clickHome(stack.id("dana"), { actionId: "go_approvals" });
    await shows("dana", "Nothing waits for your review");
    await stack.slack.clickHome(stack.id("dana"), { actionId: "go_overview" });
    await shows("dana", "Ledger Export");
    await open("dana", "Ledger Export");
    const commerce = (await stack.slack.suggest(stack.id("dana"), "pick_project", "com"))[0]?.value ?? "";
    await stack.slack.choose(stack.id("dana"), "pick_project", commerce);
    await shows("dana", "Orders Sync");
  });

  test("R14: a person who cannot request in a project has no buttons there", async () => {
    await open("sam", "Orders Sync");
    expect(labels("sam", "Orders Sync")).toHaveLength(2);
    const finance = (await stack.slack.suggest(stack.id("sam"), "pick_project", "fin"))[0]?.value ?? "";
    await stack.slack.choose(stack.id("sam"), "pick_project", finance);
    await shows("sam", "Ledger Export");
    expect(labels("sam", "Ledger Export")).toEqual([]);
  });
});

describe("from request to promotion, all in the Home", () => {
  test("Request to Promote, Cancel Request, Review, Promote #n, and every Home that is looked at follows", async () => {
    const { slack } = stack;
    await open("dana", "Orders Sync");
    await open("bob", "Orders Sync");
    await press("dana", "Orders Sync", "Request to Promote");
    await opened("dana", "Request Approval");
    expect(stack.modalText("dana")).toContain("1.4.2");
    expect(stack.modalText("dana")).toContain("Live in Staging now");
    later();
    await slack.submit(stack.id("dana"), { message_input: "From the Home" });
    await shows("dana", /→ Staging: #\d+ by Dana Developer waits for review/);
    expect(labels("dana", "Orders Sync")).toEqual(["Cancel Request", "Request to Promote"]);
    const number = Number(/→ Staging: #(\d+)/.exec(says("dana"))?.[1]);

    await shows("bob", /Approvals \(1\)/);
    expect(labels("bob", "Orders Sync")).toEqual([`View #${number}`, "Request to Promote"]);
    await slack.clickHome(stack.id("bob"), { actionId: "go_approvals" });
    await shows("bob", "1 request waits for your review");
    expect(says("bob")).toMatch(
      new RegExp(`#${number} Orders Sync 1\\.4\\.2\\* · Commerce\\nDevelopment → Staging`),
    );
    expect(says("bob")).toMatch(/asked by Dana Developer <!date.* · waiting under a minute/);
    const value = listedValue(stack.home("bob"), number);
    await slack.clickHome(stack.id("bob"), { actionId: "open_details", value });
    await opened("bob", "Review Details");
    expect(stack.modalText("bob")).toContain("From the Home");
    later();
    await slack.submit(stack.id("bob"), { verdict_input: "approve" });
    await shows("dana", `#${number} by Dana Developer is approved`);
    expect(labels("dana", "Orders Sync")).toEqual([`Promote #${number}`, "Request to Promote"]);
    await shows("bob", "Nothing waits for your review");

    later();
    await press("dana", "Orders Sync", `Promote #${number}`);
    await shows("dana", /Staging\*\n🟢 Live: <[^|]*\|1\.4\.2>.*\nsince .*, by Dana Developer/);
    expect(labels("dana", "Orders Sync")).toEqual(["Request to Promote"]);
    await slack.clickHome(stack.id("bob"), { actionId: "go_past" });
    await shows("bob", `🎉 *Promoted: 1.4.2 is live in Staging · approved by <@${stack.id("bob")}>`);
  }, 40_000);

  test("Cancel Request asks for confirmation, and the target is free again", async () => {
    await open("dana", "Orders Sync");
    await press("dana", "Billing", "Request to Promote");
    await opened("dana", "Request Approval");
    later();
    await stack.slack.submit(stack.id("dana"));
    await vi.waitFor(() => expect(labels("dana", "Billing")[0]).toBe("Cancel Request"), 8_000);
    await press("dana", "Billing", "Cancel Request");
    await vi.waitFor(() => expect(stack.modal("dana").title?.text).toMatch(/^Cancel #/));
    later();
    await stack.slack.submit(stack.id("dana"));
    await vi.waitFor(() => expect(labels("dana", "Billing")[0]).toBe("Request to Promote"), 8_000);
  }, 40_000);

  test("R13: a button that no longer applies opens a modal", async () => {
    await stack.request("dana", "commerce/billing");
    await stack.press("bob", "approve_request");
    await stack.app.idle();
    await open("dana", "Promote #");
    const number = Number(/→ Staging: #(\d+)/.exec(says("dana"))?.[1]);
    const held = stack.slack.faults.hold("views.publish");
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "open_cancel" });
    await vi.waitFor(() => expect(stack.modal("dana").title?.text).toMatch(/^Cancel #/));
    await stack.slack.submit(stack.id("dana"));
    await press("dana", "Billing", `Promote #${number}`);
    await opened("dana", "Signoff");
    expect(stack.modalText("dana")).toBe(`#${number} can't be promoted: cancelled by Dana Developer.`);
    held.release();
  }, 20_000);

  test("a button pressed while the Home is being drawn again is still there for the click", async () => {
    await open("dana", "Orders Sync");
    const [button] = buttonsOf("dana", "Orders Sync");
    const block = home("dana").blocks.find(({ accessory }) => accessory === button);
    const shown = home("dana").hash;
    await stack.slack.openHome(stack.id("dana"));
    await vi.waitFor(() => expect(home("dana").hash).not.toBe(shown));
    await stack.slack.clickHome(stack.id("dana"), {
      actionId: "start_step",
      value: button?.value ?? "",
      blockId: String(block?.block_id),
    });
    await opened("dana", "Request Approval");
  });

  test("R1: with the workflow off the button promotes at once", async () => {
    await stack.reseed((seed) => {
      if (seed.workflow) seed.workflow.enabled = false;
    });
    await open("dana", "Orders Sync");
    await vi.waitFor(() => expect(labels("dana", "Orders Sync")).toEqual(["Promote"]), 8_000);
    await press("dana", "Orders Sync", "Promote");
    await opened("dana", "Promote");
    expect(stack.modalText("dana")).toContain("No review is needed here");
    expect(stack.modalText("dana")).toContain("Production");
    await stack.reseed((seed) => {
      if (seed.workflow) seed.workflow.enabled = true;
    });
  }, 20_000);
});

describe("drawing again", () => {
  const since = (name: string) => home(name).hash;

  test("many changes are drawn together, and at most once in five seconds for each person", async () => {
    await open("bob", /Pending|Orders Sync/);
    const before = publishes("bob").length;
    for (const path of ["finance/ledger-export", "finance/vendor-sync", "finance/tax-reports production"])
      await stack.request("dana", path);
    await shows("bob", /Approvals \(3\)|3 requests wait for your review/);
    await stack.app.idle();
    const drawn = publishes("bob").slice(before - 1);
    expect(drawn.length).toBeLessThanOrEqual(3);
    for (const [i, call] of drawn.entries()) {
      const last = drawn[i - 1];
      if (last !== undefined) expect(call.at - last.at).toBeGreaterThan(4_500);
    }
  }, 40_000);

  test("on the tab and list where the person is", async () => {
    await open("bob", /Approvals \(3\)|3 requests wait for your review/);
    await stack.slack.clickHome(stack.id("bob"), { actionId: "go_past" });
    await shows("bob", "Promoted: 1.4.2 is live in Staging");
    const shown = since("bob");
    later();
    await stack.press("bob", "approve_request");
    await vi.waitFor(() => expect(since("bob")).not.toBe(shown), 8_000);
    await shows("bob", `✅ *Approved by <@${stack.id("bob")}>*`);
  }, 20_000);

  test("not for people who opened it more than fifteen minutes ago, who see it when they open it", async () => {
    await open("carol", "Orders Sync");
    await open("bob", "2 requests wait for your review");
    clock += 16 * 60_000;
    await open("bob", "2 requests wait for your review");
    const shown = since("carol");
    const before = publishes("bob").length;
    later();
    await stack.request("sam", "commerce/inventory-feed production");
    await vi.waitFor(() => expect(publishes("bob").length).toBeGreaterThan(before), 8_000);
    await stack.app.idle();
    expect(since("carol")).toBe(shown);
    await open("carol", /Approvals \(1\)/);
  }, 20_000);

  test("a rate limit is waited for, and the Home is drawn after all", async () => {
    await open("carol", /Approvals \(1\)/);
    stack.slack.faults.rateLimit("views.publish", 1, 1);
    later();
    await stack.press("carol", "approve_request");
    await shows("carol", /Approvals(?! \()/);
  }, 20_000);

  test("a Home that shows something else than we remember is drawn all the same", async () => {
    const { db } = stack.database.database;
    await db
      .update(homes)
      .set({ hash: "1.stale" })
      .where(eq(homes.memberId, stack.id("carol")));
    await stack.slack.clickHome(stack.id("carol"), { actionId: "go_approvals" });
    await shows("carol", "Nothing waits for your review");
  });
});

test("the shortcut opens the request modal", async () => {
  await stack.slack.shortcut(stack.id("sam"), "request_to_promote");
  await opened("sam", "Request Approval");
});

describe("an empty Home says what to do next", () => {
  test("without a project: the admin can create one, and others learn whom to ask", async () => {
    const { db } = stack.database.database;
    await db.update(projects).set({ archivedAt: new Date() });
    await stack.slack.clickHome(stack.id("ada"), { actionId: "go_overview" });
    await shows("ada", "Make one in Settings");
    await stack.slack.clickHome(stack.id("ada"), { actionId: "go_projects" });
    await shows("ada", /Projects/);
    await stack.slack.clickHome(stack.id("dana"), { actionId: "go_overview" });
    await shows("dana", "There is no project yet.*\nAsk Ada Admin to make one.");
    await db.update(projects).set({ archivedAt: null });
  });

  test("without anything live, or an integration: what is missing, and who can add it", async () => {
    const { db } = stack.database.database;
    const finance = { organizationId: stack.app.organizationId, slug: "new", name: "A New Project" };
    const id = "00000000-0000-4000-8000-00000000000a";
    await db.insert(projects).values({ ...finance, id });
    await stack.slack.clickHome(stack.id("ada"), { actionId: "go_overview" });
    await shows("ada", /\d integrations/);
    await open("dana", /\d integrations/);
    await stack.slack.choose(stack.id("ada"), "pick_project", id);
    await shows("ada", "This project has no integration yet. Add one in Settings.");
    await stack.slack.choose(stack.id("dana"), "pick_project", id);
    await shows("dana", "This project has no integration yet. Ask Ada Admin.");
    await db.insert(integrations).values({ ...finance, id, projectId: id });
    await open("dana", "This project needs two environments or more to promote between. Ask Ada Admin.");
    const pipeline = ["one", "two"].map((slug, position) => ({
      ...{ organizationId: finance.organizationId, id: id.replace(/a$/, String(position)), projectId: id },
      ...{ slug, name: slug, position },
    }));
    await db.insert(environments).values(pipeline);
    await open("ada", "Nothing is live here yet. Record a deployment in Settings.");
  });
});
