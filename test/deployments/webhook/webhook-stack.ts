import { member, system } from "../../../src/domain/shared/actor.ts";
import { createSecrets } from "../../../src/lib/secrets.ts";
import { takeSlot } from "../../../src/usecases/delivery/take-slot.ts";
import { saveWebhook } from "../../../src/usecases/deployments/save-webhook.ts";
import { cancelPromotion } from "../../../src/usecases/requests/cancel-promotion.ts";
import { accepted } from "../../support/catalog.ts";
import { startTestStack, type TestStack, type TestStackOptions } from "../../support/test-stack.ts";
import { farSide } from "./webhook-receiver.ts";

export const allowPrivate = { SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true" };

type Place = { projectId: string; integrationId: string };

/** The bot, with a far side to which the promotions of `commerce/orders-sync` are sent. */
export async function startWebhookStack(options: TestStackOptions = {}) {
  const [stack, far] = await Promise.all([startTestStack(options), farSide()]);
  await stack.restartWith(allowPrivate);
  const place = await findPlace(stack, "orders-sync");
  const secret = await setWebhook(stack, place, far.url);
  let built = 0;
  let slots = 0;
  /** Asks for a build of its own as dana, and has bob approve. Answers the number. */
  const approvedNext = async (message = ""): Promise<number> => {
    built += 1;
    await stack.golive("commerce/orders-sync", { development: `7.0.${built}` });
    await stack.request("dana", "orders-sync", message);
    await stack.press("bob", "approve_request");
    await stack.settle();
    const [row] = await stack.database.database.sql<{ number: number }[]>`
      select max(number)::int as number from requests`;
    return row?.number as number;
  };
  return Object.assign(Object.create(stack) as TestStack, {
    far,
    secret,
    approvedNext,
    /** As `approvedNext`, and dana promotes. */
    async promoted(message = ""): Promise<number> {
      const number = await approvedNext(message);
      await stack.press("dana", "promote_request");
      await stack.settle();
      return number;
    },
    /** The attempts of a request, the oldest first. */
    attempts: (number: number) =>
      stack.database.database.sql<
        { id: string; status: string; reason: string | null; link: string | null }[]
      >`
        select id, status, reason, link from deployments where request_number = ${number} order by sequence`,
    /** Lets every attempt's time for a report pass, and the scheduled job come. */
    async goSilent() {
      await stack.database.database.sql`update deployments set report_by = now() - interval '1 second'`;
      const { context, organizationId } = stack.app;
      slots += 1;
      await takeSlot(context, organizationId, "silence", new Date(Date.now() + slots * 3_600_000));
      await stack.settle();
    },
    /** Cancels a request that is in the way of the next one. */
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
      await far.stop();
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

/** Sets where promotions of an integration are sent, and answers the secret. */
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
