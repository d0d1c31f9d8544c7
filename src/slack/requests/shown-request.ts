import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import type { Shown } from "../../domain/requests/shown.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { modal } from "../blocks/blocks.ts";
import { approvalsLocation } from "../home/home-location.ts";
import { metadataCodec } from "../kernel/codec.ts";

/** What the modals of one request carry along. */
const shownRequestSchema = z.object({
  number: z.int32().positive(),
  /** The request's identity, and what identifies the bound facts that the modal shows. Earlier versions had neither. */
  identity: z.guid().exactOptional(),
  fingerprint: z.string().exactOptional(),
  /** The fingerprint of the changes that the confirm modal shows (R9). */
  shown: z.string().exactOptional(),
  /** The attempt that the modal of *End Attempt* is about. */
  attempt: z.string().exactOptional(),
  /** The list that the modal was opened from, if any. */
  back: approvalsLocation.exactOptional(),
});

type ShownRequest = z.infer<typeof shownRequestSchema>;

export const shownRequest = metadataCodec(shownRequestSchema);

/** Returns what the modals of a request carry along. */
export const shownOf = ({ number, identity, fingerprint }: RequestView): ShownRequest => ({
  ...{ number, identity, fingerprint },
});

/** Returns what a submitted modal says about the request that it shows. */
export function readSubmitted(metadata: string): ShownRequest & { shownFacts: Shown } {
  const request = shownRequest.read(metadata);
  const { identity = null, fingerprint = null } = request;
  return { ...request, shownFacts: { origin: identity, fingerprint, postedAt: null } };
}

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
