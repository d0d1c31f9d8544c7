import type { Context } from "hono";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Shown } from "../parts/sidebar.tsx";
import { choosePage, deactivatedPage, partOf, workspacePage } from "../render/render-page.tsx";
import { events } from "./events.ts";
import type { Part } from "./feed.ts";
import { activePeople, botDm, findDeactivated, findPerson, type PageDeps } from "./page-deps.ts";

const names: Part[] = ["sidebar", "conversation", "home", "view", "mail", "strip", "workspace", "ci"];
const parts: readonly string[] = names;
const isPart = (name: string): name is Part => parts.includes(name);

/** The pages. `?part=…` on the same address returns one part. */
export function pageRoutes(deps: PageDeps): Hono {
  const { slack, reads, feed } = deps;
  const app = new Hono();
  app.get("/", (c) => c.html(choosePage(deps)));
  app.get("/events", (c) => {
    const person = findPerson(deps, c.req.query("user") ?? "");
    return person === undefined ? c.notFound() : events(c, feed, person.id);
  });
  app.get("/as/:user", (c) => page(c, deps, (userId) => ({ kind: "channel", channel: botDm(deps, userId) })));
  app.get("/as/:user/c/:channel", (c) =>
    page(c, deps, (userId) => {
      const channel = slack.workspace.channels.get(c.req.param("channel"));
      return channel?.members.includes(userId) ? { kind: "channel", channel } : undefined;
    }),
  );
  app.get("/as/:user/home", (c) => page(c, deps, () => ({ kind: "home" })));
  app.get("/as/:user/workspace", (c) => page(c, deps, () => ({ kind: "workspace" })));
  app.get("/as/:user/ci", (c) =>
    page(c, deps, () => (deps.ci ? { kind: "ci", integration: c.req.query("integration") } : undefined)),
  );
  app.get("/as/:user/mail", (c) => page(c, deps, () => ({ kind: "mail" })));
  app.get("/as/:user/mail/:mail", (c) =>
    page(c, deps, () => ({ kind: "mail", mailId: c.req.param("mail") })),
  );
  app.post("/as/:user/read", async (c) => {
    const person = findPerson(deps, c.req.param("user"));
    const body: unknown = await c.req.json().catch(() => undefined);
    const { channel, mail } = (body ?? {}) as { channel?: unknown; mail?: unknown };
    if (person === undefined) return c.notFound();
    const wasUnread =
      (typeof channel === "string" && reads.readChannel(person.id, channel)) ||
      (typeof mail === "string" && reads.readMail(person.id, mail));
    if (wasUnread) feed.changed(["sidebar", "mail"]);
    return c.json({ ok: true });
  });
  app.get("/ci/attempts/:attempt", (c) => {
    const last = findPerson(deps, getCookie(c, "as") ?? "") ?? activePeople(deps)[0];
    return last ? c.redirect(`/as/${last.id}/ci#attempt-${c.req.param("attempt")}`) : c.notFound();
  });
  app.get("/archives/:channel/:message", (c) => permalink(c, deps));
  return app;
}

async function page(c: Context, deps: PageDeps, show: (userId: string) => Shown | undefined) {
  const person = findPerson(deps, c.req.param("user") ?? "");
  const shown = person && show(person.id);
  const deactivated = findDeactivated(deps, c.req.param("user") ?? "");
  if (deactivated !== undefined) return c.html(deactivatedPage(deactivated.realName), 403);
  if (person === undefined || shown === undefined) return c.notFound();
  // While the mail server is restarting, everything else works.
  const mails = await deps.inbox().catch(() => []);
  const part = c.req.query("part");
  if (part !== undefined) {
    return isPart(part) ? c.html(await partOf({ deps, person, shown, mails, part })) : c.notFound();
  }
  setCookie(c, "as", person.id, { path: "/", sameSite: "Lax" });
  return c.html(await workspacePage({ deps, person, shown, mails }));
}

/**
 * A message's address opens the window of the person in the direct messages. For a channel, it opens the
 * window that this browser used last.
 */
function permalink(c: Context, { slack, ...deps }: PageDeps) {
  const channel = slack.workspace.channels.get(c.req.param("channel") ?? "");
  const digits = /^p(\d+)(\d{6})$/.exec(c.req.param("message") ?? "");
  if (channel === undefined || digits === null) return c.notFound();
  const ts = `${digits[1]}.${digits[2]}`;
  const members = activePeople({ slack, ...deps }).filter((person) => channel.members.includes(person.id));
  const last = getCookie(c, "as");
  const viewer = members.find((person) => person.id === last) ?? members[0];
  if (viewer === undefined) return c.notFound();
  const where = channel.kind === "im" ? "" : `/c/${channel.id}`;
  return c.redirect(`/as/${viewer.id}${where}?message=${ts}`);
}
