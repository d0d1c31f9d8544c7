import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { isJson, list, textOf } from "../slack/elements.ts";

/** A slash command as Slack's suggestions tell of it. */
export type Command = { name: string; description: string; usage: string };

/** The commands of a manifest. https://docs.slack.dev/reference/app-manifest#features */
export function readCommands(manifest: string | URL): Command[] {
  const root: unknown = parse(readFileSync(manifest, "utf8"));
  const features = isJson(root) && isJson(root.features) ? root.features : {};
  return list(features.slash_commands).map((row) => ({
    name: textOf(row.command),
    description: textOf(row.description),
    usage: textOf(row.usage_hint),
  }));
}
