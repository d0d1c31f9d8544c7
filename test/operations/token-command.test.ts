import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiTokens } from "../../db/schema/index.ts";
import { scopes } from "../../src/domain/tokens/scope.ts";
import { useToken } from "../../src/usecases/tokens/use-token.ts";
import { accepted, buildCatalog, type Catalog, commerce } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

let database: TestDatabase;
let fixture: Catalog;
beforeAll(async () => {
  database = await testDatabase();
  fixture = await buildCatalog(database);
});
afterAll(() => database?.drop());

/** Runs `npm run token` with these arguments. `code` is its exit code. */
async function run(args: readonly string[], env: Record<string, string> = { DATABASE_URL: database.url }) {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", "src/bin/create-token.ts", ...args], {
    ...{ cwd: root, env: { PATH, ...env } },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written = { out: "", words: "" };
  child.stdout.on("data", (chunk) => (written.out += String(chunk)));
  child.stderr.on("data", (chunk) => (written.words += String(chunk)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...written };
}

const asked = (change: Record<string, string> = {}) =>
  Object.entries({
    name: "CI",
    scopes: "builds:write, deployments:write",
    member: "Ada@acme.example",
    ...change,
  }).flatMap(([option, value]) => [`--${option}`, value]);

test("the token, and nothing else, goes to the standard output; it works, and the audit log says where it was made", async () => {
  const { code, out, words } = await run(asked({ project: "commerce" }));
  expect({ code, words }).toEqual({
    code: 0,
    words:
      "Made the token CI of Acme: builds:write, deployments:write, for commerce. It acts for ada. You will not see it again:\n",
  });
  expect(out).toMatch(/^sgn_[A-Za-z0-9_-]{43}\n$/);
  const token = accepted(await useToken(fixture.context, out.trim()));
  expect(token).toMatchObject({
    name: "CI",
    memberId: "UADA",
    makerId: "UADA",
    projectId: expect.any(String),
  });
  expect((await fixture.audit()).at(-1)).toMatchObject({
    ...{
      action: "token.created",
      surface: "command-line",
      actor: { kind: "system", reason: "command line" },
    },
  });
});

test("a name that is taken is refused, and nothing goes to the standard output", async () => {
  expect(await run(asked())).toEqual({
    ...{ code: 1, out: "" },
    words: "No token was made.\nThere is one called CI already. Choose another name.\n",
  });
});

test("without arguments it says how it is used, with every scope", async () => {
  const { code, out, words } = await run([]);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  for (const scope of scopes) expect(words).toContain(scope);
});

test.each<[string, string[], string]>([
  [
    "an address that nobody has",
    asked({ member: "eve@acme.example" }),
    "no active member with the address eve@acme.example",
  ],
  ["a workspace that there is not", asked({ organization: "T0" }), "with the address Ada@acme.example in T0"],
  [
    "a project that there is not",
    asked({ name: "X", project: "finance" }),
    "There is no project finance. There are commerce.",
  ],
])("it names %s", async (_, args, said) => {
  const { code, out, words } = await run(args);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(words).toContain(`No token was made.\n`);
  expect(words).toContain(said);
  expect(words).not.toMatch(/\n\s+at /);
});

test("a missing DATABASE_URL and an unreachable database are reported", async () => {
  const none = await run(asked(), {});
  expect(none).toMatchObject({ code: 1, out: "" });
  expect(none.words).toContain("DATABASE_URL is missing");
  const dead = await run(asked(), { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  expect(dead).toMatchObject({ code: 1, out: "" });
  expect(dead.words).toMatch(/^No token was made\.\nThe database cannot be used: .*\. Check DATABASE_URL/);
});

test("a person in two workspaces needs --organization", async () => {
  const other = await buildCatalog(database, { projects: [{ ...commerce, slug: "other" }] });
  const both = await run(asked({ name: "Both" }));
  expect(both).toMatchObject({ code: 1, out: "" });
  expect(both.words).toContain("say which, with --organization");
  const { code, out } = await run(asked({ name: "Both", organization: other.organizationId }));
  expect(code).toBe(0);
  expect(accepted(await useToken(fixture.context, out.trim())).organizationId).toBe(other.organizationId);
  const { db } = database.database;
  expect(await db.select().from(apiTokens).where(eq(apiTokens.name, "Both"))).toHaveLength(1);
});
