import { createServer } from "node:net";

/** Returns a free port: the preferred one, or any other if that is in use. */
export async function freePort(preferred = 0): Promise<number> {
  return tryPort(preferred).catch(() => tryPort(0));
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, () => {
      const address = server.address() as { port: number };
      server.close(() => resolve(address.port));
    });
  });
}
