import { isOpenState } from "../../../domain/requests/request.ts";
import type { Log } from "../../../lib/log.ts";
import type { RequestProgress } from "../../../queries/requests/get-request-progress.ts";

/** One client that wants to hear when a request moves on from the version that it saw. */
export type Wait = {
  organizationId: string;
  /** Whose client it is. */
  tokenId: string;
  number: number;
  /** The version that the client saw. */
  since: number;
  /** How long it waits at most, in milliseconds. */
  waitMs: number;
  /** A token's only project: a request of another one is not there for it. */
  projectId: string | null;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
};

export type Waiting = {
  /**
   * Resolves when the request is to be read again: it differs from what the client saw, nothing more will come of it, it
   * is not there, the time is over, the client has gone, or this process stops. Holds no connection meanwhile.
   *
   * @throws TooManyWaiting, and what the first look at the database throws
   */
  until(wait: Wait): Promise<void>;
  /** Something was committed, here or elsewhere: looks soon, once for many calls. Never throws. */
  wake(): void;
  /** How many clients wait now. */
  count(): number;
  /** Lets everybody go, now and from now on. */
  stop(): void;
};

export type WaitingDeps = {
  readProgress: (
    organizationId: string,
    numbers: readonly number[],
  ) => Promise<ReadonlyMap<number, RequestProgress>>;
  now: () => Date;
  log: Pick<Log, "warn">;
  /** How many clients may wait at once, half of them with one token: a pipeline gone wild shuts no other out; default 1,000. */
  most?: number;
  /** The shortest time between two looks at the database, in milliseconds; default 50. */
  everyMs?: number;
};

/** As many clients wait as this process can bear, or as one token may have. */
export class TooManyWaiting extends Error {
  override readonly name = "TooManyWaiting";
}

/** A timer that is set for the very instant may come a little before it by the other clock. */
const clockSlackMs = 5;

/** After a look that failed the next one keeps this distance, in milliseconds; a wake before then does not shorten it. */
const afterFaultMs = 1_000;

/** Makes the one place in this process where clients wait for requests to change. */
export function createWaiting(parts: WaitingDeps): Waiting {
  return new Waiters(parts);
}

type Waiter = Wait & {
  /** Whether a look has found the request as the client knows it. */
  looked: boolean;
  expiry: NodeJS.Timeout | undefined;
  go(error?: unknown): void;
};

class Waiters implements Waiting {
  readonly #parts: Required<WaitingDeps>;
  readonly #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;
  #notBefore = 0;
  #stopped = false;
  #failures = 0;

  constructor(parts: WaitingDeps) {
    this.#parts = { most: 1_000, everyMs: 50, ...parts };
  }

  until(wait: Wait): Promise<void> {
    if (this.#stopped || wait.signal.aborted) return Promise.resolve();
    const { most } = this.#parts;
    const ofToken = [...this.#waiters].filter(({ tokenId }) => tokenId === wait.tokenId).length;
    if (this.#waiters.size >= most || ofToken >= most / 2) {
      return Promise.reject(new TooManyWaiting(`${ofToken} of ${this.#waiters.size} wait with this token`));
    }
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => waiter.go(), wait.waitMs);
      const gone = () => waiter.go();
      const waiter: Waiter = {
        ...wait,
        looked: false,
        expiry: undefined,
        go: (error) => {
          this.#waiters.delete(waiter);
          clearTimeout(timeout);
          clearTimeout(waiter.expiry);
          wait.signal.removeEventListener("abort", gone);
          if (error === undefined) resolve();
          else reject(error as Error);
        },
      };
      wait.signal.addEventListener("abort", gone);
      this.#waiters.add(waiter);
      this.wake();
    });
  }

  wake(): void {
    if (this.#stopped || this.#waiters.size === 0) return;
    this.#again = true;
    if (this.#looking || this.#timer !== undefined) return;
    const delay = Math.max(0, this.#notBefore - performance.now());
    this.#timer = setTimeout(() => void this.#look(), delay);
  }

  count(): number {
    return this.#waiters.size;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const waiter of [...this.#waiters]) waiter.go();
  }

  /** One statement for everybody of an organization who waits. What comes while it runs is looked at after it. */
  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    this.#again = false;
    const asked = [...this.#waiters];
    let pauseMs = this.#parts.everyMs;
    try {
      for (const [organizationId, waiters] of groupByOrganization(asked)) {
        const numbers = [...new Set(waiters.map(({ number }) => number))];
        const progress = await this.#parts.readProgress(organizationId, numbers);
        for (const waiter of waiters) this.#judge(waiter, progress.get(waiter.number));
      }
      this.#failures = 0;
    } catch (error) {
      pauseMs = afterFaultMs;
      if (this.#failures++ === 0) {
        this.#parts.log.warn({ err: error }, "clients that wait for requests cannot be looked after");
      }
      // Who has only just come is told; who waits already is looked after again.
      for (const waiter of asked) if (!waiter.looked) waiter.go(error);
      this.#again = true;
    }
    this.#looking = false;
    this.#notBefore = performance.now() + pauseMs;
    if (this.#again) this.wake();
  }

  #judge(waiter: Waiter, progress: RequestProgress | undefined): void {
    if (!this.#waiters.has(waiter)) return;
    waiter.looked = true;
    clearTimeout(waiter.expiry);
    const leftMs = this.#leftMs(waiter, progress);
    if (leftMs <= 0) waiter.go();
    else if (leftMs < waiter.waitMs) waiter.expiry = setTimeout(waiter.go, leftMs + clockSlackMs);
  }

  /**
   * For how long what this client knows stays so, as far as is known, in milliseconds; 0 where there is something to tell.
   * R11: a request expires at its instant, before anybody writes that down.
   */
  #leftMs({ since, projectId }: Wait, progress: RequestProgress | undefined): number {
    if (progress === undefined || (projectId !== null && projectId !== progress.projectId)) return 0;
    const { version, state, expiresAt } = progress;
    if (version !== since || !isOpenState(state)) return 0;
    if (expiresAt === null) return Number.POSITIVE_INFINITY;
    return Math.max(0, expiresAt.getTime() - this.#parts.now().getTime());
  }
}

function groupByOrganization(waiters: readonly Waiter[]): Map<string, Waiter[]> {
  const groups = new Map<string, Waiter[]>();
  for (const waiter of waiters) {
    const group = groups.get(waiter.organizationId);
    if (group === undefined) groups.set(waiter.organizationId, [waiter]);
    else group.push(waiter);
  }
  return groups;
}
