import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process of the bench. It answers requests by name and stops when its parent stops. */
export type Child = {
  ask<T>(name: string, argument?: unknown): Promise<T>;
  stop(): Promise<void>;
};

type ParentRequest = { id: number; name: string; argument: unknown };
type ChildResponse = { id: number; value?: unknown; error?: string };

/**
 * Starts one of bench/processes/ in a separate process.
 * @param flags additional Node flags, such as `--expose-gc`
 */
export function startChild(file: string, flags: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(`./processes/${file}`, import.meta.url));
  const child = fork(path, [], { execArgv: [...process.execArgv, ...flags], serialization: "advanced" });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  child.on("message", (message) => {
    const { id, value, error } = message as ChildResponse;
    const pending = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) pending?.resolve(value);
    else pending?.reject(new Error(`${file}: ${error}`));
  });
  child.on("exit", (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code ?? signal}`));
    waiting.clear();
  });
  return {
    ask: <T>(name: string, argument?: unknown) =>
      new Promise<T>((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id, name, argument } satisfies ParentRequest);
      }),
    stop: () => ended(child),
  };
}

/** Closing the IPC channel ends the process, which writes its profile first if one was requested. */
function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    child.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    child.disconnect();
  });
}

/**
 * Runs in a child process: answers the parent's requests. Calls `stop` and exits when the parent disconnects.
 */
export function answerParent(
  // biome-ignore lint/suspicious/noExplicitAny: each question has an argument of its own.
  answers: Record<string, (argument: any) => unknown>,
  stop: () => Promise<void> = async () => {},
): void {
  process.on("message", (message) => {
    const { id, name, argument } = message as ParentRequest;
    const answer = async () => answers[name]?.(argument);
    void answer().then(
      (value) => process.send?.({ id, value } satisfies ChildResponse),
      (error: Error) => process.send?.({ id, error: error.stack ?? String(error) } satisfies ChildResponse),
    );
  });
  process.on("disconnect", () => {
    void stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
