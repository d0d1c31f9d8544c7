import postgres from "postgres";
import type { Stack } from "../../../../sandbox/stack.ts";
import { scopes } from "../../../../src/domain/tokens/scope.ts";
import { createSecrets } from "../../../../src/lib/secrets.ts";
import type { WebhookReceiver } from "../../../deployments/webhook/webhook-receiver.ts";
import { peopleOf } from "./people.ts";
import type { Previous } from "./version.ts";

export type World = { previous: Previous; stack: Stack; receiver: WebhookReceiver; databaseUrl: string };

/** Who makes every change here. */
const byAda = ({ stack }: World) => ({
  organizationId: stack.app.organizationId,
  actor: { kind: "member", memberId: peopleOf(stack).id("ada") },
  surface: "slack",
});

/** Creates a token for each scope, one with all of them, and one for a single project. Returns their texts. */
export async function createTokens(world: World): Promise<Record<string, string>> {
  const memberId = peopleOf(world.stack).id("ada");
  const commerce = (await rowOf(world, "projects", "commerce")).id;
  const wanted = [
    { name: "CI", scopes, projectId: null },
    { name: "Commerce only", scopes, projectId: commerce },
    { name: "Odd\u202e name", scopes: ["requests:read"], projectId: null },
    ...scopes.map((scope) => ({ name: scope, scopes: [scope], projectId: null })),
  ];
  const texts: Record<string, string> = {};
  for (const token of wanted) {
    const input = { ...byAda(world), ...token, memberId };
    const { context } = world.stack.app;
    const made = await world.previous.call("tokens/create-token.ts", "createToken", context, input);
    texts[token.name] = (made as { text: string }).text;
  }
  return texts;
}

/** Makes the changes that an admin makes in Slack, so that the settings differ from the seed file. */
export async function changeSettings(world: World): Promise<void> {
  const { previous, stack, receiver } = world;
  const { context } = stack.app;
  await saveOptions(world, { requiredApprovals: 2, commentOnReject: true, pendingDays: 30 });
  const commerce = await rowOf(world, "projects", "commerce");
  await previous.call("catalog/save-pipeline.ts", "savePipeline", context, {
    ...{ ...byAda(world), projectId: commerce.id, version: commerce.version },
    pipeline: (current: { slug: string }[]) =>
      current.map((one) => (one.slug === "staging" ? { ...one, critical: true } : one)),
  });
  const shift = await rowOf(world, "roles", "Night\tShift");
  const { workspace } = stack.slack;
  const [group] = workspace.groups.values();
  if (group === undefined) throw new Error("The workspace has no user group");
  await previous.call("people/bind-role.ts", "bindRole", context, {
    ...{ ...byAda(world), roleId: shift.id, version: shift.version, groupId: group.id, projectIds: null },
  });
  // Slack says that the group changed, so the bot reads its members.
  workspace.setGroup(group.id, group);
  const deps = { seal: createSecrets(stack.config.secret).seal, addressFault: () => null };
  for (const slug of ["inventory-feed", "returns"]) {
    const integrationId = (await rowOf(world, "integrations", slug)).id;
    await previous.call("deployments/save-webhook.ts", "saveWebhook", context, deps, {
      ...{ ...byAda(world), projectId: commerce.id, integrationId, version: null },
      ...{ url: receiver.url, silenceMinutes: 10_000 },
    });
  }
  await peopleOf(stack).settle();
}

/** Sends cards to the channel, so that the newest version of the workflow names one. */
export async function sendCardsToChannel(world: World): Promise<void> {
  const channel = [...world.stack.slack.workspace.channels.values()].find(({ name }) => name === "releases");
  const cardsTo = { kind: "channel", channelId: channel?.id, channelName: "releases" };
  await saveOptions(world, { cardsTo });
  await peopleOf(world.stack).settle();
}

/** Archives the only project of a requester role, and deletes the role, as the previous version allowed. */
export async function archiveVault(world: World): Promise<void> {
  const { previous, stack } = world;
  const { context } = stack.app;
  const { id: projectId, version } = await rowOf(world, "projects", "vault");
  const archived = { ...byAda(world), projectId, version };
  await previous.call("catalog/archive-project.ts", "archiveProject", context, archived);
  const role = await rowOf(world, "roles", "Contractors");
  const deleted = { ...byAda(world), roleId: role.id, version: role.version };
  await previous.call("people/delete-role.ts", "deleteRole", context, deleted);
}

async function saveOptions(world: World, change: object): Promise<void> {
  const [row] = await query<{ version: number; workflow: object & { options: object } }>(
    world,
    (sql) => sql`
      select version, jsonb_build_object('version', version, 'enabled', enabled, 'roleIds', role_ids,
        'assigneeIds', assignee_ids, 'options', options) as workflow
      from workflow_versions order by version desc limit 1`,
  );
  const workflow = { ...row?.workflow, options: { ...row?.workflow.options, ...change } };
  const { context } = world.stack.app;
  await world.previous.call("workflow/save-workflow.ts", "saveWorkflow", context, {
    ...byAda(world),
    workflow,
  });
}

type Row = { id: string; version: number };

/** Returns a row by its slug or, of a role, its name. */
async function rowOf(world: World, table: "projects" | "integrations" | "roles", key: string): Promise<Row> {
  const column = table === "roles" ? "name" : "slug";
  const rows = await query<Row>(
    world,
    (sql) => sql`select * from ${sql(table)} where ${sql(column)} = ${key}`,
  );
  if (rows[0] === undefined) throw new Error(`There is no ${key}`);
  return rows[0];
}

async function query<T>(
  { databaseUrl }: World,
  read: (sql: postgres.Sql) => PromiseLike<unknown>,
): Promise<T[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    return (await read(sql)) as T[];
  } finally {
    await sql.end();
  }
}
