import { join } from "node:path";
import type { Json, StandInMessage } from "../../../../sandbox/slack/index.ts";
import type { Stack } from "../../../../sandbox/stack.ts";
import {
  report,
  startWebhookReceiver,
  type WebhookReceiver,
} from "../../../deployments/webhook/webhook-receiver.ts";
import { apiOf, peopleOf } from "./people.ts";
import { archiveVault, changeSettings, createTokens, sendCardsToChannel, type World } from "./settings.ts";
import { previousVersion } from "./version.ts";

/** What exists outside the database: what people see in Slack, and what pipelines keep. */
export type PreviousWorld = {
  /** The text of each token, by its name. */
  tokens: Record<string, string>;
  /** The path and the token with which the receiver of a webhook reports, by the request's number. */
  reports: Record<string, { path: string; token: string }>;
  /** The bot's messages to people and channels. */
  messages: Pick<StandInMessage, "channel" | "ts" | "user" | "text" | "blocks">[];
  /** Modals that people have open, as the bot opened them. */
  views: { userId: string; view: Json }[];
};

export const channels = [{ name: "releases", members: ["dana", "bob", "carol", "ada", "bot"] }];
export const groups = [{ handle: "night-shift", name: "Night Shift", users: ["bob", "carol"] }];
export const env = { SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true" };

/** Lets a team use the version in this folder, and returns what is left of it outside the database. */
export async function livePrevious(
  folder: string,
  databaseUrl: string,
  seed: string,
): Promise<PreviousWorld> {
  const previous = await previousVersion(folder);
  const receiver = await startWebhookReceiver();
  const stack = await previous.startStack({
    ...{ databaseUrl, seed, env, manifest: join(folder, "manifest.yml") },
    slack: { people: previous.people, channels, groups },
    app: { log: previous.log } as never,
  });
  const world = { previous, stack, receiver, databaseUrl };
  const { id, request, settle } = peopleOf(stack);
  const tokens = await createTokens(world);
  await changeSettings(world);
  await makeRequests(world, tokens);
  await reportBuilds(world, tokens);
  await sendCardsToChannel(world);
  await request("sam", "pay/cards production");
  await archiveVault(world);
  await settle();
  await stack.slack.openHome(id("dana"));
  await settle();
  const views = await openModals(stack, id);
  const messages = messagesOf(stack);
  await stack.stop();
  await leaveWorkWaiting(world);
  await receiver.stop();
  return { tokens, reports: reportsOf(receiver), messages, views };
}

/** Brings one request to each state. */
async function makeRequests(world: World, tokens: Record<string, string>): Promise<void> {
  const { stack, receiver } = world;
  const { request, approve, promote, press, reject, settle } = peopleOf(stack);
  const ci = apiOf(stack, tokens.CI);
  // 1: pending, with one of two approvals.
  await request("dana", "commerce/orders-sync staging");
  await press("bob", "approve_request");
  // 2: promoting, and its receiver has not reported yet.
  await request("dana", "commerce/inventory-feed staging");
  await approve("bob", "carol");
  await promote("dana");
  // 3: failed.
  await request("dana", "commerce/returns staging");
  await approve("bob", "carol");
  await promote("dana");
  await reportFailure(receiver, "the disk is full");
  // 4: approved, through a token.
  const month = { project: "finance", integration: "ledger", target: "production", message: "Month end" };
  await ci("POST", "/requests", { ...month, requester: "dev@acme.example" }, "month-end");
  await settle();
  await approve("bob", "carol");
  // 5: promoted.
  await request("dana", "commerce/billing staging");
  await approve("bob", "carol");
  await promote("dana");
  // 6: rejected.
  await request("dana", "legacy/mainframe dev-two");
  await reject("bob", "Not on a Friday");
}

/** Reports what the story's cautions are about: a build past the gate, twins, and a deployment in progress. */
async function reportBuilds({ stack }: World, tokens: Record<string, string>): Promise<void> {
  const ci = apiOf(stack, tokens.CI);
  const billing = "/projects/commerce/integrations/billing";
  const orders = "/projects/commerce/integrations/orders-sync";
  await ci("POST", `${billing}/deployments`, {
    ...{ id: "run-outside", environment: "production", build: "billing-2" },
  });
  const twin = { version: "2.9.0", commit: "ABCDEF0123", author: "Dana\nDeveloper" };
  await ci("POST", `${billing}/builds`, { ...twin, id: "billing-3a", digest: "sha256:aa" });
  await ci("POST", `${billing}/builds`, { ...twin, id: "billing-3b", digest: "sha256:bb" });
  await ci("POST", `${orders}/deployments`, {
    ...{ id: "run-slow", environment: "development", build: "orders-1", status: "in progress" },
  });
  await peopleOf(stack).settle();
}

/** The number of the request that is approved while no process runs, so that its work waits for the next start. */
const lastNumber = 7;

/** Approves the last request while no process carries out what follows. */
async function leaveWorkWaiting({ previous, stack, databaseUrl }: World): Promise<void> {
  const database = previous.connect(databaseUrl);
  const context = { db: database.db, now: () => new Date(), wake: () => {} };
  try {
    for (const name of ["bob", "carol"]) {
      await previous.call("requests/review-promotion.ts", "reviewPromotion", context, {
        ...{ organizationId: stack.slack.workspace.team.id, number: lastNumber, verdict: "approve" },
        ...{ reviewerId: peopleOf(stack).id(name), comment: "", surface: "slack" },
      });
    }
  } finally {
    await database.close();
  }
}

/** Opens one modal of each kind that holds something in its private_metadata. */
async function openModals({ slack }: Stack, id: (name: string) => string): Promise<PreviousWorld["views"]> {
  await slack.command(id("dana"), "/promote eu-orders production");
  await slack.click(id("carol"), cardOf(slack, id("carol"), 1), { actionId: "open_reject" });
  await slack.command(id("ada"), "/promotion-settings");
  return ["dana", "carol", "ada"].flatMap((name) => {
    const view = slack.topView(id(name));
    if (view === undefined) throw new Error(`${name} has no modal open`);
    const { userId, callbackId: callback_id, privateMetadata: private_metadata } = view;
    const { blocks, title, submit, close } = view;
    return [{ userId, view: { type: "modal", callback_id, private_metadata, blocks, title, submit, close } }];
  });
}

const cardOf = (slack: Stack["slack"], userId: string, number: number): StandInMessage => {
  const card = slack
    .messagesFor(userId)
    .find(({ blocks }) => JSON.stringify(blocks[0]).includes(`#${number} `));
  if (card === undefined) throw new Error(`There is no card of #${number}`);
  return card;
};

/** Returns the bot's messages in every conversation. */
function messagesOf({ slack: { workspace } }: Stack): PreviousWorld["messages"] {
  return [...workspace.channels.keys()].flatMap((channel) =>
    workspace.messagesIn(channel).map(({ ts, user, text, blocks }) => ({ channel, ts, user, text, blocks })),
  );
}

/** Returns what the receiver needs to report on each promotion, and reports none of it yet. */
function reportsOf({ calls }: WebhookReceiver): PreviousWorld["reports"] {
  return Object.fromEntries(
    calls.map(({ event: { request, report } }) => {
      const { url, token } = report;
      return [request.number, { path: new URL(url).pathname, token }];
    }),
  );
}

async function reportFailure({ calls }: WebhookReceiver, reason: string): Promise<void> {
  const last = calls.at(-1);
  if (last === undefined) throw new Error("The receiver has not been called");
  const { status } = await report(last.event, { status: "failed", reason });
  if (status !== 200) throw new Error(`The report was answered ${status}`);
}
