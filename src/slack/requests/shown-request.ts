import type { KnownBlock, ModalView } from "@slack/types";
import { modal } from "../blocks/blocks.ts";
import type { ApprovalsLocation } from "../home/home-location.ts";

/** What the modals of one request carry along. */
export type ShownRequest = {
  number: number;
  /** The fingerprint of the changes that the confirm modal shows (R9). */
  shown?: string;
  /** The list that the modal was opened from, if any. */
  back?: ApprovalsLocation;
};

/** Reads a modal's metadata. A notice has none. */
export const readRequest = (metadata: string): ShownRequest => JSON.parse(metadata || "{}") as ShownRequest;

/** Returns the frame of a modal of one request. */
export function shownRequestModal(
  callbackId: string,
  title: string,
  shown: ShownRequest,
  blocks: KnownBlock[],
  submit?: string,
): ModalView {
  return modal({ callbackId, title, submit, metadata: JSON.stringify(shown), blocks });
}
