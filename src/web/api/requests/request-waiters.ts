import { isOpenState } from "../../../domain/requests/request.ts";
import type { Log } from "../../../lib/log.ts";
import type { RequestProgress } from "../../../queries/requests/get-request-progress.ts";

/** One client that waits until a request differs from the version it has. */
export type RequestWait = {
  organizationId: string;
  /** The token of the client. */
  tokenId: string;
  number: number;
  /** The version that the client has. */
  since: number;
  /** The longest wait, in milliseconds. */
  waitMs: number;
  /** The only project that the token covers, or null for all of them. */
  projectId: string | null;
  /** Aborts when the client disconnects. */
  signal: AbortSignal;
};

/** The clients of this process that wait for requests to change. */
export type RequestWaiters = {
  /**
   * Resolves when the client should read the request again: it differs from the client's version, it has ended, there is
   * no such request, the time is over, the client has disconnected, or the process stops. Holds no database connection.
   *
   * @throws TooManyWaiters, and the error of the first database read
   */
  untilChanged(wait: RequestWait): Promise<void>;
  /** Something was committed, in this process or another: reads the requests soon, once for many calls. Never throws. */
  wake(): void;
  /** Returns how many clients are waiting. */
  count(): number;
  /** Ends all waits, and every later one at once. */
  stop(): void;
};

export type RequestWaitersDeps = {
  readProgress: (
    organizationId: string,
    numbers: readonly number[],
  ) => Promise<ReadonlyMap<number, RequestProgress>>;
  now: () => Date;
  log: Pick<Log, "warn">;
  /** How many clients may wait at once. One token may have half of them. Default: 1,000. */
  maxWaiters?: number;
  /** The shortest time between two database reads, in milliseconds. Default: 50. */
  readIntervalMs?: number;
};

/** The limit of waiting clients is reached, for the process or for the token. */
export class TooManyWaiters extends Error {
  override readonly name = "TooManyWaiters";
}

/** How much later than the expiry the timer is set, in milliseconds: timers may fire early by the wall clock. */
const clockSlackMs = 5;

/** How long to wait after a failed read, in milliseconds, even if `wake` is called. */
const retryAfterMs = 1_000;

/** Creates the set of waiting clients. An app needs one. */
export function createRequestWaiters(deps: RequestWaitersDeps): RequestWaiters {
  return new Waiters(deps);
}

type Waiter = RequestWait & {
  /** Whether a read has found the request unchanged. */
  checked: boolean;
  expiry: NodeJS.Timeout | undefined;
  end(error?: unknown): void;
};

class Waiters implements RequestWaiters {
  readonly #deps: Required<RequestWaitersDeps>;
  readonly #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #readAgain = false;
  #notBefore = 0;
  #stopped = false;
  #failures = 0;

  constructor(deps: RequestWaitersDeps) {
    this.#deps = { maxWaiters: 1_000, readIntervalMs: 50, ...deps };
  }

  untilChanged(wait: RequestWait): Promise<void> {
    if (this.#stopped || wait.signal.aborted) return Promise.resolve();
    const { maxWaiters } = this.#deps;
    const ofToken = [...this.#waiters].filter(({ tokenId }) => tokenId === wait.tokenId).length;
    if (this.#waiters.size >= maxWaiters || ofToken >= maxWaiters / 2) {
      return Promise.reject(new TooManyWaiters(`${ofToken} of ${this.#waiters.size} wait with this token`));
    }
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => waiter.end(), wait.waitMs);
      const onAbort = () => waiter.end();
      const waiter: Waiter = {
        ...wait,
        checked: false,
        expiry: undefined,
        end: (error) => {
          this.#waiters.delete(waiter);
          clearTimeout(timeout);
          clearTimeout(waiter.expiry);
          wait.signal.removeEventListener("abort", onAbort);
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      wait.signal.addEventListener("abort", onAbort);
      this.#waiters.add(waiter);
      this.wake();
    });
  }

  wake(): void {
    if (this.#stopped || this.#waiters.size === 0) return;
    this.#readAgain = true;
    if (this.#reading || this.#timer !== undefined) return;
    const delay = Math.max(0, this.#notBefore - performance.now());
    this.#timer = setTimeout(() => void this.#readProgress(), delay);
  }

  count(): number {
    return this.#waiters.size;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const waiter of [...this.#waiters]) waiter.end();
  }

  /** Reads the requests of all waiting clients, with one statement per organization. A wake during it causes another read. */
  async #readProgress(): Promise<void> {
    this.#timer = undefined;
    this.#reading = true;
    this.#readAgain = false;
    const waiting = [...this.#waiters];
    let pauseMs = this.#deps.readIntervalMs;
    try {
      for (const [organizationId, waiters] of groupByOrganization(waiting)) {
        const numbers = [...new Set(waiters.map(({ number }) => number))];
        const progress = await this.#deps.readProgress(organizationId, numbers);
        for (const waiter of waiters) this.#endOrSchedule(waiter, progress.get(waiter.number));
      }
      this.#failures = 0;
    } catch (error) {
      pauseMs = retryAfterMs;
      if (this.#failures++ === 0) {
        this.#deps.log.warn({ err: error }, "The requests that clients wait for could not be read");
      }
      // New clients get the error. The others keep waiting for the next read.
      for (const waiter of waiting) if (!waiter.checked) waiter.end(error);
      this.#readAgain = true;
    }
    this.#reading = false;
    this.#notBefore = performance.now() + pauseMs;
    if (this.#readAgain) this.wake();
  }

  #endOrSchedule(waiter: Waiter, progress: RequestProgress | undefined): void {
    if (!this.#waiters.has(waiter)) return;
    waiter.checked = true;
    clearTimeout(waiter.expiry);
    const leftMs = this.#leftMs(waiter, progress);
    if (leftMs <= 0) waiter.end();
    else if (leftMs < waiter.waitMs) waiter.expiry = setTimeout(waiter.end, leftMs + clockSlackMs);
  }

  /**
   * Returns how long the client's version stays current, in milliseconds, and 0 if it should read the request now.
   * R11: a request expires at its exact time, before the job records it.
   */
  #leftMs({ since, projectId }: RequestWait, progress: RequestProgress | undefined): number {
    if (progress === undefined || (projectId !== null && projectId !== progress.projectId)) return 0;
    const { version, state, expiresAt } = progress;
    if (version !== since || !isOpenState(state)) return 0;
    if (expiresAt === null) return Number.POSITIVE_INFINITY;
    return Math.max(0, expiresAt.getTime() - this.#deps.now().getTime());
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
