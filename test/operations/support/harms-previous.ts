/**
 * What in a migration would break processes of the previous version, which go on working while it runs and after it.
 * Each fault is one sentence; none for a migration that only adds.
 */
export function harmsPrevious(migration: string): string[] {
  const statements = migration
    .split(/--> statement-breakpoint|;\s*(?:\n|$)/)
    .map((text) => text.replace(/\s+/g, " ").trim())
    .filter((text) => text !== "");
  const made = new Set(statements.map(tableMade).filter((name) => name !== undefined));
  return statements.map((text) => faultOf(text, made)).filter((fault) => fault !== undefined);
}

const tableMade = (text: string) => /^create table (?:if not exists )?"?(\w+)"?/i.exec(text)?.[1];

function faultOf(text: string, made: ReadonlySet<string>): string | undefined {
  const shown = text.slice(0, 100);
  if (tableMade(text) !== undefined) return undefined;
  const index = /^create (unique )?index (?:if not exists )?"?\w+"? on "?(\w+)"?/i.exec(text);
  if (index !== null) {
    const unique = index[1] !== undefined && !made.has(index[2] ?? "");
    return unique ? `What the previous version writes may break a unique index: ${shown}` : undefined;
  }
  const [, table = "", change = ""] = /^alter table "?(\w+)"? (.*)$/i.exec(text) ?? [];
  if (made.has(table)) return undefined;
  if (/^add column /i.test(change)) {
    const needsValue = / not null/i.test(change) && !/ default /i.test(change);
    return needsValue ? `The previous version writes no value, so it wants a default: ${shown}` : undefined;
  }
  if (/^add constraint /i.test(change)) {
    return / not valid$/i.test(change) ? undefined : `A constraint on an old table wants NOT VALID: ${shown}`;
  }
  return `A migration only adds: ${shown}`;
}
