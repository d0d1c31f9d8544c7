import { randomUUID } from "node:crypto";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, checkToken, type Scope } from "../../domain/tokens/token.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";
import { hashOf, hintOf, newTokenText } from "./token-text.ts";

export type CreateToken = {
  organizationId: string;
  /** A token makes no tokens. */
  actor: Exclude<Actor, { kind: "token" }>;
  surface: Surface;
  name: string;
  scopes: readonly Scope[];
  /** Null: it is good for every project. */
  projectId: string | null;
  /** Whom it acts for, and who answers for it as its maker. */
  memberId: MemberId;
};

export type CreatedToken = {
  token: ApiToken;
  /** The token itself: it is kept nowhere, so this is the only time that anybody can see it. */
  text: string;
};

/**
 * Makes an API token, for an admin. The audit log keeps what it may do, never the token or its hash (R12).
 *
 * Refuses `not-admin`, `token-name`, `no-scopes`, `name-taken` (by one that was not revoked), `not-found` (the project,
 * or the member, who must be an active full one).
 */
export function createToken(context: Context, input: CreateToken): Promise<Result<CreatedToken>> {
  const { organizationId, actor, surface, projectId, memberId } = input;
  return commit<CreatedToken>(context, async (tx, at) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    const checked = checkToken(input.name, input.scopes);
    if (!checked.ok) return checked;
    const { name, scopes } = checked.value;
    const places = await checkPlaces(tx, input);
    if (!places.ok) return places;
    await tokens.lockNames(tx, organizationId);
    const taken = await tokens.findNamesake(tx, organizationId, name);
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken });
    const text = newTokenText();
    const hint = hintOf(text);
    const token = { organizationId, id: randomUUID(), name, scopes, projectId, memberId, makerId: memberId };
    await tokens.add(tx, { ...token, hash: hashOf(text), hint, madeAt: at });
    await recordSetting(tx, {
      ...{ organizationId, actor, surface, at, action: "token.created", subject: `token:${token.id}` },
      before: null,
      after: { name, hint, scopes, projectId, memberId },
    });
    return accept({ token, text });
  });
}

async function checkPlaces(
  tx: Tx,
  { organizationId, projectId, memberId }: CreateToken,
): Promise<Result<null>> {
  const member = await members.find(tx, organizationId, memberId);
  if (member?.status !== "active") return refuse({ code: "not-found", what: "member" });
  if (projectId === null) return accept(null);
  const projects = await listProjects(tx, organizationId);
  return projects.some(({ id }) => id === projectId)
    ? accept(null)
    : refuse({ code: "not-found", what: "project" });
}
