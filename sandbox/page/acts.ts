import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { BotAnswer, SlackStandIn } from "../slack/types.ts";
import { type PageHouse, somebody } from "./house.ts";

const commandBody = z.object({ text: z.string().min(1), channel: z.string().optional() });
const clickBody = z.object({
  actionId: z.string(),
  value: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
  ephemeral: z.string().optional(),
});
const value = z.union([z.string(), z.array(z.string())]);
const chooseBody = z.object({ actionId: z.string(), value });
const fillBody = z.object({ actionId: z.string(), value: z.string() });
const suggestBody = z.object({ actionId: z.string(), typed: z.string() });
const submitBody = z.object({ view: z.string(), values: z.record(z.string(), value) });
const closeBody = z.object({ view: z.string(), all: z.boolean().optional() });

/** Nothing was sent to the bot, and nothing is wrong: the page shows these cases in other ways. */
const quiet = new Set(["not_dispatched", "input_invalid", "unknown_command"]);

type Outcome = { ok: boolean; error?: string; tookMs?: number };

const outcomeOf = ({ error, tookMs }: BotAnswer): Outcome =>
  error === undefined || quiet.has(error) ? { ok: true, tookMs } : { ok: false, error, tookMs };

type Click = z.infer<typeof clickBody>;

/** Presses a button where it stands: on a message, on a private answer, else in the modal in front. */
function click(slack: SlackStandIn, userId: string, { channel, ts, ephemeral, actionId, value }: Click) {
  const on = { actionId, ...(value !== undefined && { value }) };
  if (ephemeral !== undefined) return slack.clickEphemeral(userId, ephemeral, on);
  if (channel !== undefined && ts !== undefined) return slack.click(userId, { channel, ts }, on);
  return slack.clickView(userId, on);
}

/** Closes the modal that the person saw, or the whole stack under it; one that is gone already stays gone. */
async function close(slack: SlackStandIn, userId: string, view: string, all: boolean): Promise<void> {
  if (slack.topView(userId)?.id !== view) return;
  do await slack.closeView(userId);
  while (all && slack.topView(userId) !== undefined);
}

/** One address per thing that a person does. Each takes JSON, calls the stand-in and answers with an Outcome. */
export function acts(house: PageHouse): Hono {
  const { slack } = house;
  const app = new Hono();
  const on = <Body>(
    name: string,
    schema: z.ZodType<Body>,
    act: (userId: string, body: Body) => Promise<object>,
  ) => app.post(`/as/:user/${name}`, (c) => answer(c, house, schema, act));
  on("command", commandBody, async (user, { text, channel }) =>
    outcomeOf(await slack.command(user, text, channel)),
  );
  on("click", clickBody, async (user, body) => outcomeOf(await click(slack, user, body)));
  on("choose", chooseBody, async (user, body) =>
    outcomeOf(await slack.choose(user, body.actionId, body.value)),
  );
  on("fill", fillBody, async (user, body) => {
    slack.fill(user, body.actionId, body.value);
    return { ok: true };
  });
  on("suggest", suggestBody, async (user, body) => ({
    ok: true,
    options: await slack.suggest(user, body.actionId, body.typed),
  }));
  on("submit", submitBody, async (user, { view, values }) => {
    if (slack.topView(user)?.id !== view) return { ok: false, error: "this modal is no longer in front" };
    return outcomeOf(await slack.submit(user, values));
  });
  on("close", closeBody, async (user, { view, all }) => {
    await close(slack, user, view, all ?? false);
    return { ok: true };
  });
  return app;
}

async function answer<Body>(
  c: Context,
  house: PageHouse,
  schema: z.ZodType<Body>,
  act: (userId: string, body: Body) => Promise<object>,
): Promise<Response> {
  const person = somebody(house, c.req.param("user") ?? "");
  if (person === undefined) return c.json({ ok: false, error: "nobody is called that" }, 404);
  // A form of another site cannot send this type, so a page elsewhere cannot act here.
  if (!c.req.header("content-type")?.startsWith("application/json")) {
    return c.json({ ok: false, error: "send JSON" }, 415);
  }
  const body = schema.safeParse(await c.req.json().catch(() => undefined));
  if (!body.success) return c.json({ ok: false, error: z.prettifyError(body.error) }, 400);
  try {
    return c.json(await act(person.id, body.data));
  } catch (error) {
    // The stand-in throws for what nobody could do in Slack, such as a button that has just gone.
    return c.json({ ok: false, error: error instanceof Error ? error.message : String(error) }, 409);
  }
}
