import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { system } from "../../../src/domain/shared/actor.ts";
import { createProject } from "../../../src/usecases/catalog/create-project.ts";
import { warnAdmins } from "../../../src/usecases/delivery/warn-admins.ts";
import { createRole } from "../../../src/usecases/people/save-role.ts";
import { accepted } from "../../support/catalog.ts";
import { openSettingsAs } from "../../support/settings.ts";
import { eventually, startTestStack, type TestStack } from "../../support/test-stack.ts";

/** Names whose first 60 characters take up to 700 once they are escaped. */
describe.each([
  ["ampersands", (i: number) => `${i}`.padEnd(100, "&")],
  ["markers", (i: number) => `${i}${"*a`b".repeat(24)}`],
])("ten projects and ten roles of %s fit in every message and view", (_, named) => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
    const { context, organizationId } = stack.app;
    const by = { organizationId, actor: system("test"), surface: "seed" as const };
    const requesterRoleIds: string[] = [];
    for (let i = 0; i < 10; i++) {
      const holders = { projectId: null, memberIds: [stack.id("bob")] };
      const created = await createRole(context, { ...by, name: named(i), holders });
      requesterRoleIds.push(accepted(created).roleId);
    }
    for (let i = 0; i < 10; i++) {
      const environments = Array.from({ length: 10 }, (_, at) => ({
        ...{ name: named(at), slug: `e${at}`, critical: true },
      }));
      const project = { name: named(i), slug: `p${i}`, requesterRoleIds, environments };
      accepted(await createProject(context, { ...by, ...project }));
    }
    await stack.database.database.sql`
      update roles set group_id = 'S1', group_project_ids = array(select id from projects where slug ~ '^p[0-9]$')
      where name = ${named(0)}`;
  });

  afterAll(async () => {
    expect(stack.slack.violations).toEqual([]);
    await stack?.stop();
  });

  test("the lists of projects and roles, and a project", async () => {
    const ada = openSettingsAs(stack, "ada", "modal");
    await ada.open();
    expect(ada.text()).toMatch(/ → \d more/);
    await ada.press(ada.buttons().find((label) => label.startsWith("Open 9")) ?? "");
    await ada.waitForText(/and \d others may request and promote/);
    await ada.press("Show Roles");
    await ada.waitForText(/follows <!subteam\^S1> for .* and \d others/);
    await ada.close();
  });

  test("what admins are told about all of them", async () => {
    await stack.setOptions({ requiredApprovals: 9 });
    await warnAdmins(stack.app.context, stack.app.organizationId);
    await eventually(() => expect(stack.texts("ada").join("\n")).toMatch(/… and \d more projects\./));
    expect(stack.texts("ada").join("\n")).toMatch(/Too few people can review in .* and \d+ others\./);
  });
});
