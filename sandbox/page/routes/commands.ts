import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { isJson, list, textOf } from "../../slack/checks/elements.ts";

/** A slash command as Slack suggests it. */
export type Command = { name: string; description: string; usage: string };

/** A global shortcut as Slack lists it next to the message field. */
export type Shortcut = { callbackId: string; name: string; description: string };

/**
 * The commands and shortcuts that a manifest declares. https://docs.slack.dev/reference/app-manifest#features
 */
export function readOffers(manifest: string | URL): { commands: Command[]; shortcuts: Shortcut[] } {
  const root: unknown = parse(readFileSync(manifest, "utf8"));
  const features = isJson(root) && isJson(root.features) ? root.features : {};
  return {
    commands: list(features.slash_commands).map((row) => ({
      name: textOf(row.command),
      description: textOf(row.description),
      usage: textOf(row.usage_hint),
    })),
    shortcuts: list(features.shortcuts)
      .filter((row) => row.type === "global")
      .map((row) => ({
        callbackId: textOf(row.callback_id),
        name: textOf(row.name),
        description: textOf(row.description),
      })),
  };
}
