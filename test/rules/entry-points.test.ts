import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { projects } from "../../db/schema/index.ts";
import { system } from "../../src/domain/shared/actor.ts";
import { scopes } from "../../src/domain/tokens/scope.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { everybody, workspace } from "../catalog/settings/people.ts";
import { accepted } from "../support/catalog.ts";
import { startTestStack, type TestStack } from "../support/test-stack.ts";
import { auditRows } from "./table/audit-rows.ts";
import { buildRows } from "./table/build-rows.ts";
import { catalogRows } from "./table/catalog-rows.ts";
import { guardRows } from "./table/guard-rows.ts";
import { nameRows } from "./table/name-rows.ts";
import { peopleRows } from "./table/people-rows.ts";
import { organizationFile, type Place, placeOf } from "./table/place.ts";
import { requestRows } from "./table/request-rows.ts";
import { type Cell, entryPoints, type Row } from "./table/row.ts";

// What Signoff does with the same input at each entry point. The rows are in test/rules/table.

const rows = [
  ...nameRows,
  ...peopleRows,
  ...catalogRows,
  ...guardRows,
  ...buildRows,
  ...requestRows,
  ...auditRows,
];

const cellCount = rows.flatMap((row) => entryPoints.filter((one) => row[one].kind !== "absent")).length;

let stack: TestStack;
let token: string;

beforeAll(async () => {
  const threads = { id: "CTHREADS", name: "threads", isThreadOnly: true, members: ["bot"] };
  const all = { id: "CALL", name: "all", members: ["bot", ...everybody.map(({ name }) => name)] };
  const slack = { ...workspace, channels: [...(workspace.channels ?? []), threads, all] };
  stack = await startTestStack({ empty: true, people: everybody, slack });
  await stack.load(stringify(organizationFile(cellCount), { aliasDuplicateObjects: false }));
  await hideProjects();
  const { context, organizationId } = stack.app;
  const by = { organizationId, actor: system("test"), surface: "seed" as const };
  const input = { ...by, name: "CI", scopes, projectId: null, memberId: stack.id("ada") };
  token = accepted(await createToken(context, input)).text;
});
afterAll(() => stack?.stop());
/** Only the project of the cell that runs is in the settings, so that each is on their first page. */
const hideProjects = () => stack.database.database.db.update(projects).set({ archivedAt: new Date() });

afterEach(async () => {
  await hideProjects();
  for (const name of stack.people)
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
});

const read = (row: Row, at: Place): Promise<string> => (row.stored ?? (() => at.line()))(at);

async function tryCell(row: Row, cell: Exclude<Cell, { kind: "absent" }>): Promise<void> {
  const at = placeOf(stack, token);
  await stack.database.database.db
    .update(projects)
    .set({ archivedAt: null })
    .where(eq(projects.slug, at.slug));
  await row.given?.(at);
  const before = await read(row, at);
  const words = await cell.does(at);
  const after = await read(row, at);
  if (cell.kind === "refused") {
    expect(words).toMatch(cell.words);
    expect(after).toBe(before);
    return;
  }
  expect(words).toBe("");
  expect(after).toMatch(cell.leaves);
}

describe.each(entryPoints)("%s", (entryPoint) => {
  const cells = rows.flatMap((row) => {
    const cell = row[entryPoint];
    return cell.kind === "absent" ? [] : [{ row, cell, title: `${row.rule}: ${row.when}: ${cell.kind}` }];
  });

  for (const { row, cell, title } of cells) test(title, () => tryCell(row, cell));
});

test("every row that does not exist at an entry point says why", () => {
  const reasons = rows.flatMap((row) =>
    entryPoints.flatMap((entryPoint) => {
      const cell = row[entryPoint];
      return cell.kind === "absent" ? [cell.because] : [];
    }),
  );
  expect(reasons.filter((because) => !/^[A-Z].{20,}\.$/s.test(because))).toEqual([]);
});
