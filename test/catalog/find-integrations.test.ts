import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findNamed, findTarget, searchIntegrations } from "../../src/queries/catalog/find-integrations.ts";
import { buildCatalog, type Catalog, commerce, type Project } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let fixture: Catalog;

const integration = (slug: string, name: string) => ({
  slug,
  name,
  deployer: "record" as const,
  builds: [],
  live: {},
});

const projects: Project[] = [
  {
    ...commerce,
    integrations: [
      integration("orders-sync", "Orders Sync"),
      integration("orders-sync-eu", "Orders Sync Europe"),
      integration("billing", "Billing"),
      integration("odd", "100%_off 'n' \\ \"all\""),
    ],
  },
  {
    ...commerce,
    slug: "finance",
    name: "Finance & Tax",
    environments: [
      { slug: "dev", name: "Development", critical: false },
      { slug: "preprod", name: "Pre Production", critical: false },
    ],
    integrations: [integration("billing", "Billing"), integration("ledger", "Ledger")],
  },
];

beforeAll(async () => {
  database = await testDatabase();
  fixture = await buildCatalog(database, { projects });
});
afterAll(() => database?.drop());

const named = (text: string) => findNamed(fixture.context.db, fixture.organizationId, text);
const search = async (typed: string) =>
  (await searchIntegrations(fixture.context.db, fixture.organizationId, typed)).map(
    ({ projectSlug, slug }) => `${projectSlug}/${slug}`,
  );

describe("what the words after /promote mean", () => {
  test.each([
    ["ledger", "ledger", null],
    ["LEDGER", "ledger", null],
    ["Orders Sync", "orders-sync", null],
    ["orders sync europe", "orders-sync-eu", null],
    ["  orders-sync   staging ", "orders-sync", "staging"],
    ["orders sync PRODUCTION", "orders-sync", "production"],
    ["finance/ledger preprod", "ledger", "preprod"],
    ["Finance & Tax/Ledger Pre Production", "ledger", "preprod"],
    ["commerce / billing staging", "billing", "staging"],
  ])("%s", async (text, slug, target) => {
    const project = slug === "ledger" ? "finance" : "commerce";
    expect(await named(text)).toMatchObject({
      kind: "one",
      integration: { slug, projectSlug: project },
      targetId: target === null ? null : fixture.environment(target, project),
    });
  });

  test("a name that two projects have offers both, and keeps the environment", async () => {
    const found = await named("billing staging");
    expect(found).toMatchObject({ kind: "many", name: "billing", target: "staging" });
    expect(found.kind === "many" && found.integrations.map((one) => one.projectSlug)).toEqual([
      "commerce",
      "finance",
    ]);
  });

  test("an environment that is none, or the first one, is answered with those that are", async () => {
    for (const wanted of ["mars", "development"]) {
      expect(await named(`orders-sync ${wanted}`)).toMatchObject({
        kind: "no-environment",
        integration: { slug: "orders-sync" },
        wanted,
        environments: ["Staging", "Production"],
      });
    }
  });

  test("no such integration is answered with similar ones, or none", async () => {
    const found = await named("orders");
    expect(found).toMatchObject({ kind: "none", name: "orders" });
    expect(found.kind === "none" && found.similar.map(({ slug }) => slug)).toEqual([
      "orders-sync",
      "orders-sync-eu",
    ]);
    expect(await named("mars/billing")).toMatchObject({ kind: "none", name: "mars/billing" });
    expect(await named("zzz")).toEqual({ kind: "none", name: "zzz", similar: [] });
  });

  test("hostile words are names like any other", async () => {
    expect(await named("100%_off 'n' \\ \"all\" staging")).toMatchObject({
      kind: "one",
      integration: { slug: "odd" },
    });
    for (const text of ["%", "_", "' or 1=1 --", "/", "//", "<!channel>", "\u0000", "🙂", "x ".repeat(500)]) {
      expect((await named(text)).kind).toBe("none");
    }
  });

  test("what another organization has is not found, and what is archived is not", async () => {
    const elsewhere = await buildCatalog(database, { projects: [commerce] });
    expect((await named("orders")).kind).toBe("none");
    const { sql } = database.database;
    await sql`update integrations set archived_at = now() where organization_id = ${elsewhere.organizationId}`;
    expect((await findNamed(elsewhere.context.db, elsewhere.organizationId, "orders")).kind).toBe("none");
  });
});

test("an environment of an integration that was chosen, by slug or name", async () => {
  const target = (id: string, wanted: string) =>
    findTarget(fixture.context.db, fixture.organizationId, id, wanted);
  const ledger = fixture.integration("ledger", "finance");
  const preprod = { kind: "one", targetId: fixture.environment("preprod", "finance") };
  expect(await target(ledger, "PREPROD")).toMatchObject(preprod);
  expect(await target(ledger, "pre production")).toMatchObject(preprod);
  expect(await target(ledger, "")).toMatchObject({ kind: "one", targetId: null });
  expect(await target(ledger, "mars")).toMatchObject({ kind: "no-environment" });
  expect(await target("00000000-0000-4000-8000-000000000000", "staging")).toBeUndefined();
});

describe("searching", () => {
  test("nothing typed lists all, by project and name", async () => {
    expect(await search("")).toEqual([
      "commerce/odd",
      "commerce/billing",
      "commerce/orders-sync",
      "commerce/orders-sync-eu",
      "finance/billing",
      "finance/ledger",
    ]);
  });

  test.each([
    ["sync ORD", ["commerce/orders-sync", "commerce/orders-sync-eu"]],
    ["eu sync", ["commerce/orders-sync-eu"]],
    ["fin bill", ["finance/billing"]],
    ["finance/bill", ["finance/billing"]],
    ["bill mars", []],
    ["%", ["commerce/odd"]],
    ["_", ["commerce/odd"]],
    ["'", ["commerce/odd"]],
    ["\\", ["commerce/odd"]],
    ['"', ["commerce/odd"]],
    ["& tax", ["finance/billing", "finance/ledger"]],
    ["'; drop table integrations; --", []],
    ["bill\u0000fin", ["finance/billing"]],
  ])("%s", async (typed, expected) => {
    expect(await search(typed)).toEqual(expected);
  });

  test("at most 100, what a select takes", async () => {
    const many = Array.from({ length: 120 }, (_, i) => integration(`feed-${i}`, `Feed ${i}`));
    const big = await buildCatalog(database, { projects: [{ ...commerce, integrations: many }] });
    const found = (typed: string) => searchIntegrations(big.context.db, big.organizationId, typed);
    expect(await found("")).toHaveLength(100);
    expect((await found("feed 119")).map(({ slug }) => slug)).toEqual(["feed-119"]);
  });
});

test("short names lead to one integration, even where an earlier version stored two projects with one name", async () => {
  const other = await buildCatalog(database, { projects });
  const { db } = other.context;
  await database.database.sql`
    update projects set name = 'Commerce' where organization_id = ${other.organizationId} and slug = 'finance'`;
  for (const [text, project] of [
    ["commerce/billing", "commerce"],
    ["Finance/BILLING", "finance"],
  ] as const) {
    expect(await findNamed(db, other.organizationId, text)).toMatchObject({
      ...{ kind: "one", integration: { projectSlug: project, slug: "billing" } },
    });
  }
  expect(await findNamed(db, other.organizationId, "billing")).toMatchObject({ kind: "many" });
});
