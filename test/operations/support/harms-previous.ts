/**
 * Returns what in a migration would break processes of the previous version, which keep running during and
 * after it. Each fault is one sentence. A migration that only adds has none.
 */
export function harmsPrevious(migration: string): string[] {
  const statements = statementsOf(migration);
  const made = new Set(statements.map(tableMade).filter((name) => name !== undefined));
  const added = new Set(statements.flatMap((text) => / add column "?(\w+)"?/i.exec(text)?.[1] ?? []));
  return statements.map((text) => faultOf(text, made, added)).filter((fault) => fault !== undefined);
}

/** Returns the statements without comments, each on one line. The body of a function is part of its statement. */
function statementsOf(migration: string): string[] {
  const bodies: string[] = [];
  const outside = migration.replace(/^--(?!>).*$/gm, "").replace(/\$\$.*?\$\$/gs, (body) => {
    bodies.push(body);
    return `$${bodies.length - 1}$`;
  });
  return outside
    .split(/--> statement-breakpoint|;\s*(?:\n|$)/)
    .map((text) => text.replace(/\$(\d+)\$/g, (_, index) => bodies[Number(index)] ?? ""))
    .map((text) => text.replace(/\s+/g, " ").trim().replace(/;$/, ""))
    .filter((text) => text !== "");
}

const tableMade = (text: string) => /^create table (?:if not exists )?"?(\w+)"?/i.exec(text)?.[1];

function faultOf(text: string, made: ReadonlySet<string>, added: ReadonlySet<string>): string | undefined {
  const shown = text.slice(0, 100);
  if (tableMade(text) !== undefined || fills(text, made, added)) return undefined;
  if (/^create (constraint )?trigger /i.test(text)) return undefined;
  if (/^create function /i.test(text)) {
    return / raise /i.test(text) ? `The previous version does not expect this error: ${shown}` : undefined;
  }
  if (/^create (unique )?index /i.test(text)) return faultOfIndex(text, made, added);
  const [, table = "", change = ""] = /^alter table "?(\w+)"? (.*)$/i.exec(text) ?? [];
  return made.has(table) ? undefined : faultOfChange(change, shown);
}

function faultOfIndex(
  text: string,
  made: ReadonlySet<string>,
  added: ReadonlySet<string>,
): string | undefined {
  const [, unique, table = ""] =
    /^create (unique )?index (?:if not exists )?"?\w+"? on "?(\w+)"?/i.exec(text) ?? [];
  // Rows of the previous version lack the column, so they are not in the index.
  const only = / where "?(\w+)"? is not null$/i.exec(text)?.[1] ?? "";
  if (unique === undefined || made.has(table) || added.has(only)) return undefined;
  return `What the previous version writes may break a unique index: ${text.slice(0, 100)}`;
}

/** Returns whether it only fills tables or columns that the migration adds. */
function fills(text: string, made: ReadonlySet<string>, added: ReadonlySet<string>): boolean {
  const table = /^insert into "?(\w+)"? /i.exec(text)?.[1];
  if (table !== undefined) return made.has(table);
  return columnsSet(text)?.every((name) => added.has(name)) ?? false;
}

/** Returns the columns that an UPDATE of one table sets. It sees no column after a comma inside a subquery. */
function columnsSet(text: string): string[] | undefined {
  const set = /^update "?\w+"? set (.*?)(?: from | where |$)/i.exec(text)?.[1];
  return set === undefined
    ? undefined
    : [...set.matchAll(/(?:^|, )"?(\w+)"? = /g)].map(([, name = ""]) => name);
}

/** Takes what follows the name of an existing table in ALTER TABLE, and the statement as faults show it. */
function faultOfChange(change: string, shown: string): string | undefined {
  if (/^add column /i.test(change)) {
    const needsValue = / not null/i.test(change) && !/ default /i.test(change);
    return needsValue ? `The previous version writes no value, so it wants a default: ${shown}` : undefined;
  }
  if (/^add constraint /i.test(change)) {
    return / not valid$/i.test(change) ? undefined : `A constraint on an old table wants NOT VALID: ${shown}`;
  }
  if (/^alter column "?\w+"? drop not null$/i.test(change)) return undefined;
  return `A migration only adds: ${shown}`;
}
