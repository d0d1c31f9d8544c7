import { findIntegrationId } from "../../../db/catalog/integrations.ts";
import { findProjectId } from "../../../db/catalog/projects.ts";
import { type Delivery, type Receiver, startReceiver } from "../../../examples/receiver/receiver.mjs";
import { webhookSettings } from "../../../src/compose/webhook-deps.ts";
import { member } from "../../../src/domain/shared/actor.ts";
import { type Scope, scopes } from "../../../src/domain/tokens/scope.ts";
import { saveWebhook } from "../../../src/usecases/deployments/save-webhook.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { accepted } from "../catalog.ts";
import { startTestStack, type TestStack } from "../test-stack.ts";
import { type CheckedApi, checkedApi } from "./checked-api.ts";

/** People and a workflow only. Everything else is created through the API. */
const seed = `
roles:
  - { name: Admin, members: [ada@acme.example] }
  - { name: Release Managers, members: [bob@acme.example, carol@acme.example] }
workflow:
  enabled: true
  roles: [Release Managers]
  options: { requiredApprovals: 2 }
`;

export type ApiFixture = {
  stack: TestStack;
  /** A client with Ada's token, which has every scope. */
  api: CheckedApi;
  /** Creates another token of Ada's. */
  token(name: string, scopes: readonly Scope[], project?: string): Promise<string>;
  /** Sets an integration's webhook, as its form in Settings does. Returns the secret. */
  setWebhook(project: string, integration: string, url: string): Promise<string>;
  stop(): Promise<void>;
};

/**
 * Starts the bot with stand-ins and no project. A request needs two approvals, and webhooks may call this
 * machine.
 */
export async function startApiFixture(): Promise<ApiFixture> {
  const stack = await startTestStack({ empty: true });
  await stack.restartWith({ SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true" });
  await stack.load(seed);
  const { context, organizationId } = stack.app;
  const memberId = stack.id("ada");
  const actor = member(memberId);
  const idsOf = async (project: string, integration: string) => {
    const projectId = (await findProjectId(context.db, organizationId, project)) ?? "";
    const integrationId = await findIntegrationId(context.db, organizationId, projectId, integration);
    return { projectId, integrationId: integrationId ?? "" };
  };
  const token = async (name: string, allowed: readonly Scope[], project?: string) => {
    const projectId = project === undefined ? null : (await idsOf(project, "")).projectId;
    const input = {
      organizationId,
      actor,
      surface: "slack",
      name,
      scopes: allowed,
      projectId,
      memberId,
    } as const;
    return accepted(await createToken(context, input)).text;
  };
  return {
    stack,
    api: await checkedApi(stack.botUrl, await token("CI", scopes)),
    token,
    setWebhook: async (project, integration, url) => {
      const place = await idsOf(project, integration);
      const ports = webhookSettings({ ...stack.config, allowPrivateWebhooks: true }, context);
      const settings = { url, silenceMinutes: 60, version: null };
      const input = { organizationId, actor, surface: "slack", ...place, ...settings } as const;
      return accepted(await saveWebhook(context, ports, input)).secret ?? "";
    },
    stop: () => stack.stop(),
  };
}

/** A deployment that the example receiver was asked for, held until the test ends it. */
export type Deploying = {
  delivery: Delivery;
  /** Reports progress, with an optional link. */
  progress(link?: string): Promise<void>;
  succeed(): void;
  fail(reason: string): void;
};

export type HeldReceiver = {
  receiver: Receiver;
  /** Every deployment that it was asked for, in order. */
  deploying: Deploying[];
  /** The HTTP statuses of the responses to its reports. */
  answers: (number | undefined)[];
};

/** Starts the example receiver, whose deployments the test ends. */
export async function heldReceiver(secret: string): Promise<HeldReceiver> {
  const deploying: Deploying[] = [];
  const answers: (number | undefined)[] = [];
  const receiver = await startReceiver({
    secret,
    link: ({ attempt }) => `https://deploys.example/${attempt}`,
    deploy: (delivery, { progress }) =>
      new Promise((resolve, reject) => {
        deploying.push({
          delivery,
          progress,
          succeed: () => resolve(undefined),
          fail: (reason) => reject(new Error(reason)),
        });
      }),
    onReported: ({ status }) => answers.push(status),
  });
  return { receiver, deploying, answers };
}
