import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack?.stop());

afterEach(async () => {
  const { slack } = stack;
  for (const name of ["dana", "sam"])
    while (slack.topView(stack.id(name))) await slack.closeView(stack.id(name));
  expect(slack.violations).toEqual([]);
});

const open = (text: string, name = "dana") => stack.slack.command(stack.id(name), `/promote ${text}`);
const submit = (values: Record<string, string> = {}, name = "dana") =>
  stack.slack.submit(stack.id(name), values);

/** Returns the only error of a person's modal, with the start of its field's block_id. */
const fieldError = (name = "dana"): [string, string] | undefined => {
  const [found, ...more] = Object.entries(stack.modal(name).errors);
  expect(more).toEqual([]);
  return found && [found[0].split(":")[0] as string, found[1]];
};

const idOf = async (integration: string) => {
  const options = await stack.slack.suggest(stack.id("dana"), "pick_integration", integration);
  expect(options).toHaveLength(1);
  return options[0]?.value as string;
};

const typed = (name = "dana") => stack.modal(name).values.message?.message_input?.value;

describe("a selection redraws the modal", () => {
  test("what was typed stays when an integration and a step are chosen", async () => {
    const { slack } = stack;
    const dana = stack.id("dana");
    await open("");
    slack.fill(dana, "message_input", "Tested on Monday");
    await slack.choose(dana, "pick_integration", await idOf("orders"));
    await eventually(() => expect(stack.modalText("dana")).toContain("Development → Staging"));
    expect(stack.modalText("dana")).toContain("1.4.2");
    expect(typed()).toBe("Tested on Monday");
    const step = stack.modal("dana").blocks.find(({ block_id }) => String(block_id).startsWith("target"));
    const element = step?.element as { options: { value: string; text: { text: string } }[] } | undefined;
    const options = element?.options ?? [];
    expect(options.map(({ text }) => text.text)).toEqual(["Development → Staging", "Staging → Production"]);
    await slack.choose(dana, "pick_target", options[1]?.value as string);
    await eventually(() => expect(stack.modalText("dana")).toContain("Live in Production now"));
    expect(stack.modalText("dana")).toContain("❗ Production is a critical environment.");
    expect(typed()).toBe("Tested on Monday");
    await slack.choose(dana, "pick_integration", await idOf("returns"));
    await eventually(() => expect(stack.modalText("dana")).toContain("3.0.5 is already live in Staging."));
    expect(typed()).toBe("Tested on Monday");
  });

  test("a submission that overtakes the drawing is shown what it would promote first", async () => {
    const { slack } = stack;
    const dana = stack.id("dana");
    await open("orders-sync");
    const held = slack.faults.hold("views.update");
    const choosing = slack.choose(dana, "pick_integration", await idOf("inventory"));
    await held.reached;
    await submit({ message_input: "Quick" });
    expect(stack.modalText("dana")).toContain("Check what would be promoted, then submit again.");
    expect(stack.modalText("dana")).toContain("0.13.0");
    expect(typed()).toBe("Quick");
    held.release();
    await choosing;
    expect(slack.messagesFor(dana)).toEqual([]);
  });
});

describe("a bad choice is an error on its field", () => {
  test("R2: nothing is live in the source", async () => {
    await open("vendor-sync pre-production");
    expect(stack.modalText("dana")).toContain("Nothing is live in Test yet");
    await submit({ message_input: "Try" });
    expect(fieldError()).toEqual([
      "target",
      "Nothing is live in Test yet, so there is nothing to promote. Deploy a build there first.",
    ]);
    expect(typed()).toBe("Try");
  });

  test("R2: the same build is live in the target", async () => {
    await open("returns");
    await submit();
    expect(fieldError()).toEqual(["target", "3.0.5 is already live in Staging."]);
  });

  test("R2: no environment comes before", async () => {
    await stack.reseed((seed) => {
      seed.projects.push({
        slug: "single",
        name: "Single",
        requesters: [],
        environments: [{ slug: "production", name: "Production", critical: false }],
        integrations: [{ slug: "alone", name: "Alone", deployer: "record", builds: [], live: {} }],
      });
    });
    await open("alone");
    await submit();
    expect(fieldError()?.[0]).toBe("integration");
    expect(fieldError()?.[1]).toContain("has no second environment");
  });

  test("R6: fewer people than the required approvals could review", async () => {
    await stack.setOptions({ requiredApprovals: 2 });
    await open("finance/billing");
    await submit();
    expect(fieldError()).toEqual([
      "target",
      "Nobody would be able to decide this: 2 reviews are needed, and only 1 could review it. Ask Ada Admin to add people to Release Managers.",
    ]);
    await stack.reseed(() => {});
  });

  test("R14: a person who cannot request learns who can", async () => {
    await open("finance/billing", "sam");
    await submit({}, "sam");
    expect(fieldError("sam")).toEqual([
      "integration",
      "In this project only Finance Developers can request and promote. Ask one of them, or an admin to add you.",
    ]);
  });

  test("an integration that was archived in the meantime", async () => {
    await open("inventory-feed");
    await stack.database.database
      .sql`update integrations set archived_at = now() where slug = 'inventory-feed'`;
    await submit();
    expect(fieldError()?.[1]).toBe("This integration is archived: nothing can be promoted in it.");
    await stack.database.database.sql`update integrations set archived_at = null`;
  });
});

describe("R3: one open request", () => {
  test("a person who requests the same learns whose it is, with View", async () => {
    const { slack } = stack;
    await stack.request("dana", "orders-sync", "First");
    await open("orders-sync", "sam");
    expect(stack.modalText("sam")).toContain("by Dana Developer (waiting for review) is already open");
    await submit({}, "sam");
    expect(fieldError("sam")?.[0]).toBe("target");
    expect(fieldError("sam")?.[1]).toContain("by Dana Developer");
    await slack.clickView(stack.id("sam"), { actionId: "open_details" });
    await eventually(() => expect(stack.modal("sam").title?.text).toBe("Review Details"));
    expect(stack.modalText("sam")).toContain("First");
    await slack.closeView(stack.id("sam"));
    expect(stack.modal("sam").title?.text).toBe("Request Approval");
  });

  test("two simultaneous submissions: one request, and the other person gets a message", async () => {
    await open("commerce/billing");
    await open("commerce/billing", "sam");
    await Promise.all([submit(), submit({}, "sam")]);
    const refused = ["dana", "sam"].filter((name) => stack.slack.topView(stack.id(name)) !== undefined);
    expect(refused).toHaveLength(1);
    expect(fieldError(refused[0])?.[1]).toMatch(
      /^Request #\d+ by (Dana Developer|Sam Newcomer) \(waiting for review/,
    );
    await stack.app.idle();
  });

  test("a newer build replaces the pending request", async () => {
    await stack.setLive("commerce/orders-sync", { development: "1.5.0" });
    await open("orders-sync");
    const { submit: button } = stack.modal("dana");
    const replaced = Number(/^Replace #(\d+)$/.exec(String(button?.text))?.[1]);
    expect(stack.modalText("dana")).toContain(
      `Submit to replace it: #${replaced} asks for 1.4.2, and another build is live in Development now.`,
    );
    await submit({ message_input: "Better" });
    await stack.app.idle();
    expect(stack.cardFor("dana", replaced).text).toMatch(/replaced by #\d+/);
    expect(stack.cardFor("bob", replaced).text).toMatch(/replaced by #\d+/);
    expect(stack.cardOf("bob").text).toContain("asks to promote Orders Sync 1.5.0");
    expect(stack.texts("bob").at(-1)).toContain("Better");
    const mails = (await stack.mail.inbox()).filter(({ subject }) => subject.includes(`#${replaced}`));
    expect(mails.map(({ to }) => to)).toContain("bob@acme.example");
  });

  test("a request that was decided before it could be replaced stays, and the person gets a message", async () => {
    await stack.setLive("commerce/orders-sync", { development: "1.6.0" });
    await open("orders-sync", "sam");
    expect(stack.modal("sam").submit?.text).toMatch(/^Replace #\d+$/);
    await stack.press("bob", "approve_request");
    await stack.app.idle();
    await stack.press("dana", "promote_request");
    await eventually(() => expect(stack.modal("dana").submit?.text).toBe("Promote Anyway"));
    await submit();
    await stack.app.idle();
    await submit({ message_input: "Mine" }, "sam");
    expect(fieldError("sam")?.[1]).toContain(
      "can't be replaced any more: promoted: 1.5.0 is live in Staging.",
    );
    expect(typed("sam")).toBe("Mine");
  });
});

test("R2: a build that went live in the meantime is shown in the same modal, with the typed text", async () => {
  await open("orders-sync");
  await stack.setLive("commerce/orders-sync", { development: "1.7.0" });
  await submit({ message_input: "Please" });
  expect(stack.modalText("dana")).toContain(
    "Another build went live meanwhile. Check it below and submit again.",
  );
  expect(stack.modalText("dana")).toContain("1.7.0");
  expect(typed()).toBe("Please");
  await submit();
  expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
  await stack.app.idle();
  expect(stack.texts("bob").at(-1)).toContain("1.7.0");
  expect(stack.texts("bob").at(-1)).toContain("Please");
});

describe("R1: the workflow is disabled", () => {
  beforeAll(() => stack.reseed((seed) => Object.assign(seed.workflow ?? {}, { enabled: false })));
  afterAll(() => stack.reseed(() => {}));

  test("the same command opens Promote, which acts at once", async () => {
    const before = stack.texts("bob").length;
    await open("finance/tax-reports");
    expect(stack.modal("dana")).toMatchObject({ title: { text: "Promote" }, submit: { text: "Promote" } });
    expect(stack.modalText("dana")).toContain("No review is needed here: Promote acts at once.");
    await submit({ message_input: "At once" });
    await stack.app.idle();
    expect(stack.texts("dana").at(-2)).toContain("Promoted: 2026.10.0 is live in Production");
    expect(stack.texts("dana").at(-2)).toContain("No review was needed: workflow off");
    expect(stack.texts("dana").at(-1)).toContain("is promoted: Tax Reports 2026.10.0 is live in Production.");
    expect(stack.texts("bob")).toHaveLength(before);
  });

  test("a request that was open before lives on, and the same promotion is refused", async () => {
    await open("orders-sync", "sam");
    expect(stack.modalText("sam")).toMatch(/Wait for its review, or cancel #\d+ first\./);
    await submit({}, "sam");
    expect(fieldError("sam")?.[1]).toMatch(/Wait for its review, or cancel #\d+ first\./);
  });

  test("R9: a deployment that runs to the target must be confirmed", async () => {
    await stack.database.database.sql`
      insert into deployments (organization_id, id, integration_id, environment_id, build_id, started_by, started_at, status)
      select i.organization_id, gen_random_uuid(), i.id, e.id, b.id, '{"kind":"system","reason":"a test"}'::jsonb, now(), 'in progress'
      from integrations i
      join projects p on p.id = i.project_id and p.slug = 'finance'
      join environments e on e.project_id = p.id and e.slug = 'test'
      join builds b on b.integration_id = i.id and b.version = '1.0.9'
      where i.slug = 'ledger-export'`;
    await open("ledger-export");
    expect(stack.modalText("dana")).toContain(
      "A deployment to Test is running. Submit only if that is all right.",
    );
    await submit();
    expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
    await stack.app.idle();
    expect(stack.texts("dana").at(-1)).toContain("1.1.0 is live in Test");
  });
});
