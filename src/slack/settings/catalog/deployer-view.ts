import type { Button, InputBlock, KnownBlock, ModalView } from "@slack/types";
import { nameLimits } from "../../../domain/catalog/catalog.ts";
import {
  type DeployerKind,
  deployerKinds,
  oldSecretHours,
  silenceLimits,
} from "../../../domain/deployments/deployment.ts";
import { selectInput, textInput } from "../../blocks/inputs.ts";
import { context } from "../../messages/details.ts";
import { escaped, escapeWithin, moment, mrkdwn, plain } from "../../words/text.ts";
import { shortName } from "../../words/words.ts";
import { projectIds } from "./project-ids.ts";
import { button, type ProjectSpot } from "./projects-view.ts";
import { webhookIds as ids } from "./webhook-ids.ts";

/** What a webhook's form remembers beside what is typed in it. */
export type ShownWebhook = {
  projectId: string;
  page: number;
  /** The integration. */
  id: string;
  /** The webhook's version that the person saw; null while there is none. */
  version: number | null;
  /** Whether it lies over the integration's form, and not over the settings themselves. */
  overForm: boolean;
};

export const readWebhook = (metadata: string): ShownWebhook => JSON.parse(metadata) as ShownWebhook;

const choices: Record<DeployerKind, string> = {
  record: "Record only: somebody deploys by hand",
  webhook: "Webhook: Signoff asks your pipeline to deploy",
};

/** What carries out an integration's promotions. */
export function deployerInput(chosen: string): InputBlock {
  return selectInput({
    id: projectIds.input.deployer,
    label: "What Promote does",
    choices: deployerKinds.map((value) => ({ text: choices[value], value })),
    chosen,
  });
}

/** Leads from an integration's form to its webhook. */
export function webhookButton(spot: ProjectSpot): Button {
  return button(ids.action.open, "Webhook Settings", spot);
}

export type WebhookForm = {
  integration: { name: string };
  url: string;
  silenceMinutes: string;
  /** Until when a secret that was rotated signs too; null: none does. */
  oldSecretUntil: Date | null;
  /** What is said above the form. */
  notice?: KnownBlock[];
};

/** **Webhook**: where promotions are sent, and how long reports may stay away. */
export function webhookModal(shown: ShownWebhook, form: WebhookForm): ModalView {
  const { least, most } = silenceLimits;
  return {
    type: "modal",
    callback_id: ids.view.webhook,
    title: plain("Webhook", 24),
    submit: plain("Save", 24),
    close: plain("Close", 24),
    private_metadata: JSON.stringify(shown),
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
      ...(shown.version === null ? [] : savedButtons(shown, form.oldSecretUntil)),
    ],
  };
}

/** What can be done with a webhook that is saved. */
function savedButtons({ projectId, page, id }: ShownWebhook, oldSecretUntil: Date | null): KnownBlock[] {
  const spot = { projectId, page, id };
  const rotate = {
    title: plain("Rotate the secret?", 100),
    text: plain(
      `From now on Signoff signs with a new one, and for ${oldSecretHours} hours with the old one too. Give the receiver the new one in that time.`,
      300,
    ),
    confirm: plain("Rotate", 30),
    deny: plain("Keep It", 30),
    style: "danger" as const,
  };
  return [
    {
      type: "actions",
      block_id: "webhook_actions",
      elements: [
        button(ids.action.test, "Send a Test", spot),
        button(ids.action.rotate, "Rotate Secret", spot, { style: "danger", confirm: rotate }),
      ],
    },
    context("A test goes to the address that is saved, and deploys nothing."),
    ...(oldSecretUntil === null ? [] : [context(overlapWords(oldSecretUntil))]),
  ];
}

const overlapWords = (until: Date): string =>
  `🔑 Until ${moment(until)} promotions are signed with the old secret too. A test is signed with the new one only: it shows whether the receiver has it.`;

/** A new secret, which nobody sees again. */
export function secretNotice(secret: string): KnownBlock[] {
  const words = `🔑 *Copy the secret now: it is shown only this once.*\n\`${escaped(secret)}\`\nThe receiver verifies Signoff's signature with it.`;
  return [{ type: "section", text: mrkdwn(words) }, { type: "divider" }];
}

/** How a test went; the far side's words stay harmless. */
export function testNotice(ok: boolean, words: string): KnownBlock[] {
  return [{ type: "section", text: plain(`${ok ? "✅" : "⚠️"} ${words}`) }, { type: "divider" }];
}

export const testing: KnownBlock[] = [
  { type: "section", text: plain("⏳ Sending a test…") },
  { type: "divider" },
];
