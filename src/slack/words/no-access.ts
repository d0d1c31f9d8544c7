import type { NoAccess } from "../../queries/people/get-access.ts";
import { shortName } from "./names.ts";
import { nameList } from "./text.ts";

const subjects = {
  deactivated: "Deactivated members",
  guest: "Guests",
  bot: "Bots",
  stranger: "People from other workspaces",
} as const;

/** Returns why a person sees nothing in Signoff, and whom to ask (R13), in plain sentences. Escape them for mrkdwn. */
export function noAccessWords({ why, admins }: NoAccess): string {
  const ask = admins.length === 0 ? "an owner of this workspace" : nameList(admins.map(adminName), 5, 500);
  if (why === "unknown") {
    return `Signoff does not know you yet. Try again in a minute. If this stays, ask ${ask}.`;
  }
  return `${subjects[why]} can't use Signoff. Only full members of this workspace can. If you need access, ask ${ask}.`;
}

const adminName = ({ name }: { name: string }): string => shortName(name);

/** Returns the same in the 75 characters of an option. */
export function noAccessOption({ why }: NoAccess): string {
  return why === "unknown" ? "Signoff does not know you yet" : `${subjects[why]} can't use Signoff`;
}
