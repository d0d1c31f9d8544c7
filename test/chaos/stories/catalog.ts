import { eq } from "drizzle-orm";
import { stringify } from "yaml";
import type { Database } from "../../../db/connection/connect.ts";
import { environments, integrations } from "../../../db/schema/index.ts";
import { seedDeps } from "../../../src/compose/seed-deps.ts";
import { member } from "../../../src/domain/shared/actor.ts";
import { createLog } from "../../../src/lib/log.ts";
import { createSecrets } from "../../../src/lib/secrets.ts";
import { loadSeedFile, type SeedDeps } from "../../../src/seed/load-seed-file.ts";
import { slackClients } from "../../../src/slack/client/clients.ts";
import { saveWebhook } from "../../../src/usecases/deployments/save-webhook.ts";
import type { Context } from "../../../src/usecases/shared/context.ts";
import { persist } from "../run/wait.ts";
import type { DeploySite } from "./deploy-site.ts";

/** `webhook`: whether the deploy site carries out its promotions; otherwise they are only recorded. */
export type Place = {
  id: string;
  projectId: string;
  slug: string;
  source: string;
  target: string;
  webhook: boolean;
};

/** The organization of the catalog, and the bot's access to Slack. */
type Owner = { context: Context; organizationId: string; botToken: string; apiUrl: string };

export type Begin = { requests: number; requiredApprovals: number; reviewers: readonly string[] };

/** Loads one project with many integrations, the roles, and an enabled workflow. */
export async function seedCatalog(owner: Owner, begin: Begin): Promise<void> {
  const { organizationId } = owner;
  const { requests, requiredApprovals, reviewers } = begin;
  const count = Math.min(60, Math.max(16, Math.ceil(requests / 4)));
  const integration = (index: number) => ({
    slug: `flow-${index}`,
    name: `Flow ${index}`,
    builds: [{ id: `flow-${index}-0`, version: "0.0.0" }],
    live: { development: `flow-${index}-0`, staging: `flow-${index}-0` },
  });
  const seed = {
    roles: [
      { name: "Admin", members: ["admin@acme.example"] },
      { name: "Reviewers", members: reviewers.map((name) => `${name}@acme.example`) },
    ],
    projects: [
      {
        slug: "core",
        name: "Core",
        environments: [
          { slug: "development", name: "Development" },
          { slug: "staging", name: "Staging" },
        ],
        integrations: Array.from({ length: count }, (_, index) => integration(index + 1)),
      },
    ],
    workflow: { enabled: true, roles: ["Reviewers"], options: { requiredApprovals } },
  };
  await persist(() => loadSeedFile(seedLookups(owner), organizationId, stringify(seed)));
}

/** Returns what loading a seed file needs. Its calls reach Slack without the replicas' faults. */
export const seedLookups = ({ context, botToken: token, apiUrl }: Owner): SeedDeps =>
  seedDeps(context, slackClients({ token, apiUrl, log: createLog("silent") }));

/** Returns the integrations with their first two environments. Two in three use a webhook. */
export async function placesOf({ db }: Database, organizationId: string): Promise<Place[]> {
  const [inside, found] = await Promise.all([
    db.select().from(environments).where(eq(environments.organizationId, organizationId)),
    db
      .select()
      .from(integrations)
      .where(eq(integrations.organizationId, organizationId))
      .orderBy(integrations.slug),
  ]);
  const idOf = (slug: string) => inside.find((one) => one.slug === slug)?.id as string;
  return found.map(({ id, projectId, slug }, index) => ({
    ...{ id, projectId, slug, webhook: index % 3 !== 0 },
    source: idOf("development"),
    target: idOf("staging"),
  }));
}

/** Sends these integrations' promotions to this address, signed with secrets that the site trusts. */
export async function setWebhooks(
  context: Context,
  by: { organizationId: string; admin: string; secret: string; url: string },
  places: readonly Place[],
  site: DeploySite,
): Promise<void> {
  const { organizationId, url } = by;
  const webhook = { organizationId, actor: member(by.admin), surface: "slack", url } as const;
  for (const { id: integrationId, projectId, slug } of places.filter((place) => place.webhook)) {
    const settings = { ...webhook, projectId, integrationId, silenceMinutes: 1, version: null };
    const ports = { seal: createSecrets(by.secret).seal, addressFault: () => null };
    const saved = await persist(() => saveWebhook(context, ports, settings));
    if (!saved.ok) throw new Error(`The webhook of ${slug} was refused: ${saved.refusal.code}`);
    site.trust(saved.value.secret ?? "");
  }
}
