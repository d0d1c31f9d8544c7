import { createServer } from "node:net";

/** Returns a free port: the preferred one, or any other if that is in use. */
export async function freePort(wanted = 0): Promise<number> {
  return probe(wanted).catch(() => probe(0));
}

function probe(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, () => {
      const address = server.address() as { port: number };
      server.close(() => resolve(address.port));
    });
  });
}
