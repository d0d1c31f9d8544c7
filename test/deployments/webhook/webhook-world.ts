import { member, system } from "../../../src/domain/shared/actor.ts";
import { createSecrets } from "../../../src/lib/secrets.ts";
import { takeSlot } from "../../../src/usecases/delivery/take-slot.ts";
import { saveWebhook } from "../../../src/usecases/deployments/save-webhook.ts";
import { cancelPromotion } from "../../../src/usecases/requests/cancel-promotion.ts";
import { accepted } from "../../support/catalog.ts";
import { type TestWorld, type TestWorldOptions, testWorld } from "../../support/world.ts";
import { farSide } from "./far-side.ts";

export const allowPrivate = { SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true" };

type Place = { projectId: string; integrationId: string };

/** The bot, with a far side to which the promotions of `commerce/orders-sync` are sent. */
export async function webhookWorld(options: TestWorldOptions = {}) {
  const [world, far] = await Promise.all([testWorld(options), farSide()]);
  await world.restartWith(allowPrivate);
  const place = await findPlace(world, "orders-sync");
  const secret = await setWebhook(world, place, far.url);
  let built = 0;
  let slots = 0;
  /** Asks for a build of its own as dana, and has bob approve. Answers the number. */
  const approvedNext = async (message = ""): Promise<number> => {
    built += 1;
    await world.golive("commerce/orders-sync", { development: `7.0.${built}` });
    await world.request("dana", "orders-sync", message);
    await world.press("bob", "approve_request");
    await world.settle();
    const [row] = await world.database.database.sql<{ number: number }[]>`
      select max(number)::int as number from requests`;
    return row?.number as number;
  };
  return Object.assign(Object.create(world) as TestWorld, {
    far,
    secret,
    approvedNext,
    /** As `approvedNext`, and dana promotes. */
    async promoted(message = ""): Promise<number> {
      const number = await approvedNext(message);
      await world.press("dana", "promote_request");
      await world.settle();
      return number;
    },
    /** The attempts of a request, the oldest first. */
    attempts: (number: number) =>
      world.database.database.sql<
        { id: string; status: string; reason: string | null; link: string | null }[]
      >`
        select id, status, reason, link from deployments where request_number = ${number} order by sequence`,
    /** Lets every attempt's time for a report pass, and the scheduled job come. */
    async goSilent() {
      await world.database.database.sql`update deployments set report_by = now() - interval '1 second'`;
      const { context, organizationId } = world.app;
      slots += 1;
      await takeSlot(context, organizationId, "silence", new Date(Date.now() + slots * 3_600_000));
      await world.settle();
    },
    /** Cancels a request that is in the way of the next one. */
    async cancelOpen(number: number) {
      await world.settle();
      const { context, organizationId } = world.app;
      const actor = member(world.id("dana"));
      accepted(
        await cancelPromotion(context, { organizationId, number, actor, surface: "slack", reason: "" }),
      );
      await world.settle();
    },
    stopAll: async () => {
      await world.stop();
      await far.stop();
    },
  });
}

export type WebhookWorld = Awaited<ReturnType<typeof webhookWorld>>;

export async function findPlace(world: TestWorld, slug: string): Promise<Place> {
  const [row] = await world.database.database.sql<Place[]>`
    select project_id as "projectId", id as "integrationId" from integrations where slug = ${slug}`;
  if (row === undefined) throw new Error(`There is no ${slug}`);
  return row;
}

/** Sets where promotions of an integration are sent, and answers the secret. */
async function setWebhook(world: TestWorld, place: Place, url: string): Promise<string> {
  const { context, organizationId } = world.app;
  const ports = { seal: createSecrets(world.config.secret).seal, addressFault: () => null };
  const saved = await saveWebhook(context, ports, {
    ...{ organizationId, actor: system("test"), surface: "slack", ...place },
    ...{ version: null, url, silenceMinutes: 30 },
  });
  const { secret } = accepted(saved);
  if (secret === null) throw new Error("No secret was made");
  return secret;
}
