import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { system } from "../../src/domain/shared/actor.ts";
import { scopes } from "../../src/domain/tokens/scope.ts";
import { ids } from "../../src/slack/kernel/ids.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { startTestStack, type TestStack } from "../support/test-stack.ts";

const document = fileURLToPath(new URL("../../docs/api.md", import.meta.url));

let stack: TestStack;
let token: string;
let folder: string;

beforeAll(async () => {
  stack = await startTestStack();
  folder = await mkdtemp(join(tmpdir(), "api-document-"));
  const { context, organizationId } = stack.app;
  const made = await createToken(context, {
    ...{ organizationId, actor: system("test"), surface: "seed", name: "CI", scopes, projectId: null },
    memberId: stack.id("ada"),
  });
  if (!made.ok) throw new Error(made.refusal.code);
  token = made.value.text;
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true });
});

/** Returns the calls that docs/api.md shows, in order, and its definition of `api`. */
async function shown(): Promise<{ calls: string[]; definition: string }> {
  const lines = (await readFile(document, "utf8")).split("\n");
  const code = lines.map((line) => (line.startsWith("    ") ? line.slice(4) : "")).join("\n");
  const definition = /^api\(\) .*$/m.exec(code)?.[0] ?? "";
  const calls = code.match(/^api .*(\n(?!api |\n).+)*/gm) ?? [];
  return { definition, calls };
}

/**
 * Runs a call as documented, with the number of an existing request. Returns curl's output and the status.
 */
function type(definition: string, call: string, number: number) {
  const written = call.replaceAll("/requests/42", `/requests/${number}`);
  const script = `${definition.replace("curl", "curl -w '\\n%{stderr}%{http_code}'")}\n${written}`;
  const env = { PATH: process.env.PATH ?? "", SIGNOFF_URL: stack.botUrl, SIGNOFF_TOKEN: token };
  const child = spawn("sh", ["-euc", script], { env, cwd: folder });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].on("data", (chunk) => {
      said[name] += chunk;
    });
  }
  return new Promise<{ body: string; status: string }>((resolve) =>
    child.once("close", () => resolve({ body: said.stdout, status: said.stderr })),
  );
}

test("every call in docs/api.md does as it is written what is said of it", async () => {
  const { definition, calls } = await shown();
  let number = 0;
  const answers: [string, string][] = [];
  for (const call of calls) {
    if (call.includes("/promote")) {
      await stack.app.idle();
      await stack.press("bob", ids.action.approve);
    }
    const { body, status } = await type(definition, call, number);
    number = Number(/"number":(\d+)/.exec(body)?.[1] ?? number);
    answers.push([status, /\/api\/v1([^?"]*)/.exec(call)?.[1]?.replace("42", "N") ?? call]);
  }
  expect(answers).toEqual([
    ["200", "/projects/commerce"],
    ["200", "/projects/commerce/integrations/orders-sync"],
    ["200", "/projects/commerce"],
    ["201", "/projects/commerce/integrations/orders-sync/builds"],
    ["201", "/projects/commerce/integrations/orders-sync/deployments"],
    ["200", "/projects/commerce/live"],
    ["201", "/requests"],
    ["200", "/requests/N"],
    ["200", "/requests"],
    ["200", "/requests/N"],
    ["202", "/requests/N/promote"],
    // It is running or complete.
    ["409", "/requests/N/cancel"],
    ["409", "/requests/N/end-attempt"],
    ["200", "/audit"],
  ]);
  const exported = (await readFile(join(folder, "november.jsonl"), "utf8")).trim().split("\n");
  for (const line of exported) if (line !== "") expect(JSON.parse(line)).toHaveProperty("action");
});
