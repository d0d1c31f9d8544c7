import type { Button, HomeView, KnownBlock } from "@slack/types";
import type { Person } from "../../domain/people/people.ts";
import { countedWaiting } from "../../domain/shared/limits.ts";
import type { HomeFrame } from "../../queries/delivery/get-home.ts";
import { withBlockIds } from "../blocks/block-ids.ts";
import { actions, blocksPerView, button, divider, pageButtons, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { shortName } from "../words/names.ts";
import { escapeWithin, nameList } from "../words/text.ts";
import { type HomeLocation, homeLocationValue } from "./home-location.ts";

/** Returns the App Home: the tabs, and the content of the selected one. */
export function homeView(
  frame: HomeFrame,
  tab: HomeLocation["tab"],
  content: readonly KnownBlock[],
): HomeView {
  const blocks = [tabBar(frame, tab), divider, ...content];
  return homeOf(withBlockIds(blocks.slice(0, blocksPerView)));
}

const homeOf = (blocks: KnownBlock[]): HomeView => ({ type: "home", callback_id: ids.view.home, blocks });

/** Shown until the content is read. */
export const loadingHome = homeOf([section("One moment, Signoff is looking everything up…")]);

/** Returns the Home for when the content cannot be read. */
export function faultHome(words: string): HomeView {
  const retry = goButton(ids.action.goOverview, "Try Again", null);
  return homeOf([section(escapeWithin(words, 2900)), actions([retry])]);
}

function tabBar({ admin, waiting }: HomeFrame, tab: HomeLocation["tab"]): KnownBlock {
  const approvals = waiting === 0 ? "Approvals" : `Approvals (${counted(waiting)})`;
  const label = waiting === 0 ? "Approvals" : `Approvals: ${waitingWords(waiting)}`;
  const settings: HomeLocation = { tab: "settings", settings: { section: "workflows" } };
  return actions([
    goButton(ids.action.goOverview, "Overview", { tab: "overview" }, { chosen: tab === "overview" }),
    goButton(
      ids.action.goApprovals,
      approvals,
      { tab: "approvals", list: "pending" },
      { chosen: tab === "approvals", label },
    ),
    ...(admin ? [goButton(ids.action.goSettings, "Settings", settings, { chosen: tab === "settings" })] : []),
  ]);
}

/**
 * Returns a button that leads to a location in the Home.
 *
 * @param location null: the one that the person is at, drawn again
 * @param chosen whether it leads to what is shown now; its style shows it, and a screen reader says it
 */
export function goButton(
  actionId: string,
  text: string,
  location: HomeLocation | null,
  { chosen = false, label = text }: { chosen?: boolean; label?: string } = {},
): Button {
  return button(actionId, text, homeLocationValue.write(location), {
    label: chosen ? `${label}, shown now` : label,
    ...(chosen ? { style: "primary" } : {}),
  });
}

/** Returns the buttons to the previous and the next page, or no block where neither exists. */
export function pageBlocks(previous: HomeLocation | null, next: HomeLocation | null): KnownBlock[] {
  return pageButtons(
    previous && goButton(ids.action.goPrevious, "Previous", previous, { label: "Previous page" }),
    next && goButton(ids.action.goNext, "Next", next, { label: "Next page" }),
  );
}

export const waitingWords = (waiting: number): string =>
  waiting === 0
    ? "Nothing waits for your review"
    : `${counted(waiting)} ${waiting === 1 ? "request waits" : "requests wait"} for your review`;

/** Returns "7", or "99+": counting stops at 100. */
const counted = (waiting: number): string =>
  waiting < countedWaiting ? String(waiting) : `${countedWaiting - 1}+`;

/** Returns the Overview of a workspace without projects: what to do next, and who can do it. */
export function noProjectBlocks({ admin }: HomeFrame, admins: readonly Person[]): KnownBlock[] {
  if (admin) {
    const settings: HomeLocation = { tab: "settings", settings: { section: "projects" } };
    return [
      section(
        "*There is no project yet.*\nMake one in Settings: its environments in order, and its integrations. Then record what is live, and it shows here.",
      ),
      actions([goButton(ids.action.goProjects, "Make a Project", settings)]),
    ];
  }
  return [section(`*There is no project yet.*\n${askAdmins(admins)} to make one.`)];
}

/** Returns "Ask Ada and Bob", for what only admins can do (R13). */
export function askAdmins(admins: readonly Person[]): string {
  if (admins.length === 0) return "Ask an owner of this workspace";
  const names = nameList(admins.map(({ name }) => shortName(name)));
  return `Ask ${escapeWithin(names, 1000)}`;
}
