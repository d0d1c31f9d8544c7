import { get } from "node:http";
import { answerParent } from "../process.ts";

export type WaitJob = {
  port: number;
  /** The API token. */
  token: string;
  number: number;
  /** The version that all clients know. */
  since: number;
  clients: number;
};

/** The response of one client, and its time (in milliseconds since 1970). */
export type Waited = { status: number; state: string; at: number };

const now = () => performance.timeOrigin + performance.now();

/** Starts a long poll on a new connection. `asked` resolves when the request has been sent completely. */
function begin({ port, token, number, since }: WaitJob): { asked: Promise<void>; answered: Promise<Waited> } {
  const options = {
    ...{ host: "127.0.0.1", port, agent: false as const },
    path: `/api/v1/requests/${number}?wait=60&since=${since}`,
    headers: { authorization: `Bearer ${token}` },
  };
  const request = get(options);
  const asked = new Promise<void>((resolve, reject) => {
    request.once("finish", resolve).once("error", reject);
  });
  const answered = new Promise<Waited>((resolve, reject) => {
    request.once("error", reject).once("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => {
        const at = now();
        const { state = body } = JSON.parse(body) as { state?: string };
        resolve({ status: response.statusCode ?? 0, state, at });
      });
    });
  });
  return { asked, answered };
}

let waiting: Promise<Waited>[] = [];

answerParent({
  /** Resolves when every client has sent its request. */
  begin: async (job: WaitJob) => {
    const clients = Array.from({ length: job.clients }, () => begin(job));
    waiting = clients.map(({ answered }) => answered);
    // Prevents unhandled rejections until the parent asks for the answers.
    for (const answered of waiting) answered.catch(() => undefined);
    await Promise.all(clients.map(({ asked }) => asked));
  },
  /** Resolves when every client has a response. */
  answers: () => Promise.all(waiting),
});
