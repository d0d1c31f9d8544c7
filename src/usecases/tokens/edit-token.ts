import { isDeepStrictEqual } from "node:util";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import type { Actor } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { adminScopes } from "../../domain/tokens/admin-scopes.ts";
import { scopes as allScopes, type Scope } from "../../domain/tokens/scope.ts";
import { checkEnd } from "../../domain/tokens/token-end.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";

/** What an edit changes. The end is an ISO time; null for none. */
export type TokenTerms = { scopes: readonly Scope[]; endsAt: string | null };

export type EditToken = By & {
  /** A token cannot edit tokens. */
  actor: Exclude<Actor, { kind: "token" }>;
  tokenId: string;
  /** What the person saw. */
  shown: TokenTerms;
  edited: TokenTerms;
};

/**
 * Changes what an API token may do, and when it ends, on behalf of an admin. Its secret stays the same.
 *
 * Refuses `not-admin`, `not-found` (also for a revoked token), `stale`, `no-scopes`, `end-passed`, `scope-needs-admin`.
 */
export function editToken(context: Context, input: EditToken): Promise<Result<{ name: string }>> {
  const { organizationId, tokenId, shown } = input;
  const edited = { ...input.edited, scopes: inOrder(input.edited.scopes) };
  const target = {
    async lock(tx: Tx) {
      const token = await tokens.lock(tx, organizationId, tokenId);
      const exists = token !== undefined && token.revokedAt === null;
      return exists ? accept(token) : refuse({ code: "not-found", what: "token" });
    },
    audit: () => ({ subject: `token:${tokenId}`, action: "token.edited" }),
    isSeen: (token: LockedToken) => {
      const { scopes, endsAt } = termsOf(token);
      return isDeepStrictEqual(
        { scopes: inOrder(scopes), endsAt },
        { ...shown, scopes: inOrder(shown.scopes) },
      );
    },
    snapshot: async (_tx: Tx, token: LockedToken) => snapshotOf(token, termsOf(token)),
  };
  return changeSetting(context, input, target, async (tx, { state, now }) => {
    if (edited.scopes.length === 0) return refuse({ code: "no-scopes" });
    const endsAt = edited.endsAt === null ? null : new Date(edited.endsAt);
    // An end that has passed and stays as it is does not prevent other changes.
    const end = edited.endsAt === shown.endsAt ? accept(null) : checkEnd(endsAt, now);
    if (!end.ok) return end;
    const allowed = await checkAdded(tx, state, edited.scopes);
    if (!allowed.ok) return allowed;
    await tokens.update(tx, organizationId, tokenId, { scopes: edited.scopes, endsAt });
    return accept({ after: snapshotOf(state, edited), value: { name: state.name } });
  });
}

type LockedToken = NonNullable<Awaited<ReturnType<typeof tokens.lock>>>;

const inOrder = (chosen: readonly Scope[]): Scope[] => allScopes.filter((scope) => chosen.includes(scope));

const termsOf = ({ scopes, endsAt }: LockedToken): TokenTerms => ({
  scopes,
  endsAt: endsAt?.toISOString() ?? null,
});

const snapshotOf = ({ name, hint, projectId, memberId }: LockedToken, { scopes, endsAt }: TokenTerms) => ({
  ...{ name, hint, scopes, projectId, memberId, endsAt },
});

/** Refuses `scope-needs-admin` if a scope that needs an admin is added, and the token's member is none. */
async function checkAdded(tx: Tx, token: LockedToken, chosen: readonly Scope[]): Promise<Result<null>> {
  const added = chosen.filter((scope) => adminScopes.includes(scope) && !token.scopes.includes(scope));
  if (added.length === 0) return accept(null);
  const facts = await members.findFacts(tx, token.organizationId, token.memberId);
  if (facts !== undefined && isAdmin(facts)) return accept(null);
  const member = await members.find(tx, token.organizationId, token.memberId);
  const { memberId: id } = token;
  return refuse({ code: "scope-needs-admin", scopes: added, member: { id, name: member?.name ?? id } });
}
