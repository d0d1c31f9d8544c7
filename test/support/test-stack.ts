import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, vi } from "vitest";
import { parse, stringify } from "yaml";
import * as workflows from "../../db/workflow/workflow.ts";
import { people as sandboxPeople } from "../../sandbox/people.ts";
import type { SlackOptions, StandInMessage, StandInPerson, StandInView } from "../../sandbox/slack/index.ts";
import { type Stack, type StackOptions, startStack } from "../../sandbox/stack.ts";
import { type App, type AppOptions, startApp } from "../../src/compose/app.ts";
import { seedDeps } from "../../src/compose/seed-deps.ts";
import { readConfig } from "../../src/config.ts";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import { system } from "../../src/domain/shared/actor.ts";
import type { WorkflowOptions } from "../../src/domain/workflow/workflow.ts";
import { createLog } from "../../src/lib/log.ts";
import { type LoadedFile, loadSeedFile, type SeedFileOptions } from "../../src/seed/load-seed-file.ts";
import { slackClients } from "../../src/slack/client/clients.ts";
import { saveMembers } from "../../src/usecases/people/save-members.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { type DatabaseProxy, databaseProxy } from "./database-proxy.ts";
import type { PlainSeed as Seed } from "./plain-seed.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export type TestStack = Stack & {
  database: TestDatabase;
  /** Returns a person's user ID by name, such as `dana`. */
  id(name: string): string;
  /** Returns a person's direct messages with the bot, oldest first, each as one text. */
  texts(name: string): string[];
  /** Returns the newest message to a person, or the newest with a button of this action. */
  cardOf(name: string, actionId?: string): StandInMessage;
  /** Clicks a button on the newest message that has it. */
  press(name: string, actionId: string): ReturnType<Stack["slack"]["click"]>;
  /** Returns the bot's last ephemeral message to a person. */
  lastEphemeral(name: string): string;
  /** Opens the request modal for an integration, and submits it. */
  request(name: string, integration: string, message?: string): Promise<void>;
  /**
   * Returns a person's open modal.
   * @throws if there is none
   */
  modal(name: string): StandInView;
  /** Returns the text of a person's open modal. */
  modalText(name: string): string;
  /** Opens a person's App Home and waits until the bot has drawn it. */
  openHome(name: string): Promise<StandInView>;
  /**
   * Returns a person's App Home as last published.
   * @throws if there is none
   */
  home(name: string): StandInView;
  /** Returns the text of a person's App Home. */
  homeText(name: string): string;
  /** Clicks a button, or selects an overflow option, in a person's App Home. */
  pressHome(name: string, actionId: string, value?: string): ReturnType<Stack["slack"]["click"]>;
  /** Clicks a button, or selects an overflow option, in a person's open modal. */
  pressModal(name: string, actionId: string, value?: string): ReturnType<Stack["slack"]["click"]>;
  /**
   * Waits until Slack has sent all events and the outbox is empty. Work that a listener does after its
   * acknowledgment may still be running.
   */
  settle(): Promise<void>;
  /** Returns a person's card of this request. */
  cardFor(name: string, number: number): StandInMessage;
  /** The names of the seeded people. */
  people: readonly string[];
  /** Loads the text of a seed file. */
  load(seed: string, options?: SeedFileOptions): Promise<LoadedFile>;
  /** Loads the sandbox's seed again with a change, which wins over everything. Live builds are not changed. */
  reseed(change: (seed: Seed) => void): Promise<void>;
  /** Saves the workflow with other options without checking R6, as if people had left since then. */
  setOptions(change: Partial<WorkflowOptions>): Promise<void>;
  /** Stores how a person stands in Slack, as a message of Slack about them does, and waits until it is followed. */
  stands(name: string, status: MemberStatus): Promise<void>;
  /** Makes builds live as a seed file does: `{ development: "1.5.0" }` of `commerce/orders-sync`. */
  setLive(path: string, live: Record<string, string>): Promise<void>;
  /** Restarts the bot at the same address with some environment variables changed. */
  restartWith(env: Record<string, string>): Promise<void>;
  /** The proxy in front of the database. Only with the option `proxied`. */
  proxy: DatabaseProxy;
};

export type TestStackOptions = Partial<AppOptions> &
  Pick<StackOptions, "env" | "prepare"> & {
    seed?: string | undefined;
    people?: StandInPerson[];
    /** Loads no seed: nothing is set up in the organization. */
    empty?: boolean;
    /** Options of the workspace, such as channels and user groups. */
    slack?: Partial<SlackOptions>;
    /** Adds a proxy in front of the database, so that a test can disconnect it. */
    proxied?: boolean;
    /** A database to start on, in place of a new one. The stack drops it when it stops. */
    database?: TestDatabase;
  };

const sandboxSeed = `${root}sandbox/seed.yml`;

/** Starts the bot with its production wiring and stand-ins on a new database, with the sandbox's seed. */
export async function startTestStack(options: TestStackOptions = {}): Promise<TestStack> {
  const {
    seed = sandboxSeed,
    people = sandboxPeople,
    proxied = false,
    empty = false,
    slack,
    env = {},
    prepare = () => {},
    database = await testDatabase(),
    ...app
  } = options;
  const proxy = proxied ? await databaseProxy(database.url) : undefined;
  const appOptions: AppOptions = { log: createLog("silent"), ...app };
  const stack = await startStack({
    databaseUrl: proxy?.url ?? database.url,
    manifest: `${root}manifest.yml`,
    ...(!empty && { seed }),
    slack: { people, ...slack },
    ...{ app: appOptions, env, prepare },
  });
  if (!empty) await skipDigest(database, stack.app);
  return withHelpers(stack, { database, proxy, appOptions, people: people.map(({ name }) => name) });
}

type HelperDeps = {
  database: TestDatabase;
  proxy: DatabaseProxy | undefined;
  appOptions: AppOptions;
  people: string[];
};

/** Counts the seed's changes as told, so that no digest of them arrives minutes later in the middle of a test. */
async function skipDigest({ database: { sql } }: TestDatabase, { organizationId }: App): Promise<void> {
  await sql`delete from outbox where organization_id = ${organizationId} and key = 'digest'`;
  await sql`update change_digests set sent_at = now(), through_id = (select max(id) from audit_log)
    where organization_id = ${organizationId}`;
}

function withHelpers(stack: Stack, { database, proxy, appOptions, people }: HelperDeps): TestStack {
  let restarted: App | undefined;
  const app = () => restarted ?? stack.app;
  const helpers = {
    get app() {
      return app();
    },
    get proxy() {
      if (proxy === undefined) throw new Error("This stack has no proxy");
      return proxy;
    },
    database,
    people,
    ...readers(stack),
    ...actions(stack, app, database),
    ...surfaces(stack, app),
    restartWith: async (env: Record<string, string>) => {
      await app().stop(500);
      restarted = await startApp(readConfig({ ...stack.env, ...env }), appOptions);
    },
    stop: async () => {
      stack.slack.faults.clear();
      await proxy?.up().catch(() => undefined);
      await restarted?.stop(1000);
      await stack.stop();
      await proxy?.down();
      await database.drop();
    },
  };
  // Keeps the stack's own getters, because the app changes when it is restarted.
  return Object.create(stack, Object.getOwnPropertyDescriptors(helpers)) as TestStack;
}

/** What people see. */
function readers({ slack }: Stack) {
  const id = (name: string): string => {
    const found = [...slack.workspace.people.values()].find((person) => person.name === name);
    if (found === undefined) throw new Error(`Nobody is called ${name}`);
    return found.id;
  };
  const cardOf = (name: string, actionId?: string): StandInMessage => {
    const found = slack
      .messagesFor(id(name))
      .filter((message) => actionId === undefined || hasAction(message, actionId))
      .at(-1);
    if (found === undefined) throw new Error(`${name} has no message with ${actionId}`);
    return found;
  };
  const modal = (name: string): StandInView => {
    const view = slack.topView(id(name));
    if (view === undefined) throw new Error(`${name} has no modal open`);
    return view;
  };
  const home = (name: string): StandInView => {
    const view = slack.homeView(id(name));
    if (view === undefined) throw new Error(`${name} has no Home`);
    return view;
  };
  return {
    id,
    cardOf,
    modal,
    modalText: (name: string) => textOf({ blocks: modal(name).blocks }),
    home,
    homeText: (name: string) => textOf({ blocks: home(name).blocks }),
    cardFor: (name: string, number: number) => {
      const found = slack
        .messagesFor(id(name))
        .find(({ blocks }) => blocks[0]?.type === "header" && textOf({ blocks }).startsWith(`#${number} `));
      if (found === undefined) throw new Error(`${name} has no card of #${number}`);
      return found;
    },
    texts: (name: string) => slack.messagesFor(id(name)).map((message) => textOf(message)),
    press: (name: string, actionId: string) => slack.click(id(name), cardOf(name, actionId), { actionId }),
    lastEphemeral: (name: string) => {
      const last = slack.ephemeralsFor(id(name)).at(-1);
      return last === undefined ? "" : textOf(last);
    },
  };
}

/** What people do in modals and in their App Home. */
function surfaces(stack: Stack, app: () => App) {
  const { slack } = stack;
  const { id, home } = readers(stack);
  const settle = async () => {
    await slack.delivered();
    await app().idle();
  };
  const target = (actionId: string, value?: string) => ({ actionId, ...(value !== undefined && { value }) });
  return {
    settle,
    stands: async (name: string, status: MemberStatus) => {
      const { context, organizationId } = app();
      const { id, realName, email, tz } = [...slack.workspace.people.values()].find(
        (person) => person.name === name,
      ) as StandInPerson & { id: string };
      const member = { id, organizationId, name: realName ?? name, email: email ?? null };
      await saveMembers(context, [{ ...member, timeZone: tz ?? "UTC", status }]);
      await settle();
    },
    openHome: async (name: string) => {
      const publishedCount = () => publishedTo(slack, id(name));
      const before = publishedCount();
      const opened = await slack.openHome(id(name));
      if (opened.error !== undefined) throw new Error(opened.error);
      await vi.waitFor(() => expect(publishedCount()).toBeGreaterThan(before), { timeout: 20_000 });
      return home(name);
    },
    pressHome: (name: string, actionId: string, value?: string) =>
      slack.clickHome(id(name), target(actionId, value)),
    pressModal: (name: string, actionId: string, value?: string) =>
      slack.clickView(id(name), target(actionId, value)),
  };
}

/** Returns how often the bot has published this person's App Home. */
const publishedTo = ({ calls }: Stack["slack"], userId: string): number =>
  calls.filter(({ method, args, answer }) => method === "views.publish" && args.user_id === userId && answer)
    .length;

/** What people and their pipelines do. */
function actions({ slack, config }: Stack, app: () => App, database: TestDatabase) {
  const { id } = readers({ slack } as Stack);
  const load = async (seed: string, options?: SeedFileOptions) => {
    const { botToken: token, apiUrl } = config.slack;
    const clients = slackClients({ token, apiUrl, log: createLog("silent") });
    const { context, organizationId } = app();
    const loaded = await loadSeedFile(seedDeps(context, clients, config), organizationId, seed, options);
    await skipDigest(database, app());
    await app().idle();
    return loaded;
  };
  const reseed = async (change: (seed: Seed) => void) => {
    const seed = parse(await readFile(sandboxSeed, "utf8")) as Seed;
    // Live builds are not changed.
    for (const { integrations } of seed.projects)
      for (const integration of integrations) integration.live = {};
    change(seed);
    await load(stringify(seed), { force: true });
  };
  return {
    load,
    reseed,
    setOptions: async (change: Partial<WorkflowOptions>) => {
      const { context, organizationId } = app();
      await context.db.transaction(async (tx) => {
        const current = await workflows.current(tx, organizationId);
        const options = { ...current.options, ...change };
        const next = { ...current, version: current.version + 1, options };
        await workflows.add(tx, organizationId, next, system("test"), context.now());
      });
    },
    setLive: (path: string, live: Record<string, string>) =>
      reseed((seed) => {
        const [project, integration] = path.split("/");
        const found = seed.projects
          .find(({ slug }) => slug === project)
          ?.integrations.find(({ slug }) => slug === integration);
        if (found === undefined) throw new Error(`There is no ${path}`);
        found.live = liveBuilds(found, live);
        delete seed.workflow;
      }),
    request: async (name: string, integration: string, message = "") => {
      const opened = await slack.command(id(name), `/promote ${integration}`);
      if (opened.error !== undefined) throw new Error(opened.error);
      const submitted = await slack.submit(id(name), message === "" ? {} : { message_input: message });
      const refused = slack.topView(id(name));
      if (submitted.error !== undefined || refused !== undefined) {
        throw new Error(submitted.error ?? JSON.stringify([refused?.errors, refused?.blocks[0]]));
      }
      await app().idle();
    },
  };
}

type SeedIntegration = Seed["projects"][number]["integrations"][number];

/** Returns build IDs for versions, and adds the builds that do not exist yet. */
function liveBuilds(integration: SeedIntegration, live: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(live).map(([environment, version]) => {
      const existing = integration.builds.find((build) => build.version === version);
      const id = existing?.id ?? `${integration.slug}-${version}`;
      if (existing === undefined) integration.builds.push({ id, version });
      return [environment, id];
    }),
  );
}

function hasAction(message: { blocks: object[] }, actionId: string): boolean {
  return JSON.stringify(message.blocks).includes(`"action_id":"${actionId}"`);
}

/**
 * Waits for an effect that follows a response, until the check no longer throws. The timeout allows for a
 * busy machine.
 */
export const eventually = <T>(look: () => T | Promise<T>, timeout = 30_000): Promise<T> =>
  vi.waitFor(look, { timeout, interval: 20 });

/** Returns the value of the button of a request in a list, or an empty string if the list does not have it. */
export const listedValue = ({ blocks }: { blocks: object[] }, number: number): string =>
  new RegExp(`"value":"(${number} [^"]*)"`).exec(JSON.stringify(blocks))?.[1] ?? "";

/** Returns all texts of a message or view as one. */
export function textOf(shown: { text?: string; blocks: object[] }): string {
  const texts: string[] = shown.text === undefined ? [] : [shown.text];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value !== null && typeof value === "object") {
      const { type, text } = value as { type?: string; text?: unknown };
      if ((type === "mrkdwn" || type === "plain_text") && typeof text === "string") texts.push(text);
      else Object.values(value).forEach(walk);
    }
  };
  walk(shown.blocks);
  return texts.join("\n");
}
