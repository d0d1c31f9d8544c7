import type { Method } from "./method.ts";

/** Source: https://docs.slack.dev/reference/methods/auth.test */
export const authTest: Method = {
  run: ({ workspace: { team, bot }, publicUrl }) => ({
    url: publicUrl,
    team: team.name,
    user: bot.name,
    team_id: team.id,
    user_id: bot.userId,
    bot_id: bot.botId,
    is_enterprise_install: false,
  }),
};
