import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

let stack: TestStack;
let built = 0;

beforeAll(async () => {
  stack = await startTestStack();
  await stack.setOptions({ requiredApprovals: 2 });
});

afterAll(() => stack?.stop());

const sql = () => stack.database.database.sql;

async function ask(): Promise<number> {
  built += 1;
  await stack.setLive("commerce/orders-sync", { development: `9.0.${built}` });
  await stack.request("dana", "commerce/orders-sync");
  return Number(/^#(\d+)/.exec(stack.cardOf("dana").text)?.[1]);
}

/** Loads the seed with another name of the target. */
const rename = (name: string) =>
  stack.reseed((seed) => {
    const target = seed.projects[0]?.environments.find(({ slug }) => slug === "staging");
    if (target) target.name = name;
    delete seed.workflow;
  });

const told = (name: string, number: number) =>
  stack.texts(name).filter((text) => text.includes(`#${number} no longer counts`)).length;

const mails = async (address: string, number: number) =>
  (await stack.mail.inbox()).filter(
    ({ to, subject }) =>
      to === `${address}@acme.example` && subject.startsWith(`[#${number}] Approval no longer counts`),
  );

const mailed = async (address: string, number: number) => (await mails(address, number)).length;

test("R7: a bound fact changes: who approved and the requester are told once, by message and email", async () => {
  const number = await ask();
  await stack.slack.click(stack.id("bob"), stack.cardFor("bob", number), { actionId: "approve_request" });
  await stack.settle();
  await rename("Preview");
  await eventually(() => expect(told("bob", number)).toBe(1));
  await stack.settle();
  const change = "The name of the target environment was Staging when it was approved, and is Preview now.";
  expect(stack.texts("bob").at(-1)).toContain(change);
  expect(stack.texts("bob").at(-1)).toContain("to Preview (staging)");
  expect(stack.texts("dana").at(-1)).toContain(change);
  expect((await mails("bob", number))[0]?.text).toContain(change);
  expect([told("dana", number), told("carol", number)]).toEqual([1, 0]);
  expect(stack.texts("dana").at(-1)).toContain("The approval by Bob Reviewer");
  expect([await mailed("bob", number), await mailed("dev", number), await mailed("carol", number)]).toEqual([
    1, 1, 0,
  ]);
  // The cards follow the name, and their buttons its fingerprint.
  for (const name of ["bob", "carol", "dana"]) {
    expect(textOf(stack.cardFor(name, number))).toContain("Preview");
  }
  await rename("Preview 2");
  await stack.settle();
  expect([told("bob", number), told("dana", number)]).toEqual([1, 1]);

  await stack.slack.click(stack.id("carol"), stack.cardFor("carol", number), { actionId: "approve_request" });
  await stack.settle();
  const [before] = await sql()<{ state: string }[]>`select state from requests where number = ${number}`;
  expect(before?.state).toBe("pending");
  await stack.slack.click(stack.id("bob"), stack.cardFor("bob", number), { actionId: "approve_request" });
  await stack.settle();
  const [after] = await sql()<{ state: string }[]>`select state from requests where number = ${number}`;
  expect(after?.state).toBe("approved");
  const entries = await sql()<{ fingerprint: string | null }[]>`
    select after->'review'->>'fingerprint' as fingerprint from audit_log
    where subject = ${`request:${number}`} and action in ('request.reviewed', 'request.approved')`;
  const reviews = await sql()<{ fingerprint: string }[]>`
    select fingerprint from reviews where request_number = ${number} order by at`;
  expect(entries.map(({ fingerprint }) => fingerprint).sort()).toEqual(
    reviews.map(({ fingerprint }) => fingerprint).sort(),
  );
});
