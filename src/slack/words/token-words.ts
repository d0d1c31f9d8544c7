import { assertNever } from "../../domain/shared/result.ts";
import type { TokenWarningView } from "../../queries/tokens/list-token-warnings.ts";
import { shortName } from "./names.ts";
import { escapeWithin, moment } from "./text.ts";

const short = (name: string): string => escapeWithin(shortName(name), 60);

/** Returns what the admins must know about a token, as one line of mrkdwn. */
export function tokenWarningWords(view: TokenWarningView): string {
  const token = `⚠️ Token *${short(view.name)}*`;
  switch (view.kind) {
    case "stopped":
      return `${token} no longer works: ${short(view.left)} is no longer an active full member.`;
    case "ending":
      return `${token} of ${short(view.member)} stops working ${moment(view.at)}.`;
    case "not-admin": {
      const owner = `${token}: ${short(view.member)} is not an admin`;
      if (view.paused.length === 0) return `${owner}. It still works.`;
      const scopes = view.paused.map((scope) => `\`${scope}\``).join(" and ");
      const pause = view.paused.length === 1 ? "pauses" : "pause";
      return view.until === null
        ? `${owner}, so ${scopes} ${view.paused.length === 1 ? "is" : "are"} paused. Its other scopes still work.`
        : `${owner}, so ${scopes} ${pause} ${moment(view.until)}.`;
    }
    default:
      return assertNever(view);
  }
}
