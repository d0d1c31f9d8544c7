import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { SlackUser } from "../../src/directory/slack-user.ts";
import {
  type LoadedFile,
  loadSeedFile,
  type SeedDeps,
  type SeedFileOptions,
} from "../../src/seed/load-seed-file.ts";
import { printReport } from "../../src/seed/print-report.ts";
import { SeedError } from "../../src/seed/seed-file.ts";
import type { FoundChannel } from "../../src/seed/slack-lookups.ts";
import { saveOrganization } from "../../src/usecases/people/save-organization.ts";
import type { Context } from "../../src/usecases/shared/context.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

/** Everything that a load may change. */
const tables = [
  "projects",
  "environments",
  "integrations",
  "roles",
  "role_holdings",
  "requester_roles",
  "workflow_versions",
  "builds",
  "deployments",
  "live_builds",
  "webhooks",
  "audit_log",
  "seed_values",
] as const;

/**
 * Creates an organization of its own, with the people Ada, Bob, Carol, and Dana in Slack, and loads seed files into it.
 * `slack` says what Slack knows, and a test may change it.
 */
export async function seedFiles(database: TestDatabase) {
  const organizationId = `T${randomUUID().slice(0, 8)}`;
  const context: Context = { db: database.database.db, now: () => new Date(), wake: () => {} };
  await saveOrganization(context, { id: organizationId, name: "Acme", url: "https://acme.slack.example/" });
  const user = (name: string): SlackUser => ({
    ...{ id: `U${name.toUpperCase()}`, team_id: organizationId, real_name: name },
    profile: { email: `${name}@acme.example` },
  });
  const slack = {
    users: ["ada", "bob", "carol", "dana"].map(user),
    groups: [{ id: "S0ONCALL", handle: "on-call" }],
    channels: new Map<string, FoundChannel>([
      ["releases", { ok: true, id: "C0RELEASES", name: "releases" }],
      ["C0RELEASES", { ok: true, id: "C0RELEASES", name: "releases" }],
      ["old", { ok: false, why: "archived", name: "old" }],
    ]),
  };
  const deps: SeedDeps = {
    context,
    findByEmail: async (email) => slack.users.find(({ profile }) => profile?.email === email),
    listGroups: async () => slack.groups,
    findChannel: async (name) => slack.channels.get(name) ?? { ok: false, why: "not-found", name },
    webhooks: { seal: (plain) => `sealed ${plain}`, addressFault: () => null },
  };
  const load = (text: string, options?: SeedFileOptions): Promise<LoadedFile> =>
    loadSeedFile(deps, organizationId, text, options);
  const { sql } = database.database;
  const rows = async () => {
    const lists = tables.map((table) =>
      sql`select * from ${sql(table)} t where organization_id = ${organizationId} order by t::text`.then(
        (list) => [table, [...list]] as const,
      ),
    );
    return Object.fromEntries(await Promise.all(lists));
  };
  return {
    organizationId,
    context,
    slack,
    deps,
    load,
    rows,
    /** Forgets what earlier loads said, as after an upgrade. */
    forget: () => sql`delete from seed_values where organization_id = ${organizationId}`,
    /** Loads a file, and returns what it printed. */
    print: async (text: string, options?: SeedFileOptions) =>
      printReport("seed.yml", await load(text, options)),
    /** Returns why a file is refused, and checks that it changed nothing. @throws if it is not refused */
    refused: async (text: string, options?: SeedFileOptions): Promise<string> => {
      const before = JSON.stringify(await rows());
      try {
        await load(text, options);
      } catch (error) {
        if (!(error instanceof SeedError)) throw error;
        if (JSON.stringify(await rows()) !== before) throw new Error("A refused file changed something");
        return error.message;
      }
      throw new Error("The file was not refused");
    },
  };
}

export type SeedFiles = Awaited<ReturnType<typeof seedFiles>>;

/** Gives the tests of a file a database, and each test an organization of its own in it (see `seedFiles`). */
export function freshSeedFiles(): { database: TestDatabase; files: SeedFiles } {
  const database = {} as TestDatabase;
  const files = {} as SeedFiles;
  beforeAll(async () => {
    Object.assign(database, await testDatabase());
  });
  beforeEach(async () => {
    Object.assign(files, await seedFiles(database));
  });
  afterAll(() => database.drop());
  return { database, files };
}
