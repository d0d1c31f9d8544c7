import type { Button, HomeView, KnownBlock } from "@slack/types";
import type { Person } from "../../domain/people/people.ts";
import { countedWaiting } from "../../domain/shared/limits.ts";
import type { HomeFrame } from "../../queries/delivery/get-home.ts";
import { withBlockIds } from "../blocks/block-ids.ts";
import { ids } from "../kernel/ids.ts";
import { escapeWithin, mrkdwn, nameList, plain, textLimits } from "../words/text.ts";
import { shortName } from "../words/words.ts";
import type { HomeLocation } from "./home-location.ts";

/** Blocks of one view: https://docs.slack.dev/reference/views */
export const viewBlocks = 100;

/** The App Home: the bar of tabs, and what the chosen one shows. */
export function homeView(
  frame: HomeFrame,
  tab: HomeLocation["tab"],
  content: readonly KnownBlock[],
): HomeView {
  const blocks = [tabBar(frame, tab), { type: "divider" } as const, ...content];
  return { type: "home", callback_id: ids.view.home, blocks: withBlockIds(blocks.slice(0, viewBlocks)) };
}

/** Shown at once where the rest takes longer. */
export const loadingHome: HomeView = {
  type: "home",
  callback_id: ids.view.home,
  blocks: [section("One moment, Signoff is looking everything up…")],
};

/** Shown where the rest cannot be read. */
export function faultHome(words: string): HomeView {
  return {
    type: "home",
    callback_id: ids.view.home,
    blocks: [
      section(escapeWithin(words, 2900)),
      { type: "actions", elements: [goButton(ids.action.goOverview, "Try Again", null)] },
    ],
  };
}

function tabBar({ admin, waiting }: HomeFrame, tab: HomeLocation["tab"]): KnownBlock {
  const approvals = waiting === 0 ? "Approvals" : `Approvals (${counted(waiting)})`;
  const said = waiting === 0 ? "" : `: ${waitingWords(waiting)}`;
  return {
    type: "actions",
    elements: [
      goButton(ids.action.goOverview, "Overview", { tab: "overview" }, { chosen: tab === "overview" }),
      goButton(
        ids.action.goApprovals,
        approvals,
        { tab: "approvals", list: "pending" },
        { chosen: tab === "approvals", label: `Approvals${said}` },
      ),
      ...(admin
        ? [
            goButton(
              ids.action.goSettings,
              "Settings",
              { tab: "settings", settings: { section: "workflows" } },
              { chosen: tab === "settings" },
            ),
          ]
        : []),
    ],
  };
}

/** A button that leads to a place in the Home, or draws it anew where they are. The chosen one of several looks so, and says so to a screen reader. */
export function goButton(
  actionId: string,
  text: string,
  place: HomeLocation | null,
  { chosen = false, label = text }: { chosen?: boolean; label?: string } = {},
): Button {
  return {
    type: "button",
    action_id: actionId,
    text: plain(text, textLimits.button),
    accessibility_label: plain(chosen ? `${label}, shown now` : label, textLimits.button).text,
    value: JSON.stringify(place),
    ...(chosen ? { style: "primary" as const } : {}),
  };
}

/** Previous and Next, where there is something before or behind. */
export function turnBlocks(previous: HomeLocation | null, next: HomeLocation | null): KnownBlock[] {
  const elements = [
    ...(previous ? [goButton(ids.action.goPrevious, "Previous", previous, { label: "Previous page" })] : []),
    ...(next ? [goButton(ids.action.goNext, "Next", next, { label: "Next page" })] : []),
  ];
  return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

export const waitingWords = (waiting: number): string =>
  waiting === 0
    ? "Nothing waits for your review"
    : `${counted(waiting)} ${waiting === 1 ? "request waits" : "requests wait"} for your review`;

/** "7", and "99+" where counting stopped. */
const counted = (waiting: number): string =>
  waiting < countedWaiting ? String(waiting) : `${countedWaiting - 1}+`;

/** An empty Home: what to do next, and who can. */
export function noProjectBlocks({ admin }: HomeFrame, admins: readonly Person[]): KnownBlock[] {
  if (admin) {
    const settings: HomeLocation = { tab: "settings", settings: { section: "projects" } };
    return [
      section(
        "*There is no project yet.*\nMake one in Settings: its environments in order, and its integrations. Then record what is live, and it shows here.",
      ),
      { type: "actions", elements: [goButton(ids.action.goProjects, "Make a Project", settings)] },
    ];
  }
  return [section(`*There is no project yet.*\n${askAdmins(admins)} to make one.`)];
}

/** "Ask Ada or Bob": R13's answer to what only admins can do. */
export function askAdmins(admins: readonly Person[]): string {
  if (admins.length === 0) return "Ask an owner of this workspace";
  const names = nameList(admins.map(({ name }) => shortName(name)));
  return `Ask ${escapeWithin(names, 1000)}`;
}

export function section(text: string): KnownBlock {
  return { type: "section", text: mrkdwn(text) };
}
