import { randomUUID } from "node:crypto";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Actor } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { sameName } from "../../domain/shared/same-name.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
import { type ApiToken, checkToken } from "../../domain/tokens/token.ts";
import { checkEnd } from "../../domain/tokens/token-end.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";
import { hashOf, hintOf, newTokenText } from "./token-text.ts";

export type CreateToken = By & {
  /** A token cannot create tokens. */
  actor: Exclude<Actor, { kind: "token" }>;
  name: string;
  scopes: readonly Scope[];
  /** The only project that the token covers; null: all projects. */
  projectId: string | null;
  /** When it stops working; null or left out: never. */
  endsAt?: Date | null;
  /** The member whom it acts for, and who answers for it as its maker. */
  memberId: MemberId;
};

export type CreatedToken = {
  token: ApiToken;
  /** The token itself. It is not stored, so nobody can see it again. */
  text: string;
};

/**
 * Creates an API token on behalf of an admin. The audit log keeps what it may do, never the token or its hash (R12).
 *
 * Refuses `not-admin`, `token-name`, `name-unusable`, `no-scopes`, `end-passed`, `name-taken` (by a token that is not revoked), `not-found` (the
 * project, or the member, who must be an active full member).
 */
export function createToken(context: Context, input: CreateToken): Promise<Result<CreatedToken>> {
  const { organizationId, projectId, memberId, endsAt = null } = input;
  const id = randomUUID();
  const target = {
    async lock(tx: Tx, now: Date) {
      const end = checkEnd(endsAt, now);
      if (!end.ok) return end;
      const checked = checkToken(input.name, input.scopes);
      if (!checked.ok) return checked;
      const referencesExist = await checkReferences(tx, input);
      if (!referencesExist.ok) return referencesExist;
      await tokens.lockNames(tx, organizationId);
      return checked;
    },
    audit: () => ({ subject: `token:${id}`, action: "token.created" }),
    snapshot: async () => null,
  };
  return changeSetting<Checked, object, CreatedToken>(context, input, target, async (tx, { state, now }) => {
    const { name, scopes } = state;
    const names = await tokens.listNames(tx, organizationId);
    const taken = names.find((other) => sameName(other, name));
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken });
    const text = newTokenText();
    const hint = hintOf(text);
    const token = { organizationId, id, name, scopes, projectId, memberId, makerId: memberId };
    await tokens.add(tx, { ...token, hash: hashOf(text), hint, madeAt: now, endsAt });
    const after = { ...{ name, hint, scopes, projectId, memberId }, endsAt: endsAt?.toISOString() ?? null };
    return accept({ after, value: { token, text } });
  });
}

type Checked = { name: string; scopes: Scope[] };

/** Refuses `not-found` unless the member is an active full one and the project exists. */
async function checkReferences(
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
