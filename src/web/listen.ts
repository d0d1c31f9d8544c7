import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { timedOut, withTimeout } from "../lib/timeout.ts";

export type Listening = {
  port: number;
  /**
   * Takes no new connections, lets the answers that are under way go out, then closes.
   * @param limit the most milliseconds to wait before the connections that are left are cut
   */
  close(limit: number): Promise<void>;
};

type ListenSettings = {
  fetch: (request: Request) => Response | Promise<Response>;
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** After so many milliseconds in which nothing comes or goes a connection is cut; default 2 minutes. */
  silentMs?: number;
};

/** Starts the HTTP server. Rejects, in words, where the port cannot be had. */
export async function listen({ fetch, host, port, silentMs = 120_000 }: ListenSettings): Promise<Listening> {
  // Kept open longer than load balancers keep theirs, so that it is never ours that closes under a request.
  const serverOptions = { keepAliveTimeout: 75_000, headersTimeout: 10_000, requestTimeout: 15_000 };
  const server = createAdaptorServer({ fetch, serverOptions }) as Server;
  // Longer than any answer waits. Who asks for much and reads nothing of it would else be kept for ever, with what is unsent.
  server.timeout = silentMs;
  const open = responsesOf(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Error(`Cannot listen on ${host}:${port}: ${error.message}`)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async (limit) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Else a connection that is answered now would be kept for the next request, and hold up the stop.
      for (const response of open) response.shouldKeepAlive = false;
      if ((await withTimeout(closed, limit)) === timedOut) server.closeAllConnections();
      await closed;
    },
  };
}

/** The responses that are still to be sent. */
function responsesOf(server: Server): ReadonlySet<ServerResponse> {
  const open = new Set<ServerResponse>();
  server.on("request", (_, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
  });
  return open;
}
