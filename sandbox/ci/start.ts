import { webhookSettings } from "../../src/compose/webhook-deps.ts";
import { findByEmail } from "../../src/directory/find-by-email.ts";
import { memberOf } from "../../src/directory/slack-user.ts";
import { system } from "../../src/domain/shared/actor.ts";
import type { Result } from "../../src/domain/shared/result.ts";
import { scopes } from "../../src/domain/tokens/token.ts";
import type { Log } from "../../src/lib/log.ts";
import { findNamed } from "../../src/queries/catalog/find-integrations.ts";
import { listProjectSlugs } from "../../src/queries/catalog/get-projects.ts";
import { slackClients } from "../../src/slack/client/clients.ts";
import { saveWebhook } from "../../src/usecases/deployments/save-webhook.ts";
import { saveMembers } from "../../src/usecases/people/save-members.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import type { World } from "../world.ts";
import { startFarEnd } from "./far-end.ts";
import { type Ci, createCi } from "./index.ts";

type Options = {
  pageUrl: string;
  /** The receiver's port. */
  port: number;
  /** The integration, as `project/integration`, whose promotions are sent to the receiver. */
  webhookOf: string | undefined;
  log: Log;
};

/** The person whose token the pipeline uses. */
const maker = "ada@acme.example";

/** Short, so that a silent deployment becomes unknown while someone is watching. */
const silenceMinutes = 1;

const reason = system("the sandbox");

/** Starts the webhook receiver, points an integration at it, and returns the pipeline. */
export async function startCi(world: World, { pageUrl, port, webhookOf, log }: Options): Promise<Ci> {
  let changed = () => {};
  const provider = await startFarEnd({
    port,
    linkTo: (attempt) => `${pageUrl}ci/attempts/${attempt}`,
    onChange: () => changed(),
  });
  const apiUrl = `${world.config.http.publicUrl}/api/v1`;
  const ci = createCi({ apiUrl, provider, token: () => makeToken(world, log) });
  changed = ci.changed;
  if (webhookOf !== undefined) provider.trust(await makeWebhook(world, webhookOf, provider.url));
  return ci;
}

async function makeToken({ app, config }: World, log: Log): Promise<string> {
  const { context, organizationId } = app;
  const { people } = slackClients({ token: config.slack.botToken, apiUrl: config.slack.apiUrl, log });
  const user = await findByEmail(people, maker);
  if (user === undefined) throw new Error(`Nobody has the address ${maker}`);
  const member = memberOf(user, organizationId);
  await saveMembers(context, [member]);
  const { text } = taken(
    await createToken(context, {
      ...{ organizationId, actor: reason, surface: "seed", name: "Sandbox CI" },
      ...{ scopes: [...scopes], projectId: null, memberId: member.id },
    }),
  );
  return text;
}

/** @returns the secret of the new webhook */
async function makeWebhook({ app, config }: World, place: string, url: string): Promise<string> {
  const { context, organizationId } = app;
  const named = await findNamed(context.db, organizationId, place);
  const projects = await listProjectSlugs(context.db, organizationId);
  const project = projects.find(({ slug }) => place.startsWith(`${slug}/`));
  if (named.kind !== "one" || project === undefined) throw new Error(`There is no ${place}`);
  const { secret } = taken(
    await saveWebhook(context, webhookSettings(config, context), {
      ...{ organizationId, actor: reason, surface: "seed", version: null, url, silenceMinutes },
      ...{ projectId: project.id, integrationId: named.integration.id },
    }),
  );
  if (secret === null) throw new Error("The webhook has a secret already");
  return secret;
}

function taken<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.refusal.code);
  return result.value;
}
