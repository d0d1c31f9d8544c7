import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { people as sandboxPeople } from "../../../sandbox/people.ts";
import { member } from "../../../src/domain/shared/actor.ts";
import { reportUndelivered } from "../../../src/usecases/delivery/report-undelivered.ts";
import { applyDeploymentReport } from "../../../src/usecases/deployments/apply-deployment-report.ts";
import { expireOverdue } from "../../../src/usecases/requests/expire-request.ts";
import { promote } from "../../../src/usecases/requests/promote.ts";
import { remindDue } from "../../../src/usecases/requests/remind-due.ts";
import { hostileSeed } from "../../support/hostile-seed.ts";
import { mrkdwnFaults, parsedTexts } from "../../support/mrkdwn-faults.ts";
import { eventually, startTestStack, type TestStack } from "../../support/test-stack.ts";

/** Returns a text of about this many characters that never ends inside a character. */
const fill = (piece: string, length: number) => piece.repeat(Math.max(1, Math.floor(length / piece.length)));

const flavours: Record<string, (length: number) => string> = {
  "mentions, links and signs": (length) =>
    fill("<!channel> & <https://evil.example|y> *_~`> <@U123> ", length).trim(),
  ampersands: (length) => fill("&", length),
  "emoji sequences and right to left": (length) => fill("👨‍👩‍👧‍👦\u202eمرحبا<!here>", length),
};

describe.each(Object.keys(flavours))("every message and view within Slack's limits: %s", (flavour) => {
  const hostile = flavours[flavour] as (length: number) => string;
  let stack: TestStack;
  let folder: string;
  let passedMs = 0;
  const answers: unknown[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "signoff-"));
    const seed = join(folder, "seed.yml");
    await writeFile(seed, stringify(hostileSeed(hostile)));
    const people = sandboxPeople.map((person) => ({ ...person, realName: hostile(120) }));
    stack = await startTestStack({ seed, people, now: () => new Date(Date.now() + passedMs) });
  });

  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const id = (name: string) => stack.id(name);

  /** Returns the number of the request on a person's newest card. */
  const newest = (name = "dana") =>
    Number(/#(\d+)/.exec(JSON.stringify(stack.cardOf(name, "open_details").blocks))?.[1]);

  const click = async (name: string, number: number, actionId: string) => {
    answers.push((await stack.slack.click(id(name), stack.cardFor(name, number), { actionId })).body);
  };

  const submit = async (name: string, values: Record<string, string> = {}) => {
    const answer = await stack.slack.submit(id(name), values);
    expect(answer.error).toBeUndefined();
    answers.push(answer.body);
    await stack.app.idle();
  };

  const opened = (name: string, submitText: string | null) =>
    eventually(() => expect(stack.modal(name).submit?.text ?? null).toBe(submitText));

  const close = async (name: string) => {
    while (stack.slack.topView(id(name))) await stack.slack.closeView(id(name));
  };

  const ask = async (path: string, environment = "staging") => {
    const answer = await stack.slack.command(id("dana"), `/promote ${path} ${environment}`);
    expect(answer.status).toBe(200);
    await submit("dana", { message_input: hostile(3000) });
    expect(stack.slack.topView(id("dana"))).toBeUndefined();
    return newest();
  };

  const review = async (name: string, number: number, verdict: "approve" | "reject") => {
    await click(name, number, "open_details");
    await opened(name, "Submit");
    await submit(name, { verdict_input: verdict, comment_input: hostile(3000) });
    await close(name);
  };

  test("commands", async () => {
    const { slack } = stack;
    for (const typed of [
      "",
      "help",
      hostile(3000),
      hostile(100),
      "same",
      "same moon",
      `first/one ${hostile(500)}`,
      "on",
    ]) {
      answers.push((await slack.command(id("dana"), `/promote ${typed}`)).body);
      await close("dana");
    }
    await slack.command(id("dana"), "/promote");
    expect((await slack.suggest(id("dana"), "pick_integration", "")).length).toBeGreaterThan(3);
    await slack.command(id("sam"), "/promote closed/one");
    await submit("sam", { message_input: hostile(3000) });
    expect(Object.keys(stack.modal("sam").errors)).toHaveLength(1);
    await close("sam");
    await close("dana");
  });

  test("asked, counted, approved, changed, confirmed, promoted", async () => {
    const number = await ask("first/one");
    await click("sam", number, "open_details").catch(() => undefined);
    await stack.slack.command(id("sam"), "/promote first/one staging");
    await submit("sam");
    await stack.slack.clickView(id("sam"), { actionId: "open_details" });
    await opened("sam", null);
    await close("sam");
    await click("bob", number, "open_reject");
    await opened("bob", "Reject");
    await close("bob");
    await review("bob", number, "approve");
    await review("carol", number, "approve");
    await click("dana", number, "open_details");
    await opened("dana", null);
    await close("dana");
    await loadAgain((seed) => {
      const [one] = seed.projects[0]?.integrations ?? [];
      if (one) one.live = { development: one.builds[2]?.id as string, staging: one.builds[1]?.id as string };
    });
    await click("dana", number, "promote_request");
    await opened("dana", "Promote Anyway");
    await submit("dana");
    expect(stack.slack.topView(id("dana"))).toBeUndefined();
    expect(JSON.stringify(stack.cardFor("dana", number).blocks)).toContain("🎉");
  });

  test("rejected, and a review that came too late", async () => {
    const number = await ask("first/two");
    await review("carol", number, "approve");
    await click("bob", number, "open_reject");
    await opened("bob", "Reject");
    await review("carol", number, "reject");
    await submit("bob", { comment_input: hostile(3000) });
    await opened("bob", null);
    await close("bob");
  });

  test("approved with two comments, then cancelled with a reason", async () => {
    const number = await ask("first/three");
    await review("bob", number, "approve");
    await review("carol", number, "approve");
    await click("bob", number, "open_cancel");
    await opened("bob", "Cancel Request");
    await submit("bob", { reason_input: hostile(3000) });
    expect(JSON.stringify(stack.cardFor("dana", number).blocks)).toContain("🚫");
    await click("dana", number, "open_details");
    await opened("dana", null);
    await close("dana");
  });

  test("failed, gone silent, replaced", async () => {
    const number = await ask("first/four");
    await review("bob", number, "approve");
    await review("carol", number, "approve");
    const { sql } = stack.database.database;
    await sql`update integrations set deployer = ${hostile(3000)} where slug = 'four'`;
    // The deployer is a bound fact: the card is outdated, and its change must be confirmed.
    await click("dana", number, "promote_request");
    await stack.app.idle();
    await click("dana", number, "promote_request");
    await opened("dana", "Promote Anyway");
    await submit("dana", {});
    await stack.app.idle();
    expect(JSON.stringify(stack.cardFor("dana", number).blocks)).toContain("⚠️");
    // The deployer must not respond before the reports below, and a sweep can run at any time.
    await sql.unsafe(`
      create function hold() returns trigger language plpgsql as
        $$ begin new.available_at = now() + interval '1 hour'; return new; end $$;
      create trigger hold before insert on outbox for each row when (new.kind = 'deploy') execute function hold()`);
    const { context } = stack.app;
    const { organizationId } = stack.app;
    const by = { organizationId, actor: member(id("dana")), surface: "slack" as const };
    const changed = await promote(context, { ...by, number, confirmedFingerprint: null });
    if (changed.ok || changed.refusal.code !== "must-confirm") throw new Error("There is nothing to confirm");
    const confirmedFingerprint = changed.refusal.shown;
    const again = await promote(context, { ...by, number, confirmedFingerprint });
    if (!again.ok) throw new Error(again.refusal.code);
    const { deploymentId } = again.value;
    const link = `https://ci.example/${encodeURI(hostile(400))}`;
    await applyDeploymentReport(context, { ...by, deploymentId, report: { status: "in progress" }, link });
    const silent = { status: "unknown", reason: hostile(3000) } as const;
    await applyDeploymentReport(context, { ...by, deploymentId, report: silent, link });
    await sql`drop function hold cascade`;
    await stack.app.idle();
    await click("dana", number, "promote_request");
    await opened("dana", "Promote Anyway");
    await close("dana");
    await loadAgain((seed) => {
      const four = seed.projects[0]?.integrations[3];
      if (four) four.live = { development: four.builds[2]?.id as string };
    });
    await stack.slack.command(id("dana"), "/promote first/four staging");
    await opened("dana", `Replace #${number}`);
    await submit("dana", { message_input: hostile(3000) });
  });

  test("whom nothing reached, and what admins see of it", async () => {
    const number = await ask("first/same");
    const { sql } = stack.database.database;
    const ofRequest = sql`request_number = ${number}`;
    await sql`update cards set channel = null, ts = null where ${ofRequest} and recipient_id = ${id("bob")}`;
    await sql`update outbox set outcome = 'dead', reason = ${hostile(3000)}
      where ${ofRequest} and recipient_id = ${id("bob")}`;
    await sql`update outbox set outcome = null, settled_at = null, attempts = 3, in_doubt = true,
        reason = ${hostile(3000)}, available_at = now() + interval '1 hour'
      where ${ofRequest} and recipient_id = ${id("carol")} and kind = 'send-email'`;
    const lost = { number, event: "requested", recipientId: id("bob") } as const;
    await reportUndelivered(stack.app.context, stack.app.organizationId, lost);
    await eventually(() =>
      expect(JSON.stringify(stack.cardFor("dana", number).blocks)).toContain("2 of 3 reviewers reached"),
    );
    await click("ada", number, "open_details");
    await opened("ada", "Submit");
    await stack.slack.clickView(id("ada"), { actionId: "open_ledger" });
    await eventually(() => expect(stack.modalText("ada")).toContain("1 retrying · 2 failed"));
    const before = stack.modal("ada").hash;
    await stack.slack.clickView(id("ada"), { actionId: "refresh_ledger" });
    await eventually(() => expect(stack.modal("ada").hash).not.toBe(before));
    await close("ada");
    await click("dana", number, "open_cancel");
    await opened("dana", "Cancel Request");
    await submit("dana");
    await close("dana");
  });

  test("reminded, expired, asked for again; refused because too few could review", async () => {
    const number = await ask("first/five");
    passedMs += 6 * 86_400_000;
    await remindDue(stack.app.context, stack.app.organizationId);
    await stack.app.idle();
    expect(stack.texts("bob").join("\n")).toContain(`⏰ #${number} `);
    passedMs += 2 * 86_400_000;
    await expireOverdue(stack.app.context);
    await stack.app.idle();
    expect(JSON.stringify(stack.cardFor("dana", number).blocks)).toContain("⌛");
    await click("dana", number, "request_again");
    await opened("dana", "Request Approval");
    await close("dana");
    await click("bob", number, "open_details");
    await opened("bob", null);
    await stack.slack.clickView(id("bob"), { actionId: "request_again" });
    await opened("bob", "Request Approval");
    await close("bob");
    await stack.setOptions({ requiredApprovals: 9 });
    await stack.slack.command(id("dana"), "/promote first/five staging");
    await submit("dana");
    expect(Object.values(stack.modal("dana").errors)[0]).toContain("9 reviews are needed");
    await close("dana");
  });

  test("promoted at once", async () => {
    await loadAgain((seed) => Object.assign(seed.workflow ?? {}, { enabled: false }));
    await stack.slack.command(id("dana"), "/promote first/five staging");
    await opened("dana", "Promote");
    await submit("dana", { message_input: hostile(3000) });
    expect(stack.slack.topView(id("dana"))).toBeUndefined();
  });

  test("nothing broke a limit", () => {
    expect(stack.slack.violations).toEqual([]);
    const refused = stack.slack.calls.filter(({ answer }) => answer?.ok !== true);
    expect(refused.map(({ method, answer }) => [method, answer])).toEqual([]);
  });

  test("nothing that somebody typed is alive, and nothing is cut inside a character", () => {
    const said = stack.slack.calls.map(({ args }) => args);
    const ephemerals = stack.people.flatMap((name) => stack.slack.ephemeralsFor(id(name)));
    const memberIds = new Set(stack.people.map(id));
    const found = parsedTexts([...said, ...ephemerals, ...answers]);
    expect(found.length).toBeGreaterThan(200);
    expect(found.flatMap((text) => mrkdwnFaults(text, memberIds)).slice(0, 5)).toEqual([]);
  });

  test("the emails arrived, and nothing in them is alive", async () => {
    const mails = await stack.mail.inbox();
    expect(mails.length).toBeGreaterThan(20);
    for (const { html, subject } of mails) {
      expect(html).not.toContain("<!channel>");
      expect(html).not.toContain("<https:");
      expect(subject).not.toMatch(/[\r\n\ufffd]/);
    }
  });

  async function loadAgain(change: (seed: ReturnType<typeof hostileSeed>) => void) {
    const seed = hostileSeed(hostile);
    for (const project of seed.projects) for (const one of project.integrations) one.live = {};
    change(seed);
    await stack.load(stringify(seed));
  }
});
