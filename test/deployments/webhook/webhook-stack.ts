import { expect } from "vitest";
import { member, system } from "../../../src/domain/shared/actor.ts";
import { createSecrets } from "../../../src/lib/secrets.ts";
import { claimSlot } from "../../../src/usecases/delivery/claim-slot.ts";
import { saveWebhook } from "../../../src/usecases/deployments/save-webhook.ts";
import { cancelPromotion } from "../../../src/usecases/requests/cancel-promotion.ts";
import { accepted } from "../../support/catalog.ts";
import {
  eventually,
  startTestStack,
  type TestStack,
  type TestStackOptions,
} from "../../support/test-stack.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";

export const allowPrivate = { SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true" };

type Place = { projectId: string; integrationId: string };

/** Starts the bot with a receiver that gets the promotions of `commerce/orders-sync`. */
export async function startWebhookStack(options: TestStackOptions = {}) {
  const [stack, receiver] = await Promise.all([startTestStack(options), startWebhookReceiver()]);
  await stack.restartWith(allowPrivate);
  const place = await findPlace(stack, "orders-sync");
  const secret = await setWebhook(stack, place, receiver.url);
  let built = 0;
  let slots = 0;
  /** Requests a new build as Dana and approves it as Bob. Returns the number. */
  const approvedNext = async (message = ""): Promise<number> => {
    built += 1;
    await stack.setLive("commerce/orders-sync", { development: `7.0.${built}` });
    await stack.request("dana", "orders-sync", message);
    await stack.press("bob", "approve_request");
    await stack.settle();
    const [row] = await stack.database.database.sql<{ number: number }[]>`
      select max(number)::int as number from requests`;
    return row?.number as number;
  };
  /** Dana presses Promote or Try Again. She confirms it if an attempt may still be running. */
  const pressPromote = async (number: number) => {
    await stack.press("dana", "promote_request");
    const isAsked = () => stack.slack.topView(stack.id("dana")) !== undefined;
    await eventually(async () => {
      const [row] = await stack.database.database.sql`
        select number from requests where number = ${number} and state not in ('approved', 'failed')`;
      expect(isAsked() || row !== undefined).toBe(true);
    });
    if (isAsked()) await stack.slack.submit(stack.id("dana"), {});
  };
  return Object.assign(Object.create(stack) as TestStack, {
    receiver,
    secret,
    approvedNext,
    pressPromote,
    /** Like `approvedNext`, and Dana promotes. */
    async promoted(message = ""): Promise<number> {
      const number = await approvedNext(message);
      await pressPromote(number);
      await stack.settle();
      return number;
    },
    /** Returns the attempts of a request, oldest first. */
    attempts: (number: number) =>
      stack.database.database.sql<
        { id: string; status: string; reason: string | null; link: string | null }[]
      >`
        select id, status, reason, link from deployments where request_number = ${number} order by sequence`,
    /** Lets the report deadline of every attempt pass, and runs the scheduled job. */
    async passReportDeadline() {
      await stack.database.database.sql`update deployments set report_by = now() - interval '1 second'`;
      const { context, organizationId } = stack.app;
      slots += 1;
      await claimSlot(context, organizationId, "silence", new Date(Date.now() + slots * 3_600_000));
      await stack.settle();
    },
    /** Cancels a request that blocks the next one. */
    async cancelOpen(number: number) {
      await stack.settle();
      const { context, organizationId } = stack.app;
      const actor = member(stack.id("dana"));
      accepted(
        await cancelPromotion(context, { organizationId, number, actor, surface: "slack", reason: "" }),
      );
      await stack.settle();
    },
    stopAll: async () => {
      await stack.stop();
      await receiver.stop();
    },
  });
}

export type WebhookStack = Awaited<ReturnType<typeof startWebhookStack>>;

export async function findPlace(stack: TestStack, slug: string): Promise<Place> {
  const [row] = await stack.database.database.sql<Place[]>`
    select project_id as "projectId", id as "integrationId" from integrations where slug = ${slug}`;
  if (row === undefined) throw new Error(`There is no ${slug}`);
  return row;
}

/** Saves the webhook of an integration. Returns the secret. */
async function setWebhook(stack: TestStack, place: Place, url: string): Promise<string> {
  const { context, organizationId } = stack.app;
  const ports = { seal: createSecrets(stack.config.secret).seal, addressFault: () => null };
  const saved = await saveWebhook(context, ports, {
    ...{ organizationId, actor: system("test"), surface: "slack", ...place },
    ...{ version: null, url, silenceMinutes: 30 },
  });
  const { secret } = accepted(saved);
  if (secret === null) throw new Error("No secret was made");
  return secret;
}
