import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSecrets } from "../../src/lib/secrets.ts";
import { getWebhook } from "../../src/queries/deployments/get-webhook.ts";
import { rotateWebhookSecret } from "../../src/usecases/deployments/rotate-webhook-secret.ts";
import { type SaveWebhook, saveWebhook } from "../../src/usecases/deployments/save-webhook.ts";
import { accepted, by, refusal, refusedUntouched } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { projectFixture } from "../support/projects.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const secrets = createSecrets("0123456789abcdef0123456789abcdef");
const ports = {
  ...secrets,
  addressFault: (url: string) => (url.startsWith("https://") ? null : ("not-https" as const)),
};
const url = "https://hooks.example.com/deploy?key=hunter2";

async function webhookFixture(who = "ada") {
  const fixture = await projectFixture(database, who);
  const { context, organizationId, projectId } = fixture;
  const place = { ...fixture.by, projectId, integrationId: fixture.integration() };
  type Row = { deployer: string; secret: string; url: string; version: number; silence_minutes: number };
  const rows = async (table: string) => (await fixture.allRows())[table] as Row[];
  return {
    ...fixture,
    save: (change: Partial<SaveWebhook> = {}) =>
      saveWebhook(context, ports, { ...place, version: null, url, silenceMinutes: 45, ...change }),
    rotate: (change: object = {}, by = ports) => rotateWebhookSecret(context, by, { ...place, ...change }),
    /** Returns the secrets that a promotion would be signed with now. */
    signing: async () => {
      const now = fixture.clock.now;
      const found = await getWebhook(context.db, organizationId, fixture.integration(), now);
      const sealed = found === undefined ? [] : [found.sealedSecret, ...found.sealedOldSecrets];
      return sealed.map((one) => secrets.open(one, { organizationId, integrationId: fixture.integration() }));
    },
    webhook: async () => (await rows("webhooks"))[0],
    deployer: async () => (await rows("integrations"))[0]?.deployer,
    opened: async () => {
      const sealed = (await rows("webhooks"))[0]?.secret ?? "";
      return secrets.open(sealed, { organizationId, integrationId: fixture.integration() });
    },
  };
}

test("an admin sets an address: its secret is made, shown once, kept encrypted; promotions go there", async () => {
  const fixture = await webhookFixture();
  const { version, secret } = accepted(await fixture.save());
  expect(version).toBe(1);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(await fixture.webhook()).toMatchObject({ url, silence_minutes: 45, version: 1 });
  expect(await fixture.opened()).toBe(secret);
  expect(await fixture.deployer()).toBe("webhook");
  const allRows = JSON.stringify(await fixture.allRows());
  expect(allRows).not.toContain(secret);
  expect(accepted(await fixture.save({ version: 1, silenceMinutes: 5 }))).toEqual({
    version: 2,
    secret: null,
  });
  expect(await fixture.opened()).toBe(secret);
});

test("R12: the audit log has the person and the change, but neither the secret nor the query of the address", async () => {
  const fixture = await webhookFixture();
  accepted(await fixture.save());
  accepted(await fixture.rotate());
  const log = await fixture.audit();
  const webhooks = log.filter(({ subject }) => subject === `webhook:${fixture.integration()}`);
  expect(webhooks).toMatchObject([
    {
      ...{ action: "webhook.saved", actor: by("ada"), before: null },
      after: { url: "https://hooks.example.com/deploy?…", silenceMinutes: 45, version: 1 },
    },
    { action: "webhook.secret-rotated", before: { version: 1 }, after: { version: 2 } },
  ]);
  expect(log).toContainEqual(
    expect.objectContaining({
      action: "integration.saved",
      before: expect.objectContaining({ deployer: "record" }),
      after: expect.objectContaining({ deployer: "webhook" }),
    }),
  );
  expect(JSON.stringify(log)).not.toMatch(/whsec|hunter2|v1\./);
});

test("saving what is there changes nothing, but makes it the deployer again", async () => {
  const fixture = await webhookFixture();
  accepted(await fixture.save());
  const before = await fixture.allRows();
  expect(accepted(await fixture.save({ version: 1 }))).toEqual({ version: 1, secret: null });
  expect(await fixture.allRows()).toEqual(before);
  const { name, slug } = { name: "Orders", slug: "orders" };
  const seen = { name, slug, deployer: "webhook" };
  const integration = { id: fixture.integration(), seen };
  accepted(await fixture.integrate({ integration, name, slug, deployer: "record" }));
  expect(await fixture.deployer()).toBe("record");
  expect(accepted(await fixture.save({ version: 1 }))).toEqual({ version: 1, secret: null });
  expect(await fixture.deployer()).toBe("webhook");
});

test("another secret: the old one signs beside it for a day, the new one at once", async () => {
  const fixture = await webhookFixture();
  expect(refusal(await fixture.rotate())).toEqual({ code: "no-webhook" });
  const first = accepted(await fixture.save()).secret;
  const { version, secret } = accepted(await fixture.rotate());
  expect(version).toBe(2);
  expect(secret).not.toBe(first);
  expect(await fixture.opened()).toBe(secret);
  expect(await fixture.signing()).toEqual([secret, first]);
  expect(accepted(await fixture.save({ version: 2, silenceMinutes: 5 })).secret).toBeNull();
  fixture.later({ days: 1, ms: -1 });
  expect(await fixture.signing()).toEqual([secret, first]);
  fixture.later({ ms: 1 });
  expect(await fixture.signing()).toEqual([secret]);
});

test("rotated again and again, what the receiver had before still signs; at most three old ones do", async () => {
  const fixture = await webhookFixture();
  const made = [accepted(await fixture.save()).secret];
  for (let turn = 0; turn < 4; turn++) made.unshift(accepted(await fixture.rotate()).secret);
  expect(await fixture.signing()).toEqual(made.slice(0, 4));
  expect(JSON.stringify(await fixture.allRows())).not.toContain("whsec_");
});

test("an unreadable secret is replaced, and does not sign in addition to the new one", async () => {
  const fixture = await webhookFixture();
  accepted(await fixture.save());
  const secret = accepted(await fixture.rotate({}, { ...ports, opens: () => false })).secret;
  expect(await fixture.signing()).toEqual([secret]);
});

describe("what is refused", () => {
  test("anybody but an admin", async () => {
    for (const who of ["dana", "bob"]) {
      const fixture = await webhookFixture(who);
      for (const act of [() => fixture.save(), () => fixture.rotate()]) {
        expect(await refusedUntouched(fixture, act)).toMatchObject({ code: "not-admin" });
      }
    }
  });

  test("an address that is not called, and a limit out of range", async () => {
    const fixture = await webhookFixture();
    const refused = (change: Partial<SaveWebhook>) => refusedUntouched(fixture, () => fixture.save(change));
    expect(await refused({ url: "http://hooks.example.com/" })).toEqual({
      code: "address-unusable",
      why: "not-https",
    });
    expect(await refused({ url: `https://hooks.example.com/${"x".repeat(2000)}` })).toMatchObject({
      code: "address-unusable",
    });
    for (const silenceMinutes of [0, -1, 1.5, Number.NaN, 10_081]) {
      expect(await refused({ silenceMinutes })).toEqual({ code: "silence-limit", least: 1, most: 10_080 });
    }
  });

  test("when two save, the second one", async () => {
    const fixture = await webhookFixture();
    accepted(await fixture.save());
    expect(await refusedUntouched(fixture, () => fixture.save({ url: `${url}2` }))).toMatchObject({
      code: "stale",
      by: { name: "ada" },
    });
  });

  test("an integration of another organization, of none, or an archived one", async () => {
    const [fixture, elsewhere] = [await webhookFixture(), await webhookFixture()];
    const integrationId = elsewhere.integration();
    const { projectId } = elsewhere;
    for (const change of [{ integrationId }, { projectId }, { integrationId, projectId }]) {
      expect(await refusedUntouched(fixture, () => fixture.save(change))).toMatchObject({
        code: "not-found",
      });
    }
    accepted(await fixture.archiveIntegration(fixture.integration()));
    expect(await refusedUntouched(fixture, () => fixture.save())).toMatchObject({ code: "not-found" });
  });
});

describe("an integration's deployer", () => {
  test("the webhook deployer is accepted after its address is set, and refused before", async () => {
    const fixture = await webhookFixture();
    const integration = {
      id: fixture.integration(),
      seen: { name: "Orders", slug: "orders", deployer: "record" },
    };
    const chosen = { integration, name: "Orders", slug: "orders", deployer: "webhook" as const };
    expect(accepted(await fixture.integrate(chosen))).toMatchObject({ needsWebhook: true });
    expect(await fixture.deployer()).toBe("record");
    accepted(await fixture.save());
    const seen = { ...integration.seen, deployer: "webhook" };
    const back = { ...chosen, integration: { ...integration, seen }, deployer: "record" as const };
    expect(accepted(await fixture.integrate(back))).toMatchObject({ needsWebhook: false });
    expect(await fixture.deployer()).toBe("record");
    expect(accepted(await fixture.integrate(chosen))).toMatchObject({ needsWebhook: false });
    expect(await fixture.deployer()).toBe("webhook");
  });

  test("when two save, the second one is refused, even if the first changed only the deployer", async () => {
    const fixture = await webhookFixture();
    accepted(await fixture.save());
    const seen = { name: "Orders", slug: "orders", deployer: "record" };
    const late = { integration: { id: fixture.integration(), seen }, name: "Orders 2", slug: "orders" };
    expect(refusal(await fixture.integrate({ ...late, deployer: "record" }))).toMatchObject({
      code: "stale",
    });
  });

  test("a seed file that says nothing of it leaves it", async () => {
    const fixture = await webhookFixture();
    accepted(await fixture.save());
    await fixture.seed({
      projects: [
        {
          ...{ slug: "commerce", name: "Commerce", requesters: [] },
          environments: ["development", "staging", "production"].map((slug) => {
            return { slug, name: slug, critical: false };
          }),
          integrations: [{ slug: "orders", name: "Orders", builds: [], live: {} }],
        },
      ],
    });
    expect(await fixture.deployer()).toBe("webhook");
  });
});
