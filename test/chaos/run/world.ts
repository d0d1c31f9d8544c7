import { fileURLToPath } from "node:url";
import { connect, type Database } from "../../../db/connection/connect.ts";
import { migrate } from "../../../db/connection/migrate.ts";
import { freePort } from "../../../sandbox/free-port.ts";
import { type MailStandIn, startMail } from "../../../sandbox/mail.ts";
import { type SlackStandIn, type StandInPerson, startSlack } from "../../../sandbox/slack/index.ts";
import { system } from "../../../src/domain/shared/actor.ts";
import type { SeedDeps } from "../../../src/seed/load-seed-file.ts";
import { recordManualDeployment } from "../../../src/usecases/deployments/record-manual-deployment.ts";
import type { Context } from "../../../src/usecases/shared/context.ts";
import { type Balancer, startBalancer } from "../faults/balancer.ts";
import { type Call, type FarProxy, startFarProxy, startWebhookProxy } from "../faults/far-proxy.ts";
import { makeWeather, type Weather } from "../faults/weather.ts";
import { type Place, placesOf, seedCatalog, seedLookups, setWebhooks } from "../stories/catalog.ts";
import { type DeploySite, startDeploySite } from "../stories/deploy-site.ts";
import { createTokens, Pipeline, type Token } from "../stories/pipeline.ts";
import { Renames } from "../stories/renames.ts";
import { Admin } from "../stories/settings.ts";
import { Clock } from "./clock.ts";
import type { RunOptions } from "./options.ts";
import { type Server, startPostgres } from "./postgres.ts";
import { random } from "./random.ts";
import { type Replicas, startReplicas } from "./replicas.ts";
import { Figures } from "./stats.ts";
import { persist } from "./wait.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const signingSecret = "chaos-signing-secret";
const botToken = "xoxb-chaos";
const secret = "a-secret-that-only-the-chaos-run-uses";

/** The outbox lease, in milliseconds: longer than one item's calls take with all faults. */
const leaseMs = 6_000;

export type ChaosWorld = {
  seed: number;
  figures: Figures;
  slack: SlackStandIn;
  mail: MailStandIn;
  postgres: Server;
  /** The harness's own direct connection to the database. */
  database: Database;
  organizationId: string;
  balancer: Balancer;
  replicas: Replicas;
  weather: Weather;
  /** Carries out the promotions of two integrations in three. */
  site: DeploySite;
  /** Every call of a replica to a service, in order. */
  calls: Call[];
  requesters: string[];
  reviewers: string[];
  places: Place[];
  /** Changes settings, and records which applied when. */
  admin: Admin;
  /** Uses the REST API. */
  pipeline: Pipeline;
  /** Renames integrations, and records when. */
  renames: Renames;
  /** Makes things due now. */
  clock: Clock;
  /** The channel for review cards. Some reviewers are not in it, and some of its members are no reviewers. */
  channel: { id: string; name: string; members: string[] };
  /** Repeats the work until the database is available. */
  read<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** Records that a pipeline deployed a new build to the first environment. */
  build(place: Place, version: string): Promise<void>;
  /** Whether one replica runs the previous version, which may word cards otherwise. */
  isMixed: boolean;
  say(what: string): void;
  stop(): Promise<void>;
};

const person = (name: string): StandInPerson & { email: string } => ({
  name,
  realName: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  email: `${name}@acme.example`,
});

const requesterNames = Array.from({ length: 12 }, (_, index) => `requester${index + 1}`);
const reviewerNames = Array.from({ length: 7 }, (_, index) => `reviewer${index + 1}`);
const channelName = "releases";
const groupId = "S0REVIEWERS";
const channelNames = ["requester1", "requester2", "reviewer1", "reviewer2", "reviewer3"];

/** Starts the services, a database, the replicas with a proxy each, and the balancer. */
export async function startChaosWorld(seed: number, options: RunOptions): Promise<ChaosWorld> {
  const figures = new Figures();
  const began = Date.now();
  const say = (what: string) => {
    if (options.verbose) console.log(`${((Date.now() - began) / 1000).toFixed(1)} s  ${what}`);
  };
  const postgres = await startPostgres();
  await migrate(postgres.url);
  const database = connect(postgres.url, { applicationName: "chaos" });
  const context = contextOf(database);
  let replicas: Replicas | undefined;
  const balancer = await startBalancer(() => replicas?.ready() ?? [], random(seed, "balancer"), figures);
  const weather = makeWeather(random(seed, "weather"), figures, (index, why) => replicas?.kill(index, why));
  const far = await startFarEnds(seed, options.replicas, { botUrl: () => balancer.url, weather, figures });
  // The address for reports names the replica that sent the webhook; the balancer strips it.
  const envs = await Promise.all(
    far.proxies.map((proxy, index) => environment(postgres.url, `${balancer.url}/by/${index}`, proxy)),
  );
  const planned = options.builds.map((build, index) => ({
    build,
    env: envs[index] as (typeof envs)[number],
  }));
  replicas = startReplicas(planned, figures, say);
  await replicas.allReady();
  // The setup needs the organization that the first start stores.
  if (replicas.faults.length > 0) throw new Error(replicas.faults.join("\n"));
  const { slack, mail, site, calls } = far;
  const organizationId = slack.workspace.team.id;
  const setUpParts = { seed, options, context, database, organizationId, far, figures };
  const { places, admin, tokens, lookups } = await setUp(setUpParts);
  const pipeline = new Pipeline(balancer.url, tokens, figures);
  return {
    ...{ seed, figures, slack, mail, postgres, database, organizationId, balancer, replicas, weather, site },
    ...{ calls, say, places, admin, channel: channelOf(slack) },
    ...{ pipeline, renames: new Renames({ pipeline, seed: lookups, organizationId, places, figures }) },
    clock: new Clock(context, organizationId, figures),
    isMixed: options.previous !== undefined,
    requesters: [...requesterNames, reviewerNames.at(-1) as string],
    reviewers: reviewerNames,
    read: (work) => persist(() => work(database)),
    build: (place, version) => persist(() => bring(context, organizationId, place, version)),
    stop: async () => {
      await replicas?.stop();
      await Promise.all([far.stop(), balancer.stop()]);
      await database.close();
      await postgres.stop();
    },
  };
}

type FarEnds = {
  slack: SlackStandIn;
  mail: MailStandIn;
  site: DeploySite;
  calls: Call[];
  proxies: FarProxy[];
  /** The address of the receiver of webhooks. */
  webhookUrl: string;
  stop(): Promise<void>;
};

/** Starts Slack, Resend, and the deploy site, with a proxy in front of them for each replica. */
async function startFarEnds(
  seed: number,
  replicas: number,
  { botUrl, weather, figures }: { botUrl(): string; weather: Weather; figures: Figures },
): Promise<FarEnds> {
  const slack = await startSlack({
    ...{ manifest: `${root}manifest.yml`, signingSecret, botToken, botUrl },
    people: [...requesterNames, ...reviewerNames, "admin"].map(person),
    channels: [{ name: channelName, members: [...channelNames, "bot"] }],
    groups: [{ id: groupId, handle: "reviewers", name: "Reviewers", users: [...reviewerNames] }],
    eventRetriesMs: [0, 500, 2_000],
  });
  const mail = await startMail();
  const calls: Call[] = [];
  const targets = { slack: slack.url, mail: mail.url };
  const proxies: FarProxy[] = [];
  for (let index = 0; index < replicas; index++)
    proxies.push(await startFarProxy(index, targets, weather, calls));
  const site = await startDeploySite(seed, figures);
  const webhooks = await startWebhookProxy(site.url, weather, calls);
  const all = [slack, mail, site, webhooks, ...proxies];
  return {
    ...{ slack, mail, site, calls, proxies, webhookUrl: webhooks.url },
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
    },
  };
}

const idOf = ({ workspace }: SlackStandIn, name: string): string =>
  workspace.people.find((one) => one.name === name)?.id as string;

function channelOf({ workspace }: SlackStandIn): ChaosWorld["channel"] {
  const found = [...workspace.channels.values()].find(({ name }) => name === channelName);
  if (found === undefined) throw new Error("The review channel is not there");
  return found;
}

/** Sets up the organization. The seed decides how many approvals are needed and where cards go. */
async function setUp(parts: {
  seed: number;
  options: RunOptions;
  context: Context;
  database: Database;
  organizationId: string;
  far: FarEnds;
  figures: Figures;
}): Promise<{ places: Place[]; admin: Admin; tokens: Token[]; lookups: SeedDeps }> {
  const { seed, options, context, database, organizationId, far, figures } = parts;
  const { slack, site, webhookUrl: url } = far;
  const requiredApprovals = seed % 3 === 0 ? 2 : 1;
  const begin = { requests: options.requests, requiredApprovals, reviewers: reviewerNames };
  await seedCatalog({ context, organizationId, botToken, apiUrl: slack.url }, begin);
  const reviewers = reviewerNames.map((name) => idOf(slack, name));
  const adminId = idOf(slack, "admin");
  const channel = channelOf(slack);
  const lookups = seedLookups({ context, organizationId, botToken, apiUrl: slack.url });
  const saving = { context, organizationId, admin: adminId, channel, slack, groupId, seed: lookups };
  const leavers = [...reviewers, ...requesterNames.slice(0, 4).map((name) => idOf(slack, name))];
  const admin = new Admin({ ...saving, reviewers, leavers, figures });
  const people = { members: reviewers, assignees: [], away: [], isArchived: false } as const;
  const first = { ...people, requiredApprovals, enabled: true } as const;
  await admin.begin({ ...first, cardsTo: "reviewers" });
  if (seed % 2 === 1) await admin.set({ ...first, cardsTo: "channel" });
  const places = await placesOf(database, organizationId);
  await setWebhooks(context, { organizationId, admin: adminId, secret, url }, places, site);
  const owners = [adminId, reviewers[0] as string];
  const tokens = await createTokens(context, { organizationId, admin: adminId }, owners);
  return { places, admin, tokens, lookups };
}

/** Records that a pipeline deployed a new build to the first environment. */
async function bring(context: Context, organizationId: string, place: Place, version: string): Promise<void> {
  const { id: integrationId, source: environmentId } = place;
  const build = { integrationId, environmentId, version, commit: null, link: null };
  const actor = system("the pipeline");
  await recordManualDeployment(context, { organizationId, actor, surface: "api", ...build });
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
