import type { Button, KnownBlock, ModalView } from "@slack/types";
import type { Person } from "../../domain/people/people.ts";
import { actions, button, context, divider, modal, pageButtons, section } from "../blocks/blocks.ts";
import { settingsRefusalWords } from "../words/settings-refusals.ts";
import { escapeWithin } from "../words/text.ts";
import { settingsIds as ids } from "./settings-ids.ts";

/** Returns the settings' modal around the blocks of a section. */
export function settingsModal(blocks: KnownBlock[]): ModalView {
  return modal({ callbackId: ids.view.settings, title: "Settings", blocks });
}

/** Returns what a person who is not an admin sees: who is one (R13). */
export function notAdminBlocks(admins: readonly Person[]): KnownBlock[] {
  return [section(`🔒 ${escapeWithin(settingsRefusalWords({ code: "not-admin", admins }), 2900)}`)];
}

const sections = [
  ["workflows", "Workflows"],
  ["roles", "Roles"],
  ["projects", "Projects"],
  ["tokens", "API Tokens"],
] as const;

/** Returns the buttons between the sections. The current one is highlighted, and a screen reader says so. */
export function sectionBar(current: (typeof sections)[number][0]): KnownBlock[] {
  const elements = sections.map(([name, text]) =>
    button(ids.action[name], text, name, {
      label: name === current ? `${text}, shown now` : `Show ${text}`,
      ...(name === current ? { style: "primary" } : {}),
    }),
  );
  return [actions(elements, "settings-sections"), divider];
}

type Pages = {
  /** The current one, from 0. */
  page: number;
  size: number;
  total: number;
  /** What is listed, in the plural. */
  items: string;
  /** The actions of the two buttons: ids are unique in a view. */
  actionIds: { page: string; nextPage: string };
  /** What a button's value says about the page that it leads to. */
  valueFor: (page: number) => string;
  blockId?: string;
};

/** Returns "21–40 of 57 tokens" and the buttons to the other pages, or no block where everything fits on one page. */
export function pageBlocks({ page, size, total, items, actionIds, valueFor, blockId }: Pages): KnownBlock[] {
  if (total <= size) return [];
  const turn = (actionId: string, text: string, to: number): Button =>
    button(actionId, text, valueFor(to), { label: `${text} page of ${items}` });
  const last = Math.min((page + 1) * size, total);
  return [
    context(`${page * size + 1}–${last} of ${total} ${items}`),
    ...pageButtons(
      page > 0 ? turn(actionIds.page, "Previous", page - 1) : null,
      last < total ? turn(actionIds.nextPage, "Next", page + 1) : null,
      blockId,
    ),
  ];
}
