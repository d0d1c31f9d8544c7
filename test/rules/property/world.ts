import type { WebClient } from "@slack/web-api";
import { and, asc, eq, isNull } from "drizzle-orm";
import * as schema from "../../../db/schema/index.ts";
import { deployHandler } from "../../../src/deliver/deployers/deploy.ts";
import { record } from "../../../src/deliver/deployers/record.ts";
import { followUpHandlers } from "../../../src/deliver/follow-up-handlers.ts";
import { slackHandlers } from "../../../src/deliver/slack/slack-handlers.ts";
import { member } from "../../../src/domain/shared/actor.ts";
import { scopes } from "../../../src/domain/tokens/scope.ts";
import { jobHandlers } from "../../../src/jobs/handlers.ts";
import type { Handler, Handlers, Item } from "../../../src/outbox/handlers.ts";
import { warnAdmins } from "../../../src/usecases/delivery/warn-admins.ts";
import { saveWebhook } from "../../../src/usecases/deployments/save-webhook.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { accepted, by, commerce, idOf } from "../../support/catalog.ts";
import type { TestDatabase } from "../../support/database.ts";
import { apiFixture } from "../../web/api/support.ts";
import { type Facts, readFacts } from "./facts.ts";
import { keepRows } from "./keep.ts";

/** The integrations of a run. Orders deploys by hand, Stock has empty environments, Ledger has a webhook. */
export const places = [
  { project: "commerce", integration: "orders", builds: ["1", "2", "3", "4"] },
  { project: "commerce", integration: "stock", builds: ["s1", "s2", "s3"] },
  { project: "finance", integration: "ledger", builds: ["l1", "l2", "l3"] },
] as const;

export const environmentSlugs = ["development", "staging", "production"] as const;

export type TokenName = "ada" | "dana";

/** A message that an admin got. */
export type Sent = { to: string; subjects: string[]; text: string };

export type World = Awaited<ReturnType<typeof buildWorld>>;

const builds = (ids: readonly string[]) =>
  ids.map((id, i) => ({ id, version: `1.${i}.0`, commit: `c0ffee${i}` }));

/** Ada and Alan are admins. Bob, Carol, and Ada hold Reviewer, Erin holds Auditor, Dana and Finn hold Payer. */
const projects = [
  {
    ...commerce,
    integrations: [
      ...commerce.integrations,
      { slug: "stock", name: "Stock", builds: builds(places[1].builds), live: { development: "s2" } },
    ],
  },
  {
    ...{ slug: "finance", name: "Finance", requesters: ["Payer"] },
    environments: commerce.environments,
    integrations: [
      {
        ...{ slug: "ledger", name: "Ledger", builds: builds(places[2].builds) },
        live: { development: "l3", staging: "l2", production: "l1" },
      },
    ],
  },
];

const everywhere = (names: string[]) => names.map((name) => ({ memberId: idOf(name), projects: null }));

/** Builds the organization in which every run begins, on one clock. Nothing else may be in the database. */
export async function buildWorld(database: TestDatabase) {
  const roles = [
    { name: "Auditor", members: everywhere(["erin"]) },
    { name: "Payer", members: everywhere(["dana", "finn"]) },
  ];
  const fixture = await apiFixture(
    database,
    { projects, roles, reviewers: ["bob", "carol", "ada", "erin", "finn", "alan"] },
    {
      callsPerMinute: 1_000_000,
      readReportToken: (text) => /^sgr_(.+)$/.exec(text)?.[1],
    },
  );
  const { organizationId, context, seed } = fixture;
  await seed({
    roles: [
      { name: "Admin", members: everywhere(["ada", "alan"]) },
      { name: "Reviewer", members: everywhere(["bob", "carol", "ada"]) },
    ],
  });
  const { db } = context;
  const facts = () => readFacts(db, organizationId);
  const first = await facts();
  const ledger = first.integrations.find(({ slug }) => slug === "ledger");
  accepted(
    await saveWebhook(
      context,
      { seal: (plain) => plain, addressFault: () => null },
      {
        ...{ organizationId, actor: by("ada"), surface: "slack", version: null, silenceMinutes: 60 },
        ...{ projectId: ledger?.projectId ?? "", integrationId: ledger?.id ?? "" },
        url: "https://deploys.example/hook",
      },
    ),
  );
  const token = async (owner: TokenName) => {
    const input = { organizationId, actor: member(idOf("ada")), surface: "slack", projectId: null } as const;
    return accepted(
      await createToken(context, { ...input, name: `CI of ${owner}`, scopes, memberId: idOf(owner) }),
    ).text;
  };
  const tokens: Record<TokenName, string> = { ada: await token("ada"), dana: await token("dana") };
  const sent: Sent[] = [];
  const outside = new Set<string>();
  const start = fixture.clock.now;
  const putBack = await keepRows(db);
  return {
    ...{ ...fixture, facts, tokens, sent },
    placeIds: places.map(
      ({ integration }) => first.integrations.find(({ slug }) => slug === integration)?.id,
    ),
    /** The deployments that became live behind the gate and are marked. */
    outside,
    /** Runs what the outbox holds, with the real handlers. What only draws cards or sends email is left out. */
    drain: () => drain(fixture, sent),
    /** Undoes what a run did, so that each begins with the same world. */
    startAgain: async () => {
      await putBack();
      fixture.clock.now = start;
      sent.length = 0;
      outside.clear();
    },
  };
}

type Fixture = Awaited<ReturnType<typeof apiFixture>>;

/** The kinds that the drain runs. */
function handlersOf({ context }: Fixture, sent: Sent[]): Partial<Handlers> {
  const deployers = { record, webhook: async () => ({ kind: "accepted", link: null }) as const };
  return {
    ...followUpHandlers(context),
    ...jobHandlers(context, { error: (fault: unknown) => Promise.reject(fault) }),
    deploy: deployHandler({ context, deployers }),
    "warn-admins": {
      run: async ({ organizationId }) => {
        await warnAdmins(context, organizationId);
        return { kind: "done" };
      },
    },
    "send-admin-message": {
      run: (item, signal) => {
        const client = clientThatNotes((text) => {
          sent.push({
            to: item.payload.recipientId,
            subjects: "subjects" in item.payload ? item.payload.subjects : [],
            text,
          });
        });
        return slackHandlers({ context, clientFor: () => client })["send-admin-message"].run(item, signal);
      },
    },
  };
}

/** Returns a Slack client that accepts every message and notes its text. */
function clientThatNotes(note: (text: string) => void): WebClient {
  const client = {
    conversations: { open: async () => ({ ok: true, channel: { id: "D1" } }) },
    chat: {
      postMessage: async (message: { blocks?: object[]; text?: string }) => {
        note(`${message.text ?? ""} ${JSON.stringify(message.blocks ?? [])}`);
        return { ok: true, channel: "D1", ts: "1.1" };
      },
    },
  };
  return client as unknown as WebClient;
}

async function drain(fixture: Fixture, sent: Sent[]): Promise<void> {
  const { context, organizationId, clock } = fixture;
  const { outbox } = schema;
  const handlers = handlersOf(fixture, sent) as Record<string, Handler | undefined>;
  const open = and(eq(outbox.organizationId, organizationId), isNull(outbox.settledAt));
  for (let round = 0; round < 20; round++) {
    const due = await context.db.select().from(outbox).where(open).orderBy(asc(outbox.id));
    if (due.length === 0) return;
    for (const row of due) {
      const item = row as unknown as Item;
      const outcome = await handlers[row.kind]?.run(item, new AbortController().signal);
      if (outcome?.kind === "retry") throw new Error(`${row.kind} was not done: ${JSON.stringify(outcome)}`);
      await context.db
        .update(outbox)
        .set({ settledAt: clock.now, outcome: "done" })
        .where(and(open, eq(outbox.id, row.id), eq(outbox.revision, row.revision)));
    }
  }
  throw new Error("The outbox does not become empty");
}

/** Returns the integration of a place, whatever its present name is. */
export const integrationOf = ({ placeIds }: World, facts: Facts, place: number) =>
  facts.integrations.find(({ id }) => id === placeIds[place]);
