import type { Result } from "../../../src/domain/shared/result.ts";
import type { Step } from "./steps.ts";

/** What somebody got for a step: whether it was accepted, and the refusal's code if not. */
export type Got = { ok: boolean; code: string | null; number?: number; value?: unknown };

export type Of<Kind extends Step["do"]> = Extract<Step, { do: Kind }>;

export const done: Got = { ok: true, code: null };

/** Returns what a use case answered. */
export const gotOf = (result: Result<unknown>): Got =>
  result.ok ? { ...done, value: result.value } : { ok: false, code: result.refusal.code };
