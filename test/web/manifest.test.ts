import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { neededScopes } from "../../src/directory/bot-scopes.ts";

type Manifest = {
  _metadata: { major_version: number };
  display_information: {
    name: string;
    description: string;
    long_description: string;
    background_color: string;
  };
  features: {
    app_home: Record<string, boolean>;
    slash_commands: { command: string; url: string }[];
    shortcuts: { name: string; type: string; callback_id: string }[];
  };
  oauth_config: { scopes: { bot: string[]; user?: string[] } };
  settings: {
    event_subscriptions: { request_url: string; bot_events: string[] };
    interactivity: { request_url: string; message_menu_options_url: string };
  };
};

let manifest: Manifest;

beforeAll(async () => {
  manifest = parse(await readFile(new URL("../../manifest.yml", import.meta.url), "utf8")) as Manifest;
});

test("the manifest keeps Slack's limits", () => {
  // https://docs.slack.dev/reference/app-manifest
  const { name, description, long_description, background_color } = manifest.display_information;
  expect(manifest._metadata.major_version).toBe(2);
  expect(name.length).toBeLessThanOrEqual(35);
  expect(description.length).toBeLessThanOrEqual(140);
  expect(long_description.length).toBeGreaterThanOrEqual(175);
  expect(long_description.length).toBeLessThanOrEqual(4000);
  expect(background_color).toMatch(/^#[0-9a-f]{6}$/);
});

test("the bot asks for no scope that no code needs", () => {
  const history = ["im:history", "channels:history", "groups:history"];
  const messages = ["commands", "chat:write", "im:write", ...history];
  const directory = ["users:read", "users:read.email", "usergroups:read", "channels:read", "groups:read"];
  expect(manifest.oauth_config.scopes).toEqual({ bot: [...messages, ...directory] });
  expect([...neededScopes].sort()).toEqual(manifest.oauth_config.scopes.bot.toSorted());
});

test("the App Home, its events and the shortcut are switched on", () => {
  const { app_home, shortcuts } = manifest.features;
  expect(app_home).toMatchObject({ home_tab_enabled: true, messages_tab_enabled: true });
  expect(shortcuts).toMatchObject([{ type: "global", callback_id: "request_to_promote" }]);
  for (const { name } of shortcuts) expect(name.length).toBeLessThanOrEqual(24);
  const { request_url, bot_events } = manifest.settings.event_subscriptions;
  expect(request_url).toBe(manifest.settings.interactivity.request_url);
  const people = ["user_change", "team_join", "subteam_members_changed", "subteam_updated"];
  expect(bot_events).toEqual(["app_home_opened", ...people]);
});

test("commands, clicks and select searches all come to the one address", () => {
  const { request_url, message_menu_options_url } = manifest.settings.interactivity;
  const urls = [
    request_url,
    message_menu_options_url,
    ...manifest.features.slash_commands.map(({ url }) => url),
  ];
  expect(new Set(urls)).toEqual(new Set(["https://YOUR-HOST/slack/events"]));
  expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual([
    "/promote",
    "/approvals",
    "/promotion-settings",
  ]);
});
