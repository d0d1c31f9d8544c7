import { expect, vi } from "vitest";
import { member } from "../../../src/domain/shared/actor.ts";
import { bindRole } from "../../../src/usecases/people/bind-role.ts";
import { openSettingsAs } from "../../support/settings.ts";
import type { Place } from "./place.ts";
import { absent, accepted, never, type Row, refused } from "./row.ts";

const email = (name: string) => `${name === "dana" ? "dev" : name}@acme.example`;

/** Returns who holds which role, and whether the workflow is on. */
async function peopleLine(at: Place): Promise<string> {
  const { roles, holdings, workflow } = await at.facts();
  const people = await at.stack.database.database.db.query.members.findMany();
  const nameOf = (id: string) => people.find((one) => one.id === id)?.name.split(" ")[0] ?? id;
  const held = [...roles]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ id, name }) => {
      const holders = holdings.filter(({ roleId }) => roleId === id).map(({ memberId }) => nameOf(memberId));
      return `${name}: ${holders.sort().join(", ") || "nobody"}`;
    });
  const { requiredApprovals = 0 } = workflow?.options ?? {};
  return `${held.join("; ")} | ${workflow?.enabled ? "on" : "off"}, ${requiredApprovals} of ${workflow?.roleIds.length} roles, ${workflow?.assigneeIds.length} assignees`;
}

const role = (name: string, members?: string[]) => ({
  name,
  ...(members && { members: members.map(email) }),
});

/** Opens Configure Workflow as Ada. */
async function openWorkflow({ stack }: Place): Promise<void> {
  await stack.slack.command(stack.id("ada"), "/promotion-settings");
  await openSettingsAs(stack, "ada", "modal").press("Edit");
  await openSettingsAs(stack, "ada", "modal").form();
}

const configure = async (at: Place, values: Record<string, string | string[]>) => {
  const ada = at.stack.id("ada");
  await openWorkflow(at);
  for (const [input, value] of Object.entries(values)) await at.stack.slack.choose(ada, input, value);
  await at.stack.slack.submit(ada);
  const view = at.stack.slack.topView(ada);
  const words = `${Object.values(view?.errors ?? {}).join(" ")}`;
  while (at.stack.slack.topView(ada)) await at.stack.slack.closeView(ada);
  await at.stack.settle();
  return words;
};

/** Binds the role Crew to a Slack user group. */
async function bound(at: Place): Promise<void> {
  const { context, organizationId } = at.stack.app;
  await at.load({ roles: [{ name: "Crew", members: [] }] }, { force: true });
  const crew = (await at.facts()).roles.find(({ name }) => name === "Crew");
  await bindRole(context, {
    ...{ organizationId, actor: member(at.stack.id("ada")), surface: "slack", groupId: "S0CREW" },
    ...{ roleId: crew?.id ?? "", version: crew?.version ?? 0, projectIds: null },
  });
  await at.stack.settle();
}

export const peopleRows: Row[] = [
  {
    ...{ rule: "Admin role", when: "the last admin is taken out of the Admin role", stored: peopleLine },
    slack: refused((at) => at.form(["Show Roles", "Edit Admin"], { members_input: [] }), /required field/),
    api: never.tokenSettings,
    seed: refused((at) => at.load({ roles: [role("Admin", [])] }, { force: true }), /last admin/),
    elsewhere: absent(
      "A person who leaves Slack keeps the role but is no admin; the workspace's admins are then.",
    ),
  },
  {
    ...{ rule: "Admin role", when: "the members of a role are left out", stored: peopleLine },
    slack: never.form,
    api: never.tokenSettings,
    seed: accepted(
      (at) => at.load({ roles: [role("Admin"), role("Reviewers")] }, { force: true }),
      /Admin: Ada; .*Reviewers: Bob, Carol/,
    ),
    elsewhere: never.ownAct,
  },
  {
    ...{ rule: "R6", when: "more approvals are required than people could give", stored: peopleLine },
    slack: refused((at) => configure(at, { pick_approvals: "5" }), /too few/i),
    api: never.tokenSettings,
    seed: refused(
      (at) => at.load({ workflow: { options: { requiredApprovals: 5 } } }, { force: true }),
      /too few/i,
    ),
    elsewhere: absent("People who leave cannot be refused: the admins are told that too few are left."),
  },
  {
    ...{ rule: "R6", when: "an assignee is named who has none of the roles", stored: peopleLine },
    slack: absent("The form offers only the people of the chosen roles."),
    api: never.tokenSettings,
    seed: refused(
      (at) => at.load({ workflow: { assignees: [email("sam")] } }, { force: true }),
      /Sam Newcomer/,
    ),
    elsewhere: never.ownAct,
  },
  {
    ...{ rule: "R4", when: "somebody who has left is given a role", stored: peopleLine },
    slack: absent("Slack's people picker does not offer them; see test/people/settings/roles.test.ts."),
    api: never.tokenSettings,
    seed: refused(
      (at) => at.load({ roles: [role("Reviewers", ["bob", "carol", "del"])] }),
      /del@acme.example/,
    ),
    elsewhere: absent("The members of a user group who have left are left out."),
  },
  {
    ...{
      rule: "R4",
      when: "a file that names somebody who has left is loaded without them",
      stored: peopleLine,
    },
    slack: absent("Only a file names people in advance."),
    api: never.tokenSettings,
    seed: accepted(
      (at) =>
        at.load(
          { roles: [role("Reviewers", ["bob", "carol", "del"])] },
          { skipMissingPeople: true, force: true },
        ),
      /Reviewers: Bob, Carol/,
    ),
    elsewhere: never.ownAct,
  },
  {
    ...{
      rule: "Admin role",
      when: "a file without those who have left would leave no admin",
      stored: peopleLine,
    },
    slack: absent("Only a file names people in advance."),
    api: never.tokenSettings,
    seed: refused(
      (at) => at.load({ roles: [role("Admin", ["del"])] }, { skipMissingPeople: true, force: true }),
      /Admin|admin/,
    ),
    elsewhere: never.ownAct,
  },
  {
    ...{ rule: "Roles", when: "the members of a role that follows a user group are chosen by hand" },
    ...{ given: bound, stored: peopleLine },
    slack: absent("The form of such a role has no members to choose."),
    api: never.tokenSettings,
    seed: refused((at) => at.load({ roles: [role("Crew", ["sam"])] }, { force: true }), /group/),
    elsewhere: accepted(async ({ stack }) => {
      await stack.slack.event("subteam_members_changed", { subteam_id: "S0CREW" });
      await stack.settle();
      return "";
    }, /Crew: Bob, Carol/),
  },
  {
    ...{ rule: "Channel", when: "review cards are sent to a channel in which only threads are allowed" },
    stored: peopleLine,
    slack: refused(async (at) => {
      const ada = at.stack.id("ada");
      await openWorkflow(at);
      await at.stack.slack.choose(ada, "pick_cards_to", "channel");
      await vi.waitFor(() => expect(JSON.stringify(at.stack.modal("ada").blocks)).toContain("pick_channel"));
      await at.stack.slack.submit(ada, { pick_channel: "CTHREADS" });
      const words = Object.values(at.stack.modal("ada").errors).join(" ");
      while (at.stack.slack.topView(ada)) await at.stack.slack.closeView(ada);
      return words;
    }, /thread/),
    api: never.tokenSettings,
    seed: refused(
      (at) => at.load({ workflow: { options: { cardsTo: "#threads" } } }, { force: true }),
      /thread/,
    ),
    elsewhere: never.ownAct,
  },
];
