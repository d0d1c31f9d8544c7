import { fileURLToPath } from "node:url";
import { and, eq, isNotNull } from "drizzle-orm";
import { stringify } from "yaml";
import { connect, type Database } from "../../db/connect.ts";
import { migrate } from "../../db/migrate.ts";
import { deployments, environments, integrations } from "../../db/schema/index.ts";
import { freePort } from "../../sandbox/free-port.ts";
import { type MailStandIn, startMail } from "../../sandbox/mail.ts";
import { type SlackStandIn, type StandInPerson, startSlack } from "../../sandbox/slack/index.ts";
import { findByEmail } from "../../src/directory/find-by-email.ts";
import { member, system } from "../../src/domain/actor.ts";
import { loadSeedFile } from "../../src/load-seed-file.ts";
import { createLog } from "../../src/log.ts";
import { secretsWith } from "../../src/secrets.ts";
import { slackClients } from "../../src/slack/clients.ts";
import type { Context } from "../../src/usecases/context.ts";
import { endSilentAttempts } from "../../src/usecases/end-silent-attempts.ts";
import { recordDeployment } from "../../src/usecases/record-deployment.ts";
import { saveWebhook } from "../../src/usecases/save-webhook.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { type DeploySite, startDeploySite } from "./deploy-site.ts";
import { type Call, type FarProxy, startFarProxy, startWebhookProxy } from "./far-proxy.ts";
import { Figures } from "./figures.ts";
import type { RunOptions } from "./options.ts";
import { type Server, startPostgres } from "./postgres.ts";
import { random } from "./random.ts";
import { type Replicas, startReplicas } from "./replicas.ts";
import { pause } from "./wait.ts";
import { makeWeather, type Weather } from "./weather.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const signingSecret = "chaos-signing-secret";
const botToken = "xoxb-chaos";
const secret = "a-secret-that-only-the-chaos-run-uses";

/** Above the longest that one item's calls take with what the weather does to them. */
const leaseMs = 6_000;

/** `webhook`: its promotions are carried out by the deploy site; any other is only recorded. */
export type Place = {
  id: string;
  projectId: string;
  slug: string;
  source: string;
  target: string;
  webhook: boolean;
};

export type ChaosWorld = {
  seed: number;
  figures: Figures;
  slack: SlackStandIn;
  mail: MailStandIn;
  postgres: Server;
  /** The harness's own way to the database, with nothing in between. */
  database: Database;
  organizationId: string;
  balancer: Balancer;
  replicas: Replicas;
  weather: Weather;
  /** What carries out the promotions of two integrations in three. */
  site: DeploySite;
  /** Every call of a replica to a far end, in order. */
  calls: Call[];
  requesters: string[];
  reviewers: string[];
  places: Place[];
  requiredApprovals: number;
  /** Tries again until the database is there. */
  read<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** A pipeline has brought a new build to the first environment. */
  build(place: Place, version: string): Promise<void>;
  /** The silence of an attempt has lasted for too long: that moment is brought here, and two jobs notice it at once. */
  endSilence(attempt: string): Promise<void>;
  say(what: string): void;
  stop(): Promise<void>;
};

const person = (name: string): StandInPerson & { email: string } => ({
  name,
  realName: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  email: `${name}@acme.example`,
});

const requesterNames = Array.from({ length: 12 }, (_, index) => `requester${index + 1}`);
const reviewerNames = Array.from({ length: 5 }, (_, index) => `reviewer${index + 1}`);

/** Starts the far ends, a database, the replicas with a proxy each, and the balancer before them. */
export async function startChaosWorld(seed: number, options: RunOptions): Promise<ChaosWorld> {
  const figures = new Figures();
  const began = Date.now();
  const say = (what: string) => {
    if (options.verbose) console.log(`${((Date.now() - began) / 1000).toFixed(1)} s  ${what}`);
  };
  const postgres = await startPostgres();
  await migrate(postgres.url);
  const database = connect(postgres.url, { applicationName: "chaos" });
  let replicas: Replicas | undefined;
  const balancer = await startBalancer(() => replicas?.ready() ?? [], random(seed, "balancer"), figures);
  const people = [...requesterNames, ...reviewerNames, "admin"].map(person);
  const slack = await startSlack({
    ...{ manifest: `${root}manifest.yml`, signingSecret, botToken, people },
    botUrl: () => balancer.url,
    eventRetriesMs: [0, 500, 2_000],
  });
  const mail = await startMail();
  const calls: Call[] = [];
  const weather = makeWeather(random(seed, "weather"), figures, (index, why) => replicas?.kill(index, why));
  const targets = { slack: slack.url, mail: mail.url };
  const proxies: FarProxy[] = [];
  for (let index = 0; index < options.replicas; index++)
    proxies.push(await startFarProxy(index, targets, weather, calls));
  const site = await startDeploySite(seed, figures);
  const webhooks = await startWebhookProxy(site.url, weather, calls);
  // Whose webhook it is shows in the address for its reports; the balancer does not care by whom one was given.
  const envs = await Promise.all(
    proxies.map((proxy, index) => environment(postgres.url, `${balancer.url}/by/${index}`, proxy)),
  );
  replicas = startReplicas(options.entry, envs, figures, say);
  const requiredApprovals = seed % 3 === 0 ? 2 : 1;
  const organizationId = slack.workspace.team.id;
  const context = contextOf(database);
  const world = {
    ...{ seed, figures, slack, mail, postgres, database, organizationId, balancer, replicas, weather, site },
    calls,
    ...{ requiredApprovals, say },
    requesters: [...requesterNames, reviewerNames.at(-1) as string],
    reviewers: reviewerNames,
    read: <T>(work: (database: Database) => Promise<T>) => persist(() => work(database)),
    build: async (place: Place, version: string) => {
      const facts = {
        integrationId: place.id,
        environmentId: place.source,
        version,
        commit: null,
        link: null,
      };
      const actor = system("the pipeline");
      await persist(() => recordDeployment(context, { organizationId, actor, surface: "api", ...facts }));
    },
    endSilence: (attempt: string) => persist(() => endSilence(context, organizationId, attempt)),
    stop: async () => {
      await replicas?.stop();
      await Promise.all([
        slack.stop(),
        mail.stop(),
        site.stop(),
        webhooks.stop(),
        balancer.stop(),
        ...proxies.map((proxy) => proxy.stop()),
      ]);
      await database.close();
      await postgres.stop();
    },
  };
  await replicas.allReady();
  await seedCatalog(context, organizationId, slack.url, options.requests, requiredApprovals);
  const places = await placesOf(database, organizationId);
  const admin = slack.workspace.people.find(({ name }) => name === "admin")?.id as string;
  const webhook = { organizationId, actor: member(admin), surface: "slack", url: webhooks.url } as const;
  for (const place of places) {
    if (!place.webhook) continue;
    const { id: integrationId, projectId } = place;
    const settings = { ...webhook, projectId, integrationId, silenceMinutes: 1, version: null };
    const ports = { seal: secretsWith(secret).seal, addressFault: () => null };
    const saved = await persist(() => saveWebhook(context, ports, settings));
    if (!saved.ok) throw new Error(`The webhook of ${place.slug} was refused: ${saved.refusal.code}`);
    site.trust(saved.value.secret ?? "");
  }
  return { ...world, places };
}

async function endSilence(context: Context, organizationId: string, attempt: string): Promise<void> {
  const waiting = and(
    ...[eq(deployments.organizationId, organizationId), eq(deployments.id, attempt)],
    isNotNull(deployments.reportBy),
  );
  await context.db.update(deployments).set({ reportBy: new Date() }).where(waiting);
  await Promise.all([endSilentAttempts(context), endSilentAttempts(context)]);
}

async function environment(
  databaseUrl: string,
  publicUrl: string,
  proxy: FarProxy,
): Promise<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: String(await freePort()),
    HOST: "127.0.0.1",
    PUBLIC_URL: publicUrl,
    SLACK_API_URL: proxy.slackUrl,
    SLACK_BOT_TOKEN: botToken,
    SLACK_SIGNING_SECRET: signingSecret,
    RESEND_API_KEY: "re_chaos",
    RESEND_BASE_URL: proxy.mailUrl,
    EMAIL_FROM: "Signoff <signoff@acme.example>",
    SIGNOFF_SECRET: secret,
    SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true",
    LOG_LEVEL: "warn",
    CHAOS_LEASE_MS: String(leaseMs),
  };
}

function contextOf(database: Database): Context {
  const wake = () => void database.sql.notify("signoff_outbox", "chaos").catch(() => undefined);
  return { db: database.db, now: () => new Date(), wake };
}

/** Nothing that the harness itself wants from the database is lost to its restarts. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 50) throw error;
      await pause(200);
    }
  }
}

async function seedCatalog(
  context: Context,
  organizationId: string,
  apiUrl: string,
  requests: number,
  requiredApprovals: number,
): Promise<void> {
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
      { name: "Reviewers", members: reviewerNames.map((name) => `${name}@acme.example`) },
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
  const { people } = slackClients({ token: botToken, apiUrl, log: createLog("silent") });
  await persist(() =>
    loadSeedFile(context, organizationId, stringify(seed), (email) => findByEmail(people, email)),
  );
}

async function placesOf({ db }: Database, organizationId: string): Promise<Place[]> {
  const [inside, found] = await Promise.all([
    db.select().from(environments).where(eq(environments.organizationId, organizationId)),
    db.select().from(integrations).where(eq(integrations.organizationId, organizationId)),
  ]);
  const idOf = (slug: string) => inside.find((one) => one.slug === slug)?.id as string;
  return found.map(({ id, projectId, slug }, index) => ({
    ...{ id, projectId, slug, webhook: index % 3 !== 0 },
    source: idOf("development"),
    target: idOf("staging"),
  }));
}
