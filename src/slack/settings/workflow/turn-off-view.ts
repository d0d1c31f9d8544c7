import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { modal, section } from "../../blocks/blocks.ts";
import { checkboxesInput } from "../../blocks/inputs.ts";
import { metadataCodec } from "../../kernel/codec.ts";
import { countWords } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";

/** `version`: the version of the workflow that the person saw. */
export const turnOffMetadata = metadataCodec(z.object({ version: z.int() }));

/** **Turn Off**: returns the modal that says what happens to open requests (R1). */
export function turnOffModal(version: number, open: number, notice: KnownBlock[] = []): ModalView {
  const openWords =
    open === 0
      ? "No request is open."
      : `*${countWords(open, "request")} ${open === 1 ? "is" : "are"} open.* ${open === 1 ? "It lives" : "They live"} on: reviewers can still decide, and the same promotion is refused until its request is promoted or cancelled.`;
  return modal({
    callbackId: ids.view.turnOff,
    title: "Turn Off",
    submit: "Turn Off",
    close: "Keep It On",
    metadata: turnOffMetadata.write({ version }),
    blocks: [
      ...notice,
      section("*Environment Promotion* will be off: Promote acts at once, without a review."),
      section(openWords),
      ...(open === 0 ? [] : [cancelInput(open)]),
    ],
  });
}

const cancelInput = (open: number) =>
  checkboxesInput({
    id: ids.block.cancelOpen,
    actionId: ids.input.cancelOpen,
    optional: true,
    label: "Open requests",
    hint: "Everyone who was asked will see that the workflow was turned off.",
    choices: [{ text: `Cancel ${open === 1 ? "it" : "them"} now`, value: "yes" }],
  });

/** Returns what turning off did to the open requests. */
export function turnedOffWords(open: number, cancelled: boolean): string[] {
  const one = open === 1;
  return [
    "Environment Promotion is off: Promote acts at once.",
    cancelled
      ? `${countWords(open, "open request")} ${one ? "is" : "are"} being cancelled; one that is being promoted right now goes on.`
      : `${countWords(open, "request")} ${one ? "stays" : "stay"} open until ${one ? "it is" : "they are"} promoted or cancelled.`,
  ];
}
