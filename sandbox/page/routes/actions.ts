import { Hono } from "hono";
import { z } from "zod";
import type { BotAnswer, SlackStandIn } from "../../slack/types.ts";
import { answer } from "./answer.ts";
import type { PageDeps } from "./page-deps.ts";
import { selectOptions } from "./select-options.ts";

const commandBody = z.object({ text: z.string().min(1), channel: z.string().optional() });
const clickBody = z.object({
  actionId: z.string(),
  value: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  ephemeral: z.string().optional(),
  blockId: z.string().optional(),
  /** Set for the App Home. */
  home: z.boolean().optional(),
});
const value = z.union([z.string(), z.array(z.string())]);
const element = { actionId: z.string(), blockId: z.string().optional() };
const chooseBody = z.object({ ...element, value });
const fillBody = z.object({ ...element, value: z.string() });
const suggestBody = z.object({ ...element, typed: z.string() });
const submitBody = z.object({ view: z.string(), typed: z.array(fillBody) });
const shortcutBody = z.object({ callbackId: z.string() });
const openBody = z.object({ tab: z.enum(["home", "messages"]) });
const closeBody = z.object({ view: z.string(), all: z.boolean().optional() });

/** Cases in which nothing was sent to the bot and nothing is wrong. The page shows them elsewhere. */
const quiet = new Set(["not_dispatched", "input_invalid", "unknown_command", "not_subscribed"]);

type Outcome = { ok: boolean; error?: string; tookMs?: number };

const outcomeOf = ({ error, tookMs }: BotAnswer): Outcome =>
  error === undefined || quiet.has(error) ? { ok: true, tookMs } : { ok: false, error, tookMs };

type Click = z.infer<typeof clickBody>;

/** Presses a button on its surface: a message, an ephemeral message, the Home, or else the top modal. */
function click(slack: SlackStandIn, userId: string, { channel, ts, ephemeral, home, ...rest }: Click) {
  const { actionId, value, blockId } = rest;
  const on = { actionId, ...(value !== undefined && { value }), ...(blockId !== undefined && { blockId }) };
  if (home) return slack.clickHome(userId, on);
  if (ephemeral !== undefined) return slack.clickEphemeral(userId, ephemeral, on);
  if (channel !== undefined && ts !== undefined) return slack.click(userId, { channel, ts }, on);
  return slack.clickView(userId, on);
}

/** Closes the modal that the person saw, or its whole stack. Does nothing if it is already closed. */
async function close(slack: SlackStandIn, userId: string, view: string, all: boolean): Promise<void> {
  if (slack.topView(userId)?.id !== view) return;
  await slack.closeView(userId, all ? "×" : "cancel");
}

/** One route per action of a person. Each takes JSON, calls the stand-in, and returns an Outcome. */
export function actionRoutes(deps: PageDeps): Hono {
  const { slack } = deps;
  const app = new Hono();
  const on = <Body>(
    name: string,
    schema: z.ZodType<Body>,
    act: (userId: string, body: Body) => Promise<object>,
  ) => app.post(`/as/:user/${name}`, (c) => answer(c, deps, schema, act));
  on("command", commandBody, async (user, { text, channel }) =>
    outcomeOf(await slack.command(user, text, channel)),
  );
  on("click", clickBody, async (user, body) => outcomeOf(await click(slack, user, body)));
  on("choose", chooseBody, async (user, body) =>
    outcomeOf(await slack.choose(user, body.actionId, body.value, body.blockId)),
  );
  on("fill", fillBody, async (user, body) => {
    slack.fill(user, body.actionId, body.value, body.blockId);
    return { ok: true };
  });
  on("suggest", suggestBody, async (user, body) => ({
    ok: true,
    options: await selectOptions(slack, user, body),
  }));
  on("submit", submitBody, async (user, { view, typed }) => {
    if (slack.topView(user)?.id !== view) return { ok: false, error: "this modal is no longer in front" };
    for (const { actionId, value, blockId } of typed) slack.fill(user, actionId, value, blockId);
    return outcomeOf(await slack.submit(user));
  });
  on("shortcut", shortcutBody, async (user, { callbackId }) =>
    outcomeOf(await slack.shortcut(user, callbackId)),
  );
  on("open", openBody, async (user, { tab }) => outcomeOf(await slack.openHome(user, tab)));
  on("close", closeBody, async (user, { view, all }) => {
    await close(slack, user, view, all ?? false);
    return { ok: true };
  });
  return app;
}
