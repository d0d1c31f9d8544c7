import type { HomeView, KnownBlock, ModalView } from "@slack/types";
import { ids } from "../kernel/ids.ts";
import { escapeWithin } from "../words/text.ts";
import { blocksPerView, modal, quoted, section } from "./blocks.ts";

/** Returns the line that warns at the top of a modal. */
export const warning = (words: string): KnownBlock => section(`⚠️ *${escapeWithin(words, 2900)}*`);

/** Returns a modal with one message, for instance that Signoff cannot be reached. It also shows what the person typed. */
export function noticeModal(notice: string, typed = ""): ModalView {
  return modal({
    callbackId: ids.view.outcome,
    title: "Signoff",
    blocks: [
      section(escapeWithin(notice, 2900)),
      ...(typed.trim() === "" ? [] : quoted("What you wrote", typed)),
    ],
  });
}

/** Returns an App Home with one message, and nothing else. */
export const noticeHome = (notice: string): HomeView => ({
  type: "home",
  callback_id: ids.view.home,
  blocks: [section(escapeWithin(notice, 2900))],
});

type OpenModal = Pick<ModalView, "callback_id" | "private_metadata" | "title"> & {
  blocks: readonly { type: string; block_id?: string }[];
  submit?: ModalView["submit"] | null;
  close?: ModalView["close"] | null;
};

/** Returns an open modal, as Slack reports it, with a warning at its top. What the person typed in it stays. */
export function withNotice(open: OpenModal, notice: string): ModalView {
  const { callback_id, private_metadata, title, submit, close } = open;
  const others = open.blocks.filter(({ block_id }) => block_id !== ids.block.notice) as KnownBlock[];
  return {
    type: "modal",
    ...(callback_id === undefined ? {} : { callback_id }),
    ...(private_metadata === undefined ? {} : { private_metadata }),
    title,
    ...(submit ? { submit } : {}),
    ...(close ? { close } : {}),
    blocks: [{ ...warning(notice), block_id: ids.block.notice }, ...others].slice(0, blocksPerView),
  };
}
