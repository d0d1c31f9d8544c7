import {
  type Delivery,
  type Receiver,
  type Report,
  startReceiver,
} from "../../../examples/receiver/receiver.mjs";
import { random } from "../run/random.ts";
import type { Figures } from "../run/stats.ts";
import { lookFor, pause } from "../run/wait.ts";

/** How the deploy site handles one attempt. */
const behaviours = {
  succeeds: 36,
  "succeeds slowly": 16,
  fails: 20,
  "says it twice": 10,
  "contradicts itself": 8,
  "stays silent": 10,
};

export type Behaviour = keyof typeof behaviours;

/** An attempt as the deploy site sees it. */
export type TakenAttempt = {
  attempt: string;
  number: number;
  /** The build's external ID. */
  build: string;
  behaviour: Behaviour;
  at: number;
  /** How often its webhook arrived. */
  sent: number;
  /** How often its deployment was started. */
  begun: number;
  /** The final reports that were answered with 200, in order. */
  finals: Report["status"][];
  /** The reports that were answered with another status. */
  refused: string[];
  /** Whether all its reports have been sent. */
  isDone: boolean;
};

export type DeploySite = {
  url: string;
  attempts: ReadonlyMap<string, TakenAttempt>;
  /** Also trusts this secret. */
  trust(secret: string): void;
  /** Makes a silent attempt report its outcome after all. */
  speak(attempt: string, status: "succeeded" | "failed"): Promise<void>;
  /** Resolves when all attempts but the silent ones have sent their reports; undefined if that takes too long. */
  said(withinMs: number): Promise<true | undefined>;
  stop(): Promise<void>;
};

/** Starts the example receiver with deployments that end as the seed chooses. Nothing kills it. */
export async function startDeploySite(seed: number, figures: Figures): Promise<DeploySite> {
  return new Site(seed, figures).start();
}

class Site implements DeploySite {
  readonly attempts = new Map<string, TakenAttempt>();
  readonly #seed: number;
  readonly #figures: Figures;
  readonly #tries = new Map<number, number>();
  readonly #deliveries = new Map<string, Delivery>();
  readonly #speaking = new Map<string, (status: "succeeded" | "failed") => void>();
  #secrets = "";
  #receiver: Receiver | undefined;

  constructor(seed: number, figures: Figures) {
    this.#seed = seed;
    this.#figures = figures;
  }

  async start(): Promise<this> {
    this.#receiver = await startReceiver({
      secret: `whsec_${Buffer.from("nobody knows this one").toString("base64")}`,
      link: ({ attempt }) => `https://deploys.example/${attempt}`,
      onReceived: ({ answer, delivery }) => {
        this.#figures.add(`webhook: ${answer}`);
        if (delivery !== undefined) this.#take(delivery);
      },
      deploy: (delivery, { progress }) => this.#deploy(delivery, progress),
      onReported: ({ attempt, report, status }) => void this.#reported(attempt, report, status),
    });
    return this;
  }

  get url(): string {
    return this.#receiver?.url ?? "";
  }

  trust(secret: string): void {
    this.#secrets = `${this.#secrets} ${secret}`.trim();
    this.#receiver?.trust(this.#secrets);
  }

  async speak(attempt: string, status: "succeeded" | "failed"): Promise<void> {
    const taken = this.attempts.get(attempt);
    this.#speaking.get(attempt)?.(status);
    await lookFor(() => taken?.isDone || undefined, 60_000);
  }

  said(withinMs: number): Promise<true | undefined> {
    const waits = ({ attempt, isDone }: TakenAttempt) => !isDone && !this.#speaking.has(attempt);
    return lookFor(() => (![...this.attempts.values()].some(waits) ? true : undefined), withinMs);
  }

  async stop(): Promise<void> {
    await this.#receiver?.stop(0);
  }

  #take(delivery: Delivery): void {
    const { attempt, request, build } = delivery;
    const known = this.attempts.get(attempt);
    if (known !== undefined) {
      known.sent += 1;
      return;
    }
    const number = request?.number ?? 0;
    const tries = (this.#tries.get(number) ?? 0) + 1;
    this.#tries.set(number, tries);
    const choices = random(this.#seed, `try ${tries} of #${number}`);
    const chosen = choices.weighted(behaviours);
    // Two silent attempts of one request would cause the same text twice, which the checks report as a duplicate.
    const behaviour = tries > 1 && chosen === "stays silent" ? "succeeds" : chosen;
    this.#figures.add(`deployment: ${behaviour}`);
    this.#deliveries.set(attempt, delivery);
    this.attempts.set(attempt, {
      ...{ attempt, number, build: build.id, behaviour, at: Date.now() },
      ...{ sent: 1, begun: 0, finals: [], refused: [], isDone: false },
    });
  }

  async #deploy({ attempt }: Delivery, progress: (link?: string) => Promise<void>): Promise<void> {
    const taken = this.attempts.get(attempt) as TakenAttempt;
    taken.begun += 1;
    const choices = random(this.#seed, `deploying ${attempt}`);
    await pause(choices.between(0, 150));
    switch (taken.behaviour) {
      case "succeeds":
        return;
      case "succeeds slowly":
        // Not awaited, so that the next report may overtake it.
        void progress(`https://deploys.example/${attempt}/log`);
        return pause(choices.between(100, 1_500));
      case "fails":
        await progress();
        throw new Error(`the health check of ${attempt} answered 500`);
      case "says it twice":
      case "contradicts itself":
        if (choices.chance(0.5)) throw new Error(`no room for ${attempt}`);
        return;
      case "stays silent": {
        const status = await new Promise<"succeeded" | "failed">((resolve) => {
          this.#speaking.set(attempt, resolve);
        });
        this.#speaking.delete(attempt);
        if (status === "failed") throw new Error(`${attempt} had failed long ago`);
      }
    }
  }

  async #reported(attempt: string, { status: said }: Report, answered: number | undefined): Promise<void> {
    const taken = this.attempts.get(attempt) as TakenAttempt;
    this.#heard(taken, said, answered);
    if (said === "in progress") return;
    const again = said === "succeeded" ? "failed" : "succeeded";
    if (taken.behaviour === "says it twice") await this.#say(taken, said);
    if (taken.behaviour === "contradicts itself") await this.#say(taken, again);
    taken.isDone = true;
  }

  #heard(taken: TakenAttempt, said: Report["status"], answered: number | undefined): void {
    this.#figures.add(`report: ${said}`);
    if (answered !== 200) taken.refused.push(`${said} was answered ${answered}`);
    else if (said !== "in progress") taken.finals.push(said);
  }

  /** Sends a report in addition to the receiver's own, and repeats it until it is answered. */
  async #say(taken: TakenAttempt, status: "succeeded" | "failed"): Promise<void> {
    const { report } = this.#deliveries.get(taken.attempt) as Delivery;
    const answered = await lookFor(
      async () => {
        const answer = await fetch(report.url, {
          method: "POST",
          headers: { authorization: `Bearer ${report.token}`, "content-type": "application/json" },
          body: JSON.stringify({ status }),
        }).catch(() => undefined);
        await answer?.body?.cancel();
        return answer === undefined || answer.status >= 500 ? undefined : answer.status;
      },
      60_000,
      500,
    );
    this.#heard(taken, status, answered);
  }
}
