import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tellSettingsChanges } from "../../../src/usecases/delivery/tell-settings-changes.ts";
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
    [
      "a project with a line break",
      "Pay ✅ <!date^0^{_}|*>Approved by Bob Reviewer<!date^0^{_}|*> (project `pay`)",
    ],
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
    ["a token that may request, but name no other member", "requests:write\n"],
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

describe("R1: the admins are told of a pipeline whose call is refused after the upgrade", () => {
  const put = async (token: string, path: string, body: object) => {
    const response = await fetch(`${stack.botUrl}/api/v1${path}`, {
      method: "PUT",
      headers: {
        authorization: `Bearer ${stack.previous.tokens[token]}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const lowered = {
    name: "Finance",
    pipeline: [
      { slug: "development", name: "Development" },
      { slug: "production", name: "Production", critical: false },
    ],
  };
  const refusals = () => stack.database.database.sql`
    select actor ->> 'name' as token, subject from audit_log where action = 'guard.refused' order by id`;

  test("once for each token, setting, and guard, however often the call comes again", async () => {
    for (let run = 0; run < 3; run++) {
      const refused = await put("CI", "/projects/finance", lowered);
      expect(refused).toMatchObject({ status: 409, body: { code: "guard-lowered" } });
    }
    await put("CI", "/projects/commerce/integrations/returns", { name: "Returns", deployer: "record" });
    await put("catalog:write", "/projects/finance", lowered);
    expect((await refusals()).map(({ token }) => token)).toEqual(["CI", "CI", "catalog:write"]);
  });

  test("in one message with what was refused, and nothing was changed", async () => {
    const { context, organizationId } = stack.app;
    await tellSettingsChanges(context, organizationId);
    await stack.settle();
    const text = stack.texts("ada").at(-1);
    expect(text).toMatch(/Token CI, made by Ada Admin/);
    expect(text).toContain("Refused, project Finance: Production would no longer be critical.");
    expect(text).toContain(
      "Refused, integration Returns: Returns would no longer be deployed by its webhook.",
    );
    expect(text).toContain("Nothing was changed.");
    const rows = await stack.database.database.sql`
      select critical from environments e join projects p on p.id = e.project_id
      where p.slug = 'finance' and e.slug = 'production'`;
    expect([...rows]).toEqual([{ critical: true }]);
  });

  test("again when the setting was changed since then", async () => {
    const names = { ...lowered, pipeline: lowered.pipeline.map(({ slug, name }) => ({ slug, name })) };
    expect(await put("CI", "/projects/finance", { ...names, name: "Finance & Tax" })).toMatchObject({
      status: 200,
    });
    await put("CI", "/projects/finance", lowered);
    expect(await refusals()).toHaveLength(4);
  });
});
