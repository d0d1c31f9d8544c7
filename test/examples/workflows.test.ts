import { execFileSync, spawn } from "node:child_process";
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { system } from "../../src/domain/shared/actor.ts";
import { scopes } from "../../src/domain/tokens/scope.ts";
import { ids } from "../../src/slack/kernel/ids.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { eventually, startTestStack, type TestStack } from "../support/test-stack.ts";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));

type Step = { name?: string; uses?: string; run?: string; env?: Record<string, string> };
type Workflow = { jobs: Record<string, { "timeout-minutes"?: number; steps: Step[] }> };

let stack: TestStack;
let repository: string;
/**
 * The contexts of a run on GitHub:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/contexts
 */
let contexts: Record<string, string>;

const git = (...args: string[]) => execFileSync("git", args, { cwd: repository, encoding: "utf8" }).trim();

/** A repository set up for the workflows: the scripts in ci/, and a build script. */
beforeAll(async () => {
  stack = await startTestStack();
  const { context, organizationId } = stack.app;
  const made = await createToken(context, {
    ...{ organizationId, actor: system("test"), surface: "seed", name: "CI", scopes, projectId: null },
    memberId: stack.id("dana"),
  });
  if (!made.ok) throw new Error(made.refusal.code);
  repository = await mkdtemp(join(tmpdir(), "repository-"));
  await cp(join(examples, "ci"), join(repository, "ci"), { recursive: true });
  await writeFile(join(repository, "build-and-deploy.sh"), '#!/bin/sh\necho "deployed to $1"\n');
  await chmod(join(repository, "build-and-deploy.sh"), 0o755);
  git("init", "--quiet");
  const commit = (message: string) =>
    git("-c", "user.name=Dana", "-c", "user.email=d@x.example", "commit", "--allow-empty", "-m", message);
  commit("Before");
  const before = git("rev-parse", "HEAD");
  commit("Round amounts");
  contexts = {
    ...{ "vars.SIGNOFF_URL": stack.botUrl, "secrets.SIGNOFF_TOKEN": made.value.text },
    ...{ "github.run_id": "1042", "github.run_number": "7", "github.run_attempt": "1" },
    ...{ "github.sha": git("rev-parse", "HEAD"), "github.event.before": before, "github.actor": "dana" },
    ...{ "github.server_url": "https://git.example", "github.repository": "acme/orders" },
    ...{ "inputs.target": "staging", "inputs.message": "Please; $(exit 1)" },
  };
});
afterAll(async () => {
  await stack.stop();
  await rm(repository, { recursive: true });
});

/** Returns the steps of a workflow that run a script, with their expressions evaluated as GitHub does. */
async function stepsOf(name: string): Promise<(Step & { run: string })[]> {
  const text = await readFile(join(examples, "github-actions", name), "utf8");
  const filled = (value: string) =>
    value.replaceAll(/\$\{\{ *(.+?) *\}\}/g, (_, expression: string) => {
      const context = contexts[expression];
      if (context === undefined) throw new Error(`GitHub is not known to say ${expression}`);
      return context;
    });
  const { jobs } = parse(text) as Workflow;
  return Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run, env = {}, ...step }) => {
      if (run === undefined) return [];
      // Text that people type can contain anything, so it is passed through the environment and never becomes
      // part of a script.
      expect(run).not.toContain("${{");
      const values = Object.entries(env).map(([key, value]) => [key, filled(String(value))]);
      return [{ ...step, run, env: Object.fromEntries(values) as Record<string, string> }];
    }),
  );
}

/**
 * Runs a step as GitHub's runners do:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#exit-codes-and-error-action-preference
 */
function run({ run, env = {} }: Step & { run: string }) {
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
    env: { PATH: process.env.PATH ?? "", ...env },
    cwd: repository,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      text += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { ended, said: () => text };
}

test("build.yml reports the build, its commits, and its deployment", async () => {
  for (const step of await stepsOf("build.yml")) {
    const { ended, said } = run(step);
    expect(await ended, said()).toBe(0);
  }
  const [build] = await stack.database.database.sql<{ version: string; commits: { message: string }[] }[]>`
    select version, commits from builds where external_id = '1042'`;
  expect(build).toMatchObject({ version: "1.0.7", commits: [{ message: "Round amounts" }] });
});

test("promote.yml requests, waits for the reviewers in Slack, and promotes", async () => {
  const [step, ...others] = await stepsOf("promote.yml");
  if (step === undefined) throw new Error("promote.yml runs nothing");
  expect(others).toEqual([]);
  const { ended, said } = run(step);
  await eventually(() => expect(said()).toContain("is pending"));
  await stack.app.idle();
  expect(stack.texts("bob").at(-1)).toContain("Please; $(exit 1)");
  await stack.press("bob", ids.action.approve);
  expect(await ended, said()).toBe(0);
  expect(said()).toMatch(/is promoted\n$/);
});
