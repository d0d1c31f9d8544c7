import type { Context } from "hono";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Shown } from "../parts/sidebar.tsx";
import { choosePage, deactivatedPage, partOf, workspacePage } from "../render/render-page.tsx";
import { events } from "./events.ts";
import type { Part } from "./feed.ts";
import { botDm, deactivated, everybody, type PageHouse, somebody } from "./page-deps.ts";

const names: Part[] = ["sidebar", "conversation", "home", "view", "mail", "strip", "workspace", "ci"];
const parts: readonly string[] = names;
const isPart = (name: string): name is Part => parts.includes(name);

/** The pages. `?part=…` on the same address returns one part. */
export function pages(standIn: PageHouse): Hono {
  const { slack, reads, feed } = standIn;
  const app = new Hono();
  app.get("/", (c) => c.html(choosePage(standIn)));
  app.get("/events", (c) => {
    const person = somebody(standIn, c.req.query("user") ?? "");
    return person === undefined ? c.notFound() : events(c, feed, person.id);
  });
  app.get("/as/:user", (c) =>
    page(c, standIn, (userId) => ({ kind: "channel", channel: botDm(standIn, userId) })),
  );
  app.get("/as/:user/c/:channel", (c) =>
    page(c, standIn, (userId) => {
      const channel = slack.workspace.channels.get(c.req.param("channel"));
      return channel?.members.includes(userId) ? { kind: "channel", channel } : undefined;
    }),
  );
  app.get("/as/:user/home", (c) => page(c, standIn, () => ({ kind: "home" })));
  app.get("/as/:user/workspace", (c) => page(c, standIn, () => ({ kind: "workspace" })));
  app.get("/as/:user/ci", (c) =>
    page(c, standIn, () => (standIn.ci ? { kind: "ci", place: c.req.query("place") } : undefined)),
  );
  app.get("/as/:user/mail", (c) => page(c, standIn, () => ({ kind: "mail" })));
  app.get("/as/:user/mail/:mail", (c) =>
    page(c, standIn, () => ({ kind: "mail", mailId: c.req.param("mail") })),
  );
  app.post("/as/:user/read", async (c) => {
    const person = somebody(standIn, c.req.param("user"));
    const body: unknown = await c.req.json().catch(() => undefined);
    const { channel, mail } = (body ?? {}) as { channel?: unknown; mail?: unknown };
    if (person === undefined) return c.notFound();
    const isNews =
      (typeof channel === "string" && reads.readChannel(person.id, channel)) ||
      (typeof mail === "string" && reads.readMail(person.id, mail));
    if (isNews) feed.changed(["sidebar", "mail"]);
    return c.json({ ok: true });
  });
  app.get("/ci/attempts/:attempt", (c) => {
    const last = somebody(standIn, getCookie(c, "as") ?? "") ?? everybody(standIn)[0];
    return last ? c.redirect(`/as/${last.id}/ci#attempt-${c.req.param("attempt")}`) : c.notFound();
  });
  app.get("/archives/:channel/:message", (c) => permalink(c, standIn));
  return app;
}

async function page(c: Context, standIn: PageHouse, show: (userId: string) => Shown | undefined) {
  const person = somebody(standIn, c.req.param("user") ?? "");
  const shown = person && show(person.id);
  const gone = deactivated(standIn, c.req.param("user") ?? "");
  if (gone !== undefined) return c.html(deactivatedPage(gone.realName), 403);
  if (person === undefined || shown === undefined) return c.notFound();
  // While the mail server is restarting, everything else works.
  const mails = await standIn.inbox().catch(() => []);
  const part = c.req.query("part");
  if (part !== undefined) {
    return isPart(part) ? c.html(await partOf({ standIn, person, shown, mails, part })) : c.notFound();
  }
  setCookie(c, "as", person.id, { path: "/", sameSite: "Lax" });
  return c.html(await workspacePage({ standIn, person, shown, mails }));
}

/**
 * A message's address opens the window of the person in the direct messages. For a channel, it opens the
 * window that this browser used last.
 */
function permalink(c: Context, { slack, ...standIn }: PageHouse) {
  const channel = slack.workspace.channels.get(c.req.param("channel") ?? "");
  const digits = /^p(\d+)(\d{6})$/.exec(c.req.param("message") ?? "");
  if (channel === undefined || digits === null) return c.notFound();
  const ts = `${digits[1]}.${digits[2]}`;
  const members = everybody({ slack, ...standIn }).filter((person) => channel.members.includes(person.id));
  const last = getCookie(c, "as");
  const viewer = members.find((person) => person.id === last) ?? members[0];
  if (viewer === undefined) return c.notFound();
  const where = channel.kind === "im" ? "" : `/c/${channel.id}`;
  return c.redirect(`/as/${viewer.id}${where}?message=${ts}`);
}
