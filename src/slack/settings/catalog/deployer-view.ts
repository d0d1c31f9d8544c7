import type { Button, InputBlock, KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import {
  type DeployerKind,
  deployerKinds,
  oldSecretHours,
  silenceLimits,
} from "../../../domain/deployments/deployment.ts";
import {
  actions,
  confirmation,
  context,
  divider,
  modal,
  plainSection,
  section,
} from "../../blocks/blocks.ts";
import { selectInput, textInput } from "../../blocks/inputs.ts";
import { metadataCodec } from "../../kernel/codec.ts";
import { code } from "../../words/escape.ts";
import { shortName } from "../../words/names.ts";
import { escapeWithin, moment } from "../../words/text.ts";
import { projectIds } from "./project-ids.ts";
import { type ProjectSpot, spotButton } from "./projects-view.ts";
import { webhookIds as ids } from "./webhook-ids.ts";

const shownWebhook = z.object({
  projectId: z.string(),
  page: z.int(),
  /** The integration's id. */
  id: z.string(),
  /** The version of the webhook that the person saw; null while there is no webhook. */
  version: z.int().nullable(),
  /** Whether the modal below is the integration's form, and not the settings. */
  overForm: z.boolean(),
});

/** What a webhook's form carries along. */
export type ShownWebhook = z.infer<typeof shownWebhook>;

const { write: writeWebhook, read: readWebhook } = metadataCodec(shownWebhook);

export { readWebhook };

const deployerWords: Record<DeployerKind, string> = {
  record: "Record only: somebody deploys by hand",
  webhook: "Webhook: Signoff asks your pipeline to deploy",
};

/** Returns the select of what deploys an integration. */
export function deployerInput(chosen: string): InputBlock {
  return selectInput({
    id: projectIds.input.deployer,
    label: "What Promote does",
    choices: deployerKinds.map((value) => ({ text: deployerWords[value], value })),
    chosen,
  });
}

/** Returns the button in an integration's form that opens its webhook. */
export const webhookButton = (spot: ProjectSpot): Button =>
  spotButton(ids.action.open, "Webhook Settings", spot);

export type WebhookForm = {
  integration: { name: string };
  url: string;
  silenceMinutes: string;
  /** When the previous secret stops signing; null where there is none. */
  oldSecretUntil: Date | null;
  /** Whether a seed file created the webhook, and nobody has seen its secret yet. */
  secretUnseen?: boolean;
  /** At the top of the form. */
  notice?: KnownBlock[];
};

/** Returns **Webhook**: where promotions are sent, and how long a deployment may go without a report. */
export function webhookModal(shown: ShownWebhook, form: WebhookForm): ModalView {
  const { least, most } = silenceLimits;
  return modal({
    callbackId: ids.view.webhook,
    title: "Webhook",
    submit: "Save",
    metadata: writeWebhook(shown),
    blocks: [
      ...(form.notice ?? []),
      context(
        `When *${escapeWithin(shortName(form.integration.name), 300)}* is promoted, Signoff posts to this address, signed as https://www.standardwebhooks.com describes, and waits for reports on how it goes.`,
      ),
      textInput({
        ...{ id: ids.input.url, label: "Address", limit: nameLimits.link, value: form.url },
        placeholder: "https://deploy.example.com/signoff",
      }),
      textInput({
        ...{ id: ids.input.silence, label: "Minutes without a report", limit: 5, value: form.silenceMinutes },
        hint: `After so long a silence the deployment counts as unknown: ${least} to ${most.toLocaleString("en")}.`,
      }),
      ...(shown.version === null ? [] : savedBlocks(shown, form)),
    ],
  });
}

/** Returns what an admin can do with a saved webhook. */
function savedBlocks(
  { projectId, page, id }: ShownWebhook,
  { oldSecretUntil, secretUnseen = false }: WebhookForm,
): KnownBlock[] {
  const spot = { projectId, page, id };
  const confirm = confirmation({
    title: "Rotate the secret?",
    text: `From now on Signoff signs with a new one, and for ${oldSecretHours} hours with the old one too. Give the receiver the new one in that time.`,
    confirm: "Rotate",
    deny: "Keep It",
    style: "danger",
  });
  const unseen = [
    section("🔑 A seed file created this webhook, and nobody has seen its secret yet. It is shown once."),
    actions([spotButton(ids.action.show, "Show Secret", spot, { style: "primary" })], "webhook_secret"),
  ];
  return [
    ...(secretUnseen ? unseen : []),
    actions(
      [
        spotButton(ids.action.test, "Send a Test", spot),
        spotButton(ids.action.rotate, "Rotate Secret", spot, { style: "danger", confirm }),
      ],
      "webhook_actions",
    ),
    context("A test goes to the address that is saved, and deploys nothing."),
    ...(oldSecretUntil === null ? [] : [context(overlapWords(oldSecretUntil))]),
  ];
}

const overlapWords = (until: Date): string =>
  `🔑 Until ${moment(until)} promotions are signed with the old secret too. A test is signed with the new one only: it shows whether the receiver has it.`;

/** Returns a new secret, which Signoff shows only once. */
export function secretNotice(secret: string): KnownBlock[] {
  const words = `🔑 *Copy the secret now: it is shown only this once.*\n${code(secret, 500)}\nThe receiver verifies Signoff's signature with it.`;
  return [section(words), divider];
}

/** Returns the result of a test. It is plain text: the receiver's words may contain anything. */
export function testNotice(ok: boolean, words: string): KnownBlock[] {
  return [plainSection(`${ok ? "✅" : "⚠️"} ${words}`), divider];
}

/** Shown until the result is known. */
export const testing: KnownBlock[] = [plainSection("⏳ Sending a test…"), divider];
