import { parseArgs } from "node:util";

/** The arguments of `npm run seed`. */
export type SeedArguments = {
  file: string;
  force: boolean;
  dryRun: boolean;
  skipMissingPeople: boolean;
};

/** The arguments are not valid. The message says why, and how to correct them. */
export class SeedArgumentsError extends Error {}

export const usage = `npm run seed -- my-seed.yml [--dry-run] [--force] [--skip-missing-people]

  --dry-run              prints what the file would change, and changes nothing
  --force                loads what the file says even where it was changed elsewhere since the last load
  --skip-missing-people  loads the file without people who have left, and names them

It needs DATABASE_URL and SLACK_BOT_TOKEN and, for a file that creates webhooks, the bot's SIGNOFF_SECRET.
docs/seed.md describes the file.`;

/**
 * Returns the parsed arguments.
 *
 * @throws SeedArgumentsError for an unknown option, or without exactly one file
 */
export function readSeedArguments(args: readonly string[]): SeedArguments {
  const { values, positionals } = parse(args);
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    throw new SeedArgumentsError(`Name one seed file.\n\n${usage}`);
  }
  return {
    file,
    force: values.force ?? false,
    dryRun: values["dry-run"] ?? false,
    skipMissingPeople: values["skip-missing-people"] ?? false,
  };
}

function parse(args: readonly string[]) {
  const option = { type: "boolean" } as const;
  const options = { force: option, "dry-run": option, "skip-missing-people": option };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new SeedArgumentsError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
