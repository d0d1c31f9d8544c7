import { Hono } from "hono";
import type { LinkPayload } from "../lib/links.ts";
import type { Log } from "../lib/log.ts";
import { timedOut, withTimeout } from "../lib/timeout.ts";
import { cannotLookUp, cardNotThere, linkNotValid, noAccess, requestGone } from "./pages.tsx";

/** How long the lookup may take, in milliseconds, before the person is asked to try again. */
const lookupTimeoutMs = 5_000;

/**
 * Returns the Slack URL of a member's own card of a request, or undefined while there is none; `no-access` for somebody who
 * is no longer an active full member, and `another-request` if the number belongs to another request than the link's.
 */
export type FindCard = (card: {
  organizationId: string;
  number: number;
  memberId: string;
  identity?: string;
}) => Promise<{ url: string } | "no-access" | "another-request" | undefined>;

type LinkDeps = {
  readLink: (token: string) => LinkPayload | undefined;
  findCard: FindCard;
  log: Log;
};

/**
 * Returns the route `/r/:token`, which redirects from an email to the person's own card in Slack. The link reveals the
 * card's URL and nothing else. Opening it changes nothing, because mail scanners open links too.
 */
export function linkRoutes({ readLink, findCard, log }: LinkDeps): Hono {
  const routes = new Hono();
  routes.get("/r/:token", async (c) => {
    c.header("cache-control", "no-store");
    const link = readLink(c.req.param("token"));
    if (link === undefined) return c.html(linkNotValid(), 404);
    try {
      const { organization: organizationId, request: number, member: memberId, identity } = link;
      const wanted = { organizationId, number, memberId, ...(identity && { identity }) };
      const card = await withTimeout(findCard(wanted), lookupTimeoutMs);
      if (card === "no-access") return c.html(noAccess(), 403);
      if (card === "another-request") return c.html(requestGone(number), 404);
      if (card === undefined) return c.html(cardNotThere(link.request), 404);
      if (card !== timedOut) return c.redirect(card.url, 302);
      log.error({ request: link.request }, "The lookup of a card took too long");
    } catch (error) {
      log.error({ err: error, request: link.request }, "A card could not be looked up");
    }
    c.header("retry-after", "10");
    return c.html(cannotLookUp(), 503);
  });
  return routes;
}
