import { Hono } from "hono";
import { z } from "zod";
import type { StandInPerson } from "../../slack/types.ts";
import type { Workspace } from "../../slack/workspace.ts";
import type { MemberStatus } from "../parts/workspace-panel.tsx";
import { answer } from "./answer.ts";
import type { PageDeps } from "./page-deps.ts";

const words = z.string().trim().min(1).max(80);
const slug = z
  .string()
  .trim()
  .toLowerCase()
  .transform((text) => text.replace(/^[@#]/, "").replaceAll(/[^\p{L}\p{N}]+/gu, "-"))
  .pipe(z.string().min(1).max(80));
const flag = z.string().transform((text) => text !== "");

const personBody = z.object({
  id: z.string(),
  standing: z.enum(["member", "admin", "owner", "guest", "single-channel"]).optional(),
  deleted: flag.optional(),
});
const newPersonBody = z.object({ realName: words, email: z.union([z.literal(""), z.email()]) });
const groupBody = z.object({ id: z.string(), users: z.array(z.string()) });
const newGroupBody = z.object({ name: words, handle: slug });
const channelBody = z.object({ id: z.string(), isArchived: flag.optional(), hasBot: flag.optional() });
const newChannelBody = z.object({ name: slug });

const flagsOf = (standing: MemberStatus): Partial<StandInPerson> => ({
  isOwner: standing === "owner",
  isAdmin: standing === "owner" || standing === "admin",
  isRestricted: standing === "guest" || standing === "single-channel",
  isUltraRestricted: standing === "single-channel",
});

/**
 * What a Slack administrator can do on the page's Workspace panel. Each route takes JSON, like those of
 * actions.ts.
 */
export function adminRoutes(deps: PageDeps): Hono {
  const { workspace } = deps.slack;
  const app = new Hono();
  const on = <Body>(name: string, schema: z.ZodType<Body>, act: (body: Body, userId: string) => void) =>
    app.post(`/as/:user/admin/${name}`, (c) =>
      answer(c, deps, schema, async (userId, body) => {
        act(body, userId);
        return { ok: true };
      }),
    );
  on("person", personBody, ({ id, standing, deleted }, userId) => {
    if (deleted && id === userId) throw new Error("nobody can deactivate themselves");
    workspace.changePerson(id, {
      ...(standing !== undefined && flagsOf(standing)),
      ...(deleted !== undefined && { deleted }),
    });
  });
  on("add-person", newPersonBody, ({ realName, email }) => {
    const name = freeName(workspace, realName);
    workspace.addPerson({ name, realName, ...(email !== "" && { email }) });
  });
  on("group", groupBody, ({ id, users }) => {
    const group = workspace.groups.get(id);
    if (group === undefined) throw new Error("there is no such group");
    workspace.setGroup(id, { ...group, users });
  });
  on("add-group", newGroupBody, ({ name, handle }) => {
    if ([...workspace.groups.values()].some((group) => group.handle === handle))
      throw new Error(`there is a group @${handle} already`);
    workspace.setGroup(undefined, { name, handle, users: [] });
  });
  on("channel", channelBody, ({ id, isArchived, hasBot }) => {
    if (isArchived !== undefined) workspace.changeChannel(id, { isArchived });
    if (hasBot !== undefined) inviteBot(workspace, id, hasBot);
  });
  on("add-channel", newChannelBody, ({ name }, userId) => {
    if ([...workspace.channels.values()].some((channel) => channel.name === name))
      throw new Error(`there is a channel #${name} already`);
    workspace.addChannel({ name, members: [userId] });
  });
  return app;
}

function inviteBot(workspace: Workspace, id: string, isMember: boolean): void {
  const { userId } = workspace.bot;
  const others = workspace.channels.get(id)?.members.filter((member) => member !== userId) ?? [];
  workspace.changeChannel(id, { members: isMember ? [...others, userId] : others });
}

/** Returns a short name that is not taken: "robin", then "robin2". */
function freeName({ people }: Workspace, realName: string): string {
  const [first = ""] = realName.toLowerCase().split(/\s+/);
  const base = first.replaceAll(/[^\p{L}\p{N}]/gu, "") || "person";
  const isTaken = (name: string) => people.some((person) => person.name === name);
  if (!isTaken(base)) return base;
  let number = 2;
  while (isTaken(`${base}${number}`)) number += 1;
  return `${base}${number}`;
}
