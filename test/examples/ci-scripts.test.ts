import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { system } from "../../src/domain/shared/actor.ts";
import { type Scope, scopes } from "../../src/domain/tokens/scope.ts";
import { ids } from "../../src/slack/kernel/ids.ts";
import { createToken } from "../../src/usecases/tokens/create-token.ts";
import { eventually, startTestStack, type TestStack } from "../support/test-stack.ts";

const scripts = fileURLToPath(new URL("../../examples/ci/", import.meta.url));

let stack: TestStack;
let token: string;
let repository: string;

beforeAll(async () => {
  stack = await startTestStack();
  token = await makeToken("CI", [...scopes]);
  repository = await mkdtemp(join(tmpdir(), "repository-"));
});

afterAll(async () => {
  await stack.stop();
  await rm(repository, { recursive: true });
});

async function makeToken(name: string, wanted: Scope[]): Promise<string> {
  const { context, organizationId } = stack.app;
  const made = await createToken(context, {
    ...{ organizationId, actor: system("test"), surface: "seed", name, scopes: wanted, projectId: null },
    memberId: stack.id("dana"),
  });
  if (!made.ok) throw new Error(made.refusal.code);
  return made.value.text;
}

type Running = { child: ChildProcess; ended: Promise<number | null>; said: () => string };

/** Runs a script as CI does, with its own variables only. */
function run(script: string, variables: Record<string, string>): Running {
  const env = {
    PATH: process.env.PATH ?? "",
    SIGNOFF_URL: stack.botUrl,
    SIGNOFF_TOKEN: token,
    PROJECT: "commerce",
    INTEGRATION: "orders-sync",
    ...variables,
  };
  const child = spawn("sh", [join(scripts, script)], { env, cwd: repository, detached: true });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  child.stderr.on("data", (chunk) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, ended, said: () => text };
}

async function get(path: string): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}` };
  return (await (await fetch(`${stack.botUrl}/api/v1${path}`, { headers })).json()) as Record<
    string,
    unknown
  >;
}

const git = (...args: string[]) => execFileSync("git", args, { cwd: repository, encoding: "utf8" }).trim();

async function commit(message: string): Promise<string> {
  await writeFile(join(repository, "file"), message);
  git("add", ".");
  git("-c", 'user.name=Dana "D" O\'Neil', "-c", "user.email=dana@acme.example", "commit", "-m", message);
  return git("rev-parse", "HEAD");
}

test("register.sh registers a build with its commits, reports its deployment, and can run again", async () => {
  git("init", "--quiet");
  const before = await commit("Before");
  const first = await commit('Quote "this" and C:\\path\tand a tab');
  const head = await commit("Späte Änderung ✅");
  const variables = {
    BUILD_ID: 'run "77"',
    BUILD_VERSION: "1.5.0",
    BUILD_COMMIT: head,
    BUILD_LINK: "https://ci.example/runs/77",
    BUILD_AUTHOR: "Dana\nDeveloper",
    SINCE: before,
    COMMIT_LINK: "https://git.example/orders/commit/",
    ENVIRONMENT: "development",
  };
  for (let time = 1; time <= 2; time += 1) {
    const { ended, said } = run("register.sh", variables);
    expect(await ended, said()).toBe(0);
    expect(said()).toBe(
      "Signoff knows orders-sync 1.5.0\nSignoff knows that orders-sync 1.5.0 was deployed to development\n",
    );
  }
  const { items } = await get("/projects/commerce/integrations/orders-sync/builds");
  expect((items as object[])[0]).toMatchObject({
    id: 'run "77"',
    version: "1.5.0",
    commit: head,
    author: "Dana Developer",
  });
  const [build] = await stack.database.database.sql<{ commits: object[] }[]>`
    select commits from builds where external_id = 'run "77"'`;
  expect(build?.commits).toMatchObject([
    { hash: head, message: "Späte Änderung ✅", link: `https://git.example/orders/commit/${head}` },
    { hash: first, message: 'Quote "this" and C:\\path and a tab', author: 'Dana "D" O\'Neil' },
  ]);
});

test("register.sh lists no commits if the previous one is unknown", async () => {
  const { ended, said } = run("register.sh", {
    BUILD_ID: "run-78",
    BUILD_VERSION: "1.5.1",
    SINCE: "0000000000000000000000000000000000000000",
  });
  expect(await ended, said()).toBe(0);
  expect(said()).toBe("Signoff knows orders-sync 1.5.1\n");
});

test("register.sh reports a new deployment for each re-run, so an older build that is run again is live again", async () => {
  const development = async () => {
    const { items } = await get("/projects/commerce/live?limit=100");
    return (items as { integration: string; environment: { slug: string }; live: { build: string } }[]).find(
      ({ integration, environment }) => integration === "orders-sync" && environment.slug === "development",
    )?.live.build;
  };
  const ci = {
    GITHUB_RUN_ID: "81",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "build",
    ENVIRONMENT: "development",
  };
  const older = { ...ci, BUILD_ID: "run-81", BUILD_VERSION: "1.5.2" };
  const newer = { ...ci, GITHUB_RUN_ID: "82", BUILD_ID: "run-82", BUILD_VERSION: "1.5.3" };
  for (const variables of [older, newer]) expect(await run("register.sh", variables).ended).toBe(0);
  expect(await development()).toBe("run-82");
  const again = run("register.sh", { ...older, GITHUB_RUN_ATTEMPT: "2" });
  expect(await again.ended, again.said()).toBe(0);
  expect(await development()).toBe("run-81");
  const ids = await stack.database.database.sql<{ external_id: string }[]>`
    select external_id from deployments where external_id like 'run-81-%' order by external_id`;
  expect(ids.map((row) => row.external_id)).toEqual([
    ...["run-81-development-81-1-build", "run-81-development-81-2-build"],
  ]);
});

test("register.sh shortens a deployment's id that is too long, and it still tells re-runs apart", async () => {
  const ci = { BUILD_TAG: "jenkins-orders-main-7", BUILD_VERSION: "1.5.5", ENVIRONMENT: "development" };
  const build = { ...ci, BUILD_ID: `registry.example/orders@sha256:${"0a".repeat(80)}` };
  for (const tag of ["jenkins-orders-main-7", "jenkins-orders-main-8"]) {
    const { ended, said } = run("register.sh", { ...build, BUILD_TAG: tag });
    expect(await ended, said()).toBe(0);
  }
  const stored = await stack.database.database.sql<{ external_id: string }[]>`
    select external_id from deployments where external_id like '%-development-jenkins-orders-main-_'`;
  expect(stored).toHaveLength(2);
});

test("register.sh says so if the build is not live after its deployment, and if nobody approved it there", async () => {
  const variables = { BUILD_ID: "run-83", BUILD_VERSION: "1.5.4", ENVIRONMENT: "development" };
  const late = run("register.sh", { ...variables, STARTED_AT: "2020-01-01T00:00:00Z" });
  expect(await late.ended, late.said()).toBe(0);
  expect(late.said()).toContain("But orders-sync 1.5.4 is not live in development: ");
  const bypass = run("register.sh", {
    ...variables,
    ENVIRONMENT: "staging",
    BUILT_AT: "2020-01-01T00:00:00Z",
  });
  expect(await bypass.ended, bypass.said()).toBe(0);
  expect(bypass.said()).toContain("Nobody approved orders-sync 1.5.4 in staging. Signoff told its admins.");
  expect(bypass.said()).not.toContain("is not live");
});

test("register.sh says what Signoff answered, and fails", async () => {
  const { ended, said } = run("register.sh", { BUILD_ID: "x", BUILD_VERSION: "1", SIGNOFF_TOKEN: "sgn_no" });
  expect(await ended).toBe(1);
  expect(said()).toMatch(/^Signoff answered 401: .*"code":/);
});

test("request-and-wait.sh requests, waits for the reviewers in Slack, promotes, and succeeds", async () => {
  const { ended, said } = run("request-and-wait.sh", {
    TARGET: "staging",
    MESSAGE: 'As agreed: "go"',
    PROMOTE: "yes",
  });
  await eventually(() => expect(said()).toContain("is pending"));
  await stack.app.idle();
  expect(stack.texts("bob").at(-1)).toContain('As agreed: "go"');
  await stack.press("bob", ids.action.approve);
  expect(await ended, said()).toBe(0);
  expect(said()).toMatch(
    /is requested\n#\d+ is pending\n#\d+ is approved\n(#\d+ is promoting\n)?#\d+ is promoted\n/,
  );
});

/** A curl that promotes just before it runs, as if someone were always a moment faster than the script. */
const quicker = `#!/bin/sh
for url; do :; done
case $url in
  */promote) "$CURL" --silent --output "$FIRST" --header "Authorization: Bearer $SIGNOFF_TOKEN" \\
    --header 'Content-Type: application/json' --data '{}' "$url" < /dev/null ;;
esac
exec "$CURL" "$@"
`;

test("R8: request-and-wait.sh continues if another person promoted first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "curl-"));
  const curl = execFileSync("sh", ["-c", "command -v curl"], { encoding: "utf8" }).trim();
  await writeFile(join(folder, "curl"), quicker, { mode: 0o755 });
  await stack.setLive("commerce/orders-sync", { development: "1.6.0" });
  const { ended, said } = run("request-and-wait.sh", {
    ...{ TARGET: "staging", PROMOTE: "yes", PATH: `${folder}:${process.env.PATH}`, CURL: curl },
    FIRST: join(folder, "first"),
  });
  await eventually(() => expect(said()).toContain("is pending"));
  await stack.app.idle();
  await stack.press("bob", ids.action.approve);
  expect(await ended, said()).toBe(0);
  expect(await readFile(join(folder, "first"), "utf8")).toContain('"state":"promoting"');
  await rm(folder, { recursive: true });
});

test("request-and-wait.sh fails where the request is rejected, with the reviewer's words", async () => {
  const { ended, said } = run("request-and-wait.sh", { TARGET: "production" });
  await eventually(() => expect(said()).toContain("is pending"));
  await stack.app.idle();
  await stack.press("bob", ids.action.reject);
  await eventually(() => stack.modal("bob"));
  await stack.slack.submit(stack.id("bob"), { comment_input: "Not on a Friday" });
  expect(await ended, said()).toBe(1);
  expect(said()).toContain("is rejected");
  expect(said()).toContain("Not on a Friday");
});

test("request-and-wait.sh continues the request of an earlier attempt of the run", async () => {
  const variables = { TARGET: "production", RUN_ID: "run-79" };
  const first = run("request-and-wait.sh", variables);
  await eventually(() => expect(first.said()).toContain("is pending"));
  // Uses the curl that waits.
  process.kill(-(first.child.pid ?? 0), "SIGKILL");
  await first.ended;
  const second = run("request-and-wait.sh", variables);
  await eventually(() => expect(second.said()).toContain("is pending"));
  const [number] = /#\d+/.exec(second.said()) ?? [];
  expect(first.said()).toContain(`${number}: `);
  await stack.app.idle();
  await stack.press("dana", ids.action.cancel);
  await eventually(() => stack.modal("dana"));
  await stack.slack.submit(stack.id("dana"), {});
  expect(await second.ended).toBe(1);
  expect(second.said()).toContain("is cancelled");
});

test("R3: request-and-wait.sh says whose the open request is", async () => {
  await stack.request("dana", "inventory-feed production");
  const { ended, said } = run("request-and-wait.sh", { INTEGRATION: "inventory-feed", TARGET: "production" });
  expect(await ended).toBe(1);
  expect(said()).toMatch(/^Signoff answered 409: .*"code":"open-request"/);
});
