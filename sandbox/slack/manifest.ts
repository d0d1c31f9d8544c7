import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Json } from "./types.ts";

/** What the stand-in reads from the app's manifest. Source: https://docs.slack.dev/reference/app-manifest */
export type Manifest = {
  appName: string;
  botName: string;
  scopes: string[];
  commands: string[];
  shortcuts: string[];
  events: string[];
  interactivity: boolean;
  homeTab: boolean;
  /**
   * False means that Slack refuses messages to the app's direct messages. Undefined means that the manifest
   * does not say.
   */
  messagesTab: boolean | undefined;
};

const at = (root: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((value, key) => (value as Json | undefined | null)?.[key], root);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * Reads manifest.yml (or .json).
 * @throws if the file is missing or is not YAML
 */
export function readManifest(path: string): Manifest {
  const root: unknown = parse(readFileSync(path, "utf8"));
  const names = (where: string, key: string) => list(at(root, where)).map((row) => String(at(row, key)));
  const appName = String(at(root, "display_information.name") ?? "App");
  const messagesTab = at(root, "features.app_home.messages_tab_enabled");
  return {
    appName,
    botName: String(at(root, "features.bot_user.display_name") ?? appName),
    scopes: list(at(root, "oauth_config.scopes.bot")).map(String),
    commands: names("features.slash_commands", "command"),
    shortcuts: names("features.shortcuts", "callback_id"),
    events: list(at(root, "settings.event_subscriptions.bot_events")).map(String),
    interactivity: at(root, "settings.interactivity.is_enabled") === true,
    homeTab: at(root, "features.app_home.home_tab_enabled") === true,
    messagesTab: typeof messagesTab === "boolean" ? messagesTab : undefined,
  };
}
