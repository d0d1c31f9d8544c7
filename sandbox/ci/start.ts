import { webhookSettings } from "../../src/compose/webhook-deps.ts";
import { findByEmail } from "../../src/directory/find-by-email.ts";
import { memberOf } from "../../src/directory/slack-user.ts";
import { system } from "../../src/domain/shared/actor.ts";
import type { Result } from "../../src/domain/shared/result.ts";
import { scopes } from "../../src/domain/tokens/scope.ts";
import type { Log } from "../../src/lib/log.ts";
import { findNamed } from "../../src/queries/catalog/find-integrations.ts";
import { listProjectSlugs } from "../../src/queries/catalog/get-projects.ts";
import { slackClients } from "../../src/slack/client/clients.ts";
import { saveWebhook } from "../../src/usecases/deployments/save-webhook.ts";
import { saveMembers } from "../../src/usecases/people/save-members.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import type { Stack } from "../stack.ts";
import { type Ci, createCi } from "./index.ts";
import { startCiReceiver } from "./receiver.ts";

type Options = {
  pageUrl: string;
  /** The receiver's port. */
  port: number;
  /** The integration, as `project/integration`, whose promotions are sent to the receiver. */
  webhookOf: string | undefined;
  log: Log;
};

/** The person whose token the pipeline uses. */
const tokenOwnerEmail = "ada@acme.example";

/** Short, so that a silent deployment becomes unknown while someone is watching. */
const silenceMinutes = 1;

const actor = system("the sandbox");

/** Starts the webhook receiver, points an integration at it, and returns the pipeline. */
export async function startCi(stack: Stack, { pageUrl, port, webhookOf, log }: Options): Promise<Ci> {
  let changed = () => {};
  const receiver = await startCiReceiver({
    port,
    linkTo: (attempt) => `${pageUrl}ci/attempts/${attempt}`,
    onChange: () => changed(),
  });
  const apiUrl = `${stack.config.http.publicUrl}/api/v1`;
  const ci = createCi({ apiUrl, receiver, token: () => makeToken(stack, log) });
  changed = ci.changed;
  if (webhookOf !== undefined) receiver.trust(await makeWebhook(stack, webhookOf, receiver.url));
  return ci;
}

async function makeToken({ app, config }: Stack, log: Log): Promise<string> {
  const { context, organizationId } = app;
  const { people } = slackClients({ token: config.slack.botToken, apiUrl: config.slack.apiUrl, log });
  const user = await findByEmail(people, tokenOwnerEmail);
  if (user === undefined) throw new Error(`Nobody has the address ${tokenOwnerEmail}`);
  const member = memberOf(user, organizationId);
  await saveMembers(context, [member]);
  const { text } = unwrap(
    await createToken(context, {
      ...{ organizationId, actor, surface: "seed", name: "Sandbox CI" },
      ...{ scopes: [...scopes], projectId: null, memberId: member.id },
    }),
  );
  return text;
}

/** @returns the secret of the new webhook */
async function makeWebhook({ app, config }: Stack, integrationPath: string, url: string): Promise<string> {
  const { context, organizationId } = app;
  const found = await findNamed(context.db, organizationId, integrationPath);
  const projects = await listProjectSlugs(context.db, organizationId);
  const project = projects.find(({ slug }) => integrationPath.startsWith(`${slug}/`));
  if (found.kind !== "one" || project === undefined) throw new Error(`There is no ${integrationPath}`);
  const { secret } = unwrap(
    await saveWebhook(context, webhookSettings(config, context), {
      ...{ organizationId, actor, surface: "seed", version: null, url, silenceMinutes },
      ...{ projectId: project.id, integrationId: found.integration.id },
    }),
  );
  if (secret === null) throw new Error("The webhook has a secret already");
  return secret;
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.refusal.code);
  return result.value;
}
