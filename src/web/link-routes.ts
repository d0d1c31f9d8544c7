import { Hono } from "hono";
import type { LinkPayload } from "../lib/links.ts";
import type { Log } from "../lib/log.ts";
import { timedOut, withTimeout } from "../lib/timeout.ts";
import { cannotLookUp, cardNotThere, linkNotValid } from "./pages.tsx";

/** How long the look-up may take, in milliseconds, before the person is told to try again. */
const lookUpLimit = 5_000;

/** Where one member's own card of a request is in Slack; undefined while there is none. */
export type FindCard = (asked: {
  organizationId: string;
  number: number;
  memberId: string;
}) => Promise<{ url: string } | undefined>;

type LinkDeps = {
  readLink: (token: string) => LinkPayload | undefined;
  findCard: FindCard;
  log: Log;
};

/**
 * `/r/:token`: an email's link leads to the person's own card in Slack. Whoever holds it learns where that card is and
 * nothing else, and opening it changes nothing: mail scanners open links too.
 */
export function linkRoutes({ readLink, findCard, log }: LinkDeps): Hono {
  const routes = new Hono();
  routes.get("/r/:token", async (c) => {
    c.header("cache-control", "no-store");
    const link = readLink(c.req.param("token"));
    if (link === undefined) return c.html(linkNotValid(), 404);
    try {
      const asked = { organizationId: link.organization, number: link.request, memberId: link.member };
      const card = await withTimeout(findCard(asked), lookUpLimit);
      if (card === undefined) return c.html(cardNotThere(link.request), 404);
      if (card !== timedOut) return c.redirect(card.url, 302);
      log.error({ request: link.request }, "A card's place was not found in time");
    } catch (error) {
      log.error({ err: error, request: link.request }, "A card's place could not be looked up");
    }
    c.header("retry-after", "10");
    return c.html(cannotLookUp(), 503);
  });
  return routes;
}
