import { fileURLToPath } from "node:url";
import { people } from "../../sandbox/people.ts";
import type { StandInMessage } from "../../sandbox/slack/index.ts";
import { startWorld, type World } from "../../sandbox/world.ts";
import type { AppOptions } from "../../src/app.ts";
import { createLog } from "../../src/log.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export type TestWorld = World & {
  database: TestDatabase;
  /** A person's user id by name: `dana`. */
  id(name: string): string;
  /** What a person's direct messages with the bot hold, oldest first, as one text each. */
  texts(name: string): string[];
  /** The newest message to a person with a button of this action. */
  cardOf(name: string, actionId?: string): StandInMessage;
  /** Presses a button on the newest message that has it. */
  press(name: string, actionId: string): ReturnType<World["slack"]["click"]>;
  /** What the bot last said to a person privately. */
  privately(name: string): string;
  /** Opens the request modal for an integration, and submits it. */
  request(name: string, integration: string, message?: string): Promise<void>;
};

export type TestWorldOptions = Partial<AppOptions> & { seed?: string; databaseUrl?: string };

/** The bot in its production wiring between the stand-ins, on a database of its own, seeded as the sandbox is. */
export async function testWorld(options: TestWorldOptions = {}): Promise<TestWorld> {
  const { seed = `${root}sandbox/seed.yml`, databaseUrl, ...app } = options;
  const database = await testDatabase();
  const world = await startWorld({
    databaseUrl: databaseUrl ?? database.url,
    manifest: `${root}manifest.yml`,
    seed,
    slack: { people },
    app: { log: createLog("silent"), ...app },
  });
  return dress(world, database);
}

function dress(world: World, database: TestDatabase): TestWorld {
  const { slack } = world;
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
  const dressed = {
    database,
    id,
    texts: (name: string) => slack.messagesFor(id(name)).map((message) => textOf(message)),
    cardOf,
    press: (name: string, actionId: string) => slack.click(id(name), cardOf(name, actionId), { actionId }),
    privately: (name: string) => {
      const last = slack.ephemeralsFor(id(name)).at(-1);
      return last === undefined ? "" : textOf(last);
    },
    request: async (name: string, integration: string, message = "") => {
      const opened = await slack.command(id(name), `/promote ${integration}`);
      if (opened.error !== undefined) throw new Error(opened.error);
      await slack.submit(id(name), message === "" ? {} : { message_input: message });
      await world.app.idle();
    },
    stop: async () => {
      await world.stop();
      await database.drop();
    },
  };
  // The world's own getters stay alive: the app changes when it is restarted.
  return Object.assign(Object.create(world) as World, dressed);
}

function hasAction(message: { blocks: object[] }, actionId: string): boolean {
  return JSON.stringify(message.blocks).includes(`"action_id":"${actionId}"`);
}

/** Everything that a message or view says, as one text. */
export function textOf(shown: { text?: string; blocks: object[] }): string {
  const said: string[] = shown.text === undefined ? [] : [shown.text];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value !== null && typeof value === "object") {
      const { type, text } = value as { type?: string; text?: unknown };
      if ((type === "mrkdwn" || type === "plain_text") && typeof text === "string") said.push(text);
      else Object.values(value).forEach(walk);
    }
  };
  walk(shown.blocks);
  return said.join("\n");
}
