import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StandInPerson } from "../../../../sandbox/slack/index.ts";
import type { Stack, StackOptions } from "../../../../sandbox/stack.ts";

type Done = { ok: boolean; value?: unknown; refusal?: unknown };

/** The version in a checkout, with its own dependencies. */
export type Previous = {
  folder: string;
  people: StandInPerson[];
  startStack(options: StackOptions): Promise<Stack>;
  /** Opens a database with that version's driver and schema. */
  connect(url: string): { db: unknown; close(): Promise<void> };
  log: unknown;
  /**
   * Calls a use case by its file below src/usecases and its name. Returns its value.
   * @throws if it refuses
   */
  call(file: string, name: string, ...args: unknown[]): Promise<unknown>;
};

export async function previousVersion(folder: string): Promise<Previous> {
  const load = async (path: string): Promise<Record<string, unknown>> =>
    (await import(pathToFileURL(join(folder, path)).href)) as Record<string, unknown>;
  const find = async <T>(path: string, name: string) => (await load(path))[name] as T;
  const createLog = await find<(level: string) => unknown>("src/lib/log.ts", "createLog");
  return {
    folder,
    people: await find("sandbox/people.ts", "people"),
    startStack: await find("sandbox/stack.ts", "startStack"),
    connect: await find("db/connection/connect.ts", "connect"),
    log: createLog("silent"),
    async call(file, name, ...args) {
      const verb = await find<(...given: unknown[]) => Promise<Done>>(`src/usecases/${file}`, name);
      const done = await verb(...args);
      if (!done.ok) throw new Error(`${name} refused: ${JSON.stringify(done.refusal)}`);
      return done.value;
    },
  };
}
