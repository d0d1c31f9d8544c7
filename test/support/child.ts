import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export type Child = {
  process: ChildProcess;
  /** Returns its output so far, of both streams. */
  output(): string;
  /** Resolves with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** Resolves when it responds that it is ready. Rejects if it ends before. */
  ready: Promise<void>;
};

/** Starts the bot as `npm start` does, with exactly this environment. */
export function startChild(env: Record<string, string>): Child {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, ["--import", "tsx", "src/bin/main.ts"], {
    cwd: root,
    env: { PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (written += String(chunk)));
  // Waits for close, not exit, because only then has all output arrived.
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return { process: child, output: () => written, ended, ready: whenReady(env, ended, () => written) };
}

async function whenReady(
  { HOST = "127.0.0.1", PORT = "" }: Record<string, string>,
  ended: Promise<unknown>,
  output: () => string,
): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (;;) {
    if (over) throw new Error(`It ended before it was ready:\n${output()}`);
    const answer = await fetch(`http://${HOST}:${PORT}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
