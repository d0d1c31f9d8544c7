import { request as ask, type ClientRequest, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "../run/random.ts";
import type { Figures } from "../run/stats.ts";
import { pause } from "../run/wait.ts";

export type Balancer = {
  url: string;
  /** Returns whether this delivery, as `describe` names it, was sent more than once. */
  wasDuplicated(what: string): boolean;
  /** Resolves when every delivery has been answered, including late copies. */
  delivered(): Promise<void>;
  /** From now on, sends each delivery once and in order. */
  calm(): void;
  stop(): Promise<void>;
};

type Ready = () => { index: number; port: number }[];

type Delivery = { method: string; body: Buffer; headers: IncomingMessage["headers"]; path: string };

type Answer = { status: number; headers: IncomingMessage["headers"]; body: Buffer };

/** A prefix of the path that names the replica that gave out the address. The receiving replica does not see it. */
const givenBy = /^\/by\/\d+(?=\/)/;

const isReport = ({ path }: Delivery): boolean => path.endsWith("/status");

/** A call of the REST API by a pipeline, which repeats it under its key. */
const isCall = (delivery: Delivery): boolean => delivery.path.startsWith("/api/") && !isReport(delivery);

const kindOf = (delivery: Delivery): "reports" | "calls" | "deliveries" =>
  isReport(delivery) ? "reports" : isCall(delivery) ? "calls" : "deliveries";

/**
 * Forwards Slack's deliveries and reports of deployments to any ready replica, without sticky sessions. It sends some
 * twice, at once to another replica or late, and holds some back so that later ones overtake them.
 */
export async function startBalancer(ready: Ready, random: Random, figures: Figures): Promise<Balancer> {
  const duplicated = new Set<string>();
  const underWay = new Set<Promise<unknown>>();
  let isCalm = false;

  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work)).catch(() => undefined);
    return work;
  };

  /** Tries the next replica only if the connection was refused; any other failure is answered with 502. */
  const handOver = async (delivery: Delivery): Promise<Answer> => {
    for (const { index, port } of random.shuffled(ready())) {
      try {
        const answer = await send(port, delivery);
        figures.add(`answers by replica: ${index}`);
        return answer;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") continue;
        return { status: 502, headers: {}, body: Buffer.alloc(0) };
      }
    }
    return { status: 503, headers: {}, body: Buffer.alloc(0) };
  };

  /** Sends a second copy, at once or late. */
  const duplicate = (delivery: Delivery): void => {
    const described = describe(delivery.body.toString());
    duplicated.add(described);
    // A late copy of a request's submission would be another request, which nobody made. One of a rename would undo a later one.
    const mayBeLate = delivery.method !== "PUT";
    const late = mayBeLate && random.chance(0.5) && !described.startsWith("view_submission request_approval");
    const afterMs = late ? random.between(200, 2_500) : 0;
    void track(pause(afterMs).then(() => handOver(delivery)));
  };

  const deliver = async (delivery: Delivery): Promise<Answer> => {
    const what = kindOf(delivery);
    figures.add(what);
    if (isCalm) return handOver(delivery);
    // There are few reports and calls, so more of them get a fault.
    const often = what === "deliveries" ? 1 : 2.5;
    if (what !== "deliveries" && random.chance(0.1)) {
      figures.add(`answers to ${what} lost`);
      await handOver(delivery);
      return { status: 502, headers: {}, body: Buffer.alloc(0) };
    }
    if (random.chance(0.08 * often)) {
      figures.add(`duplicated ${what}`);
      duplicate(delivery);
    } else if (random.chance(0.1 * often)) {
      figures.add(`${what} held back`);
      await pause(random.between(50, 700));
    }
    return handOver(delivery);
  };

  const server = createServer((request, response) => {
    const answering = read(request)
      .then((body) => {
        const path = (request.url ?? "/").replace(givenBy, "");
        return deliver({ method: request.method ?? "POST", body, headers: request.headers, path });
      })
      .then(({ status, headers, body }) => {
        const { "content-type": type } = headers;
        response.writeHead(status, type === undefined ? {} : { "content-type": type }).end(body);
      })
      .catch(() => response.destroy());
    void track(answering);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wasDuplicated: (what) => duplicated.has(what),
    delivered: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    calm: () => {
      isCalm = true;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(port: number, { method, body, headers, path }: Delivery): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...passedOn } = headers;
    const options = { port, host: "127.0.0.1", path, method, headers: passedOn, agent: false };
    const asked: ClientRequest = ask(options, (response) => {
      read(response).then(
        (answer) => resolve({ status: response.statusCode ?? 502, headers: response.headers, body: answer }),
        reject,
      );
    });
    asked.setTimeout(4_000, () => asked.destroy(new Error("no answer")));
    asked.once("error", reject);
    asked.end(body);
  });
}

/** Returns what a delivery is about in one line. The same act gives the same line. */
export function describe(body: string): string {
  const payload = new URLSearchParams(body).get("payload");
  if (payload === null) return "other";
  const read = JSON.parse(payload) as {
    type: string;
    user: { id: string };
    actions?: { action_id: string; value?: string }[];
    view?: { callback_id: string; private_metadata: string };
  };
  const [action] = read.actions ?? [];
  if (action !== undefined) return clickOf(read.user.id, action.action_id, action.value ?? "");
  const { callback_id = "", private_metadata = "" } = read.view ?? {};
  return submissionOf(read.user.id, callback_id, private_metadata);
}

/** Describes a click. A button's value begins with the request's number. */
export const clickOf = (user: string, actionId: string, value: string) =>
  `block_actions ${actionId} ${value.split(" ")[0]} ${user}`;

export const submissionOf = (user: string, callbackId: string, metadata: string) =>
  `view_submission ${callbackId} ${metadata} ${user}`;

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
