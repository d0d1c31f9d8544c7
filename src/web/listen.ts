import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { timedOut, withTimeout } from "../lib/timeout.ts";

export type Listening = {
  port: number;
  /**
   * Accepts no new connections, waits for the responses in progress, then closes.
   *
   * @param limitMs how long to wait, in milliseconds, before the remaining connections are closed
   */
  close(limitMs: number): Promise<void>;
};

type ListenSettings = {
  fetch: (request: Request) => Response | Promise<Response>;
  host: string;
  /** 0 picks a free port. */
  port: number;
  /** A connection without traffic is closed after this time, in milliseconds. Default: 2 minutes. */
  idleMs?: number;
};

/** Starts the HTTP server. Rejects with a readable message if the port is not available. */
export async function listen({ fetch, host, port, idleMs = 120_000 }: ListenSettings): Promise<Listening> {
  // Longer than the timeouts of load balancers, so that the server never closes a connection they are about to use.
  const serverOptions = { keepAliveTimeout: 75_000, headersTimeout: 10_000, requestTimeout: 15_000 };
  // HTTP/1.0 clients, such as some load balancers' health checks, send no Host. Nothing depends on its value.
  const server = createAdaptorServer({ fetch, serverOptions, hostname: "localhost" }) as Server;
  // Longer than any response takes. Otherwise a client that never reads its response would hold it in memory forever.
  server.timeout = idleMs;
  const openResponses = trackResponses(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Error(`Cannot listen on ${host}:${port}: ${error.message}`)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async (limitMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Otherwise these connections would stay open for the next request and delay the stop.
      for (const response of openResponses) response.shouldKeepAlive = false;
      if ((await withTimeout(closed, limitMs)) === timedOut) server.closeAllConnections();
      await closed;
    },
  };
}

/** Returns the set of responses in progress, which the server keeps up to date. */
function trackResponses(server: Server): ReadonlySet<ServerResponse> {
  const open = new Set<ServerResponse>();
  server.on("request", (_, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
  });
  return open;
}
