import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startUpgraded, type Upgraded } from "./start-upgraded.ts";

let stack: Upgraded;

beforeAll(async () => {
  stack = await startUpgraded({
    change: ({ workspace }) => {
      const channel = [...workspace.channels.values()].find(({ name }) => name === "releases");
      workspace.changeChannel(channel?.id ?? "", { isArchived: true });
    },
  });
  await stack.settle();
});
afterAll(() => stack?.stop());

const notices = (name: string) => stack.texts(name).filter((text) => text.includes("Signoff was upgraded"));

describe("upgrade: an admin is told what this version would refuse", () => {
  test.each([
    ["a project with a line break", "Pay ✅ *Approved by Bob Reviewer* (project `pay`)"],
    ["an environment with a control character", "(environment `pay/test`)"],
    ["an environment whose name changes the direction", "(environment `pay/production`)"],
    ["an integration with a line separator", "(integration `pay/cards`)"],
    ["a role with a tab", "Night Shift (role)"],
    ["a token", "(token)"],
    ["projects with one name", "Commerce: the projects `commerce` and `commerce-eu`"],
    ["environments whose names differ in case", "Dev: the environments `legacy/dev` and `legacy/dev-two`"],
    ["roles whose names differ in case", "the roles “Release Managers” and “release managers”"],
    ["a project whose only requester role was deleted", "Only Contractors could request in Vault (`vault`)"],
    ["the channel of the cards", "#releases is archived. Choose another channel."],
  ])("%s", (_, words) => {
    expect(notices("ada")[0]).toContain(words);
  });

  test("what is as it should be is not named", () => {
    expect(notices("ada")[0]).not.toMatch(/Finance|Ledger|Orders Sync|`commerce\//);
  });

  test("only admins are told, once, also after another start", async () => {
    expect(notices("ada")).toHaveLength(1);
    await stack.restartWith({});
    await stack.settle();
    expect(notices("ada")).toHaveLength(1);
    for (const name of ["dana", "bob", "carol", "sam"]) expect(notices(name)).toEqual([]);
  });
});
