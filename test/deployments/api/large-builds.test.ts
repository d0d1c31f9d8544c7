import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { type ApiFixture, apiFixture, problemIn } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/builds";
const mebibyte = 1024 * 1024;

const commits = (count: number, messageLength: number, link = "https://git.example/c") =>
  Array.from({ length: count }, (_, i) => ({
    ...{ hash: `${i}`.padStart(40, "a"), message: "m".repeat(messageLength), author: "Zoë Developer", link },
  }));

/** Sends a body as a stream, so that its length is not announced. */
async function stream({ api, newToken }: ApiFixture, to: string, body: string) {
  const { text: token } = await newToken();
  const answer = await api.request(to, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: new Blob([body]).stream(),
    duplex: "half",
  } as RequestInit);
  const { code, detail } = (await answer.json()) as { code?: string; detail?: string };
  return { status: answer.status, code, detail };
}

describe("a build is not refused because of many or long commits", () => {
  test.each([
    ["5,000 commits", commits(5000, 700)],
    ["50 commits with messages of 80,000 characters", commits(50, 80_000)],
    ["one commit with a message of 4 million characters", commits(1, 4_000_000)],
  ])("%s, more than 1 MB in all", async (_, listed) => {
    const fixture = await apiFixture(database);
    const build = { id: "large", version: "2.0.0", commits: listed };
    expect(JSON.stringify(build).length).toBeGreaterThan(3 * mebibyte);
    const { status, body } = await fixture.post(path, build, { key: "large" });
    expect([status, body.commits.length]).toEqual([201, Math.min(listed.length, 100)]);
    expect(body.notes).not.toEqual([]);
    expect((await fixture.post(path, build)).status).toBe(200);
    const streamed = await stream(fixture, path, JSON.stringify({ ...build, id: "streamed" }));
    expect(streamed.status).toBe(201);
  });

  test("notes name no link of the commits that are not stored", async () => {
    const { post } = await apiFixture(database);
    const listed = commits(2000, 10, "https://ci@git.example/c");
    const { status, body } = await post(path, { id: "linked", version: "2.0.0", commits: listed });
    expect([status, body.notes.length]).toEqual([201, 101]);
    expect(body.notes.at(-1)).toEqual({
      ...{ field: "commits", note: "Only the first 100 of 2000 commits are stored." },
    });
  });
});

describe("a body that is too large is 413 and says the limit", () => {
  const detail =
    "The body that registers a build can have 5 MB. Send fewer commits: Signoff stores the first 100.";
  const large = JSON.stringify({ id: "x", version: "1", commits: commits(10, 530_000) });

  test("of a build, 5 MB and what to do, whether or not the length is announced", async () => {
    const fixture = await apiFixture(database);
    const headers = { "content-length": `${large.length}` };
    const announced = await fixture.post(path, large, { headers });
    expect(problemIn(announced)).toEqual([413, "body-too-large"]);
    expect(announced.body.detail).toBe(detail);
    expect(await stream(fixture, path, large)).toEqual({ status: 413, code: "body-too-large", detail });
  });

  test.each(["/projects/commerce/integrations/orders/deployments", "/requests", "/projects/builds"])(
    "of %s, 1 MB as before",
    async (other) => {
      const fixture = await apiFixture(database);
      const body = JSON.stringify({ reason: "x".repeat(1.1 * mebibyte) });
      const answer = await fixture.post(other, body, { headers: { "content-length": `${body.length}` } });
      expect(problemIn(answer)).toEqual([413, "body-too-large"]);
      expect(answer.body.detail).toBe("The body of this call can have 1 MB. Send less.");
    },
  );
});
