/** What a whole-number option counts. */
export type OptionUnit = "approval" | "day" | "hour";

/**
 * How one option is defined.
 *
 * `whenAbsent` is what a version that was saved before the option existed means by leaving it out. Every option added
 * from now on needs it. A new flag is off there, because an old form cannot tell an unticked box from a missing one.
 */
export type OptionDefinition =
  | { kind: "number"; unit: OptionUnit; min: number; max: number; default: number; whenAbsent?: number }
  | { kind: "flag"; default: boolean; whenAbsent?: false }
  | { kind: "choice"; values: readonly string[]; default: string; whenAbsent?: string };

/**
 * The options of *Environment Promotion*, each defined once. The stored JSON, the seed file's schema, the form, the
 * summary, and the list of changes derive from this table.
 *
 * An option's name is its key in the stored JSON and in the seed file, so it never changes. `min` and `max` are
 * inclusive.
 */
export const optionDefinitions = {
  /** R1: which target environments need a review. */
  gate: { kind: "choice", values: ["every", "critical"], default: "every" },
  /** R7: how many approvals approve a request. */
  requiredApprovals: { kind: "number", unit: "approval", min: 1, max: 20, default: 1 },
  /** R5: whether requesters may review their own requests. */
  selfReview: { kind: "flag", default: false },
  /** R7: whether a Reject needs a comment. */
  commentOnReject: { kind: "flag", default: false },
  /** R11: how long a request may stay pending before it expires. */
  pendingDays: { kind: "number", unit: "day", min: 1, max: 365, default: 7 },
  /** R11: how long an approved or failed request may stay unfinished before it expires. */
  unfinishedDays: { kind: "number", unit: "day", min: 1, max: 365, default: 3 },
  /** R11: how long before a request expires its reminder goes out. */
  reminderHours: { kind: "number", unit: "hour", min: 1, max: 720, default: 24 },
} as const satisfies Record<string, OptionDefinition>;

type Definitions = typeof optionDefinitions;

export type OptionName = keyof Definitions;

type ValueOf<D extends OptionDefinition> = D extends { kind: "number" }
  ? number
  : D extends { kind: "flag" }
    ? boolean
    : D extends { values: readonly (infer Value)[] }
      ? Value
      : never;

/** One value for each option of the table. */
export type OptionValues = { [Name in keyof Definitions]: ValueOf<Definitions[Name]> };

/** The names in the order of the table, in which screens show them. */
export const optionNames = Object.keys(optionDefinitions) as OptionName[];

/** Returns one result per option, under the option's name. */
export function mapOptions<T>(
  make: (name: OptionName, definition: OptionDefinition) => T,
): Record<OptionName, T> {
  const entries = optionNames.map((name) => [name, make(name, optionDefinitions[name])]);
  return Object.fromEntries(entries) as Record<OptionName, T>;
}

export const defaultValues = mapOptions((_, definition) => definition.default) as OptionValues;
