import postgres from "postgres";
import { expect, test } from "vitest";
import { DatabaseBusy } from "./connection-limit.ts";
import { nothingChanged } from "./fault.ts";

const said = (severity: string) => Object.assign(new postgres.PostgresError("no"), { severity });
const coded = (code: string) => Object.assign(new Error(code), { code });
const byDrizzle = (cause: Error) => new Error("Failed query", { cause });

test.each([
  ["the server refuses the statement", said("ERROR"), true],
  ["the same, as drizzle hands it on", byDrizzle(said("ERROR")), true],
  ["nobody was let through the connection limit", new DatabaseBusy("full"), true],
  ["there is no server", coded("ECONNREFUSED"), true],
  ["no connection was made in time", coded("CONNECT_TIMEOUT"), true],
  ["the server ends the connection", said("FATAL"), false],
  ["the connection was lost", byDrizzle(coded("CONNECTION_CLOSED")), false],
  ["something else", new Error("?"), false],
])("whether a statement has surely changed nothing: %s", (_, fault, surely) => {
  expect(nothingChanged(fault)).toBe(surely);
});
