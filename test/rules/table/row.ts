import type { Place } from "./place.ts";

/** The ways into Signoff. `elsewhere`: a job, an event of Slack, or a command of the terminal. */
export const entryPoints = ["slack", "api", "seed", "elsewhere"] as const;

export type EntryPoint = (typeof entryPoints)[number];

/**
 * What happens at one entry point.
 *
 * - `accepted`: it is done, and what is stored then is as `leaves` says
 * - `refused`: it is refused in these words (of the API: the status and code, and the words), and nothing is stored
 * - `absent`: nobody can say this there, because of the reason
 */
export type Cell =
  | { kind: "accepted"; does: Does; leaves: string | RegExp }
  | { kind: "refused"; does: Does; words: RegExp }
  | { kind: "absent"; because: string };

/** Does it as a person, a pipeline, or Slack does. Returns the refusal's words; an empty text if it was accepted. */
type Does = (at: Place) => Promise<string>;

export type Row = {
  /** The rule of docs/rules.md. */
  rule: string;
  /** What somebody tries, as the rest of a sentence: "a role is given a name with a line break". */
  when: string;
  /** What is there before. Every cell begins with a project of its own (see `Place`). */
  given?: (at: Place) => Promise<unknown>;
  /** Returns what is stored, as one line. Without it: the cell's project. */
  stored?: (at: Place) => Promise<string>;
} & Record<EntryPoint, Cell>;

export const accepted = (does: Does, leaves: string | RegExp): Cell => ({ kind: "accepted", does, leaves });
export const refused = (does: Does, words: RegExp): Cell => ({ kind: "refused", does, words });
export const absent = (because: string): Cell => ({ kind: "absent", because });

/** Reasons that several rows share. */
export const never = {
  tokenSettings: absent("No scope lets a token change roles, tokens, or the workflow."),
  file: absent("A seed file states what is set up; nobody requests, reviews, or promotes with it."),
  ownWords: absent("No job or event brings such words; they come from a person or a pipeline."),
  ownAct: absent("No job or event does this: it is somebody's own act."),
  form: absent("The form always states it."),
};
