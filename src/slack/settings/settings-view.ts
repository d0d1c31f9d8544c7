import type { Button, KnownBlock, ModalView } from "@slack/types";
import type { Person } from "../../domain/people/people.ts";
import { settingsRefusalWords } from "../words/settings-refusals.ts";
import { escapeWithin, mrkdwn, plain, textLimits } from "../words/text.ts";
import { settingsIds as ids } from "./settings-ids.ts";

/** The settings' modal, around what draw-settings.ts drew. */
export function settingsModal(blocks: KnownBlock[]): ModalView {
  return {
    type: "modal",
    callback_id: ids.view.settings,
    title: plain("Settings", 24),
    close: plain("Close", 24),
    blocks,
  };
}

/** R13: who is not an admin reads who is. */
export function notAdminBlocks(admins: readonly Person[]): KnownBlock[] {
  return [section(`🔒 ${escapeWithin(settingsRefusalWords({ code: "not-admin", admins }), 2900)}`)];
}

const sections = [
  ["workflows", "Workflows"],
  ["roles", "Roles"],
  ["projects", "Projects"],
  ["tokens", "API Tokens"],
] as const;

/** The buttons that lead from one section to another; the one that is shown stands out, for ears too. */
export function sectionBar(shown: (typeof sections)[number][0]): KnownBlock[] {
  const elements = sections.map(([name, text]) =>
    settingsButton(ids.action[name], text, name, {
      accessibility_label: name === shown ? `${text}, shown now` : `Show ${text}`,
      ...(name === shown ? { style: "primary" as const } : {}),
    }),
  );
  return [{ type: "actions", block_id: "settings-sections", elements }, { type: "divider" }];
}

export function settingsButton(
  actionId: string,
  text: string,
  value: string,
  extra: Partial<Pick<Button, "style" | "confirm" | "accessibility_label">> = {},
): Button {
  return { type: "button", action_id: actionId, text: plain(text, textLimits.button), value, ...extra };
}

export const section = (text: string): KnownBlock => ({ type: "section", text: mrkdwn(text) });
