import { createServer, connect as dial, type Server, type Socket } from "node:net";

export type DatabaseProxy = {
  /** The database's address through the proxy. */
  url: string;
  /** Closes every connection and refuses new ones, as a restarting database does. */
  down(): Promise<void>;
  up(): Promise<void>;
};

/** Starts a proxy in front of the database, so that a test can disconnect it and connect it again. */
export async function databaseProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;

  const up = () =>
    new Promise<void>((resolve, reject) => {
      if (server !== undefined) return resolve();
      const listening = createServer((client) => {
        const upstream = dial(Number(target.port), target.hostname);
        for (const [socket, other] of [
          [client, upstream],
          [upstream, client],
        ] as const) {
          sockets.add(socket);
          socket.pipe(other);
          socket.on("error", () => other.destroy());
          socket.on("close", () => {
            sockets.delete(socket);
            other.destroy();
          });
        }
      });
      listening.once("error", reject);
      listening.listen(port, "127.0.0.1", () => {
        port = (listening.address() as { port: number }).port;
        server = listening;
        resolve();
      });
    });

  const down = () =>
    new Promise<void>((resolve) => {
      if (server === undefined) return resolve();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
      server = undefined;
    });

  await up();
  const through = new URL(url);
  through.port = String(port);
  return { url: through.href, down, up };
}
