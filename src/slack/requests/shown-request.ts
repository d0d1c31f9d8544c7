import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { modal } from "../blocks/blocks.ts";
import { approvalsLocation } from "../home/home-location.ts";
import { metadataCodec } from "../kernel/codec.ts";

/** What the modals of one request carry along. */
const shownRequestSchema = z.object({
  number: z.int32().positive(),
  /** The fingerprint of the changes that the confirm modal shows (R9). */
  shown: z.string().exactOptional(),
  /** The attempt that the modal of *End Attempt* is about. */
  attempt: z.string().exactOptional(),
  /** The list that the modal was opened from, if any. */
  back: approvalsLocation.exactOptional(),
});

type ShownRequest = z.infer<typeof shownRequestSchema>;

export const shownRequest = metadataCodec(shownRequestSchema);

/** Returns the frame of a modal of one request. */
export function shownRequestModal(
  callbackId: string,
  title: string,
  shown: ShownRequest,
  blocks: KnownBlock[],
  submit?: string,
): ModalView {
  return modal({ callbackId, title, submit, metadata: shownRequest.write(shown), blocks });
}
