import type { Button, KnownBlock } from "@slack/types";
import { z } from "zod";
import { adminScopes } from "../../../domain/tokens/admin-scopes.ts";
import type { Scope } from "../../../domain/tokens/scope.ts";
import type { TokenRow } from "../../../queries/tokens/get-tokens.ts";
import { actions, button, confirmation, section } from "../../blocks/blocks.ts";
import { valueCodec } from "../../kernel/codec.ts";
import { shortName } from "../../words/names.ts";
import { moment } from "../../words/text.ts";
import { name } from "../people/roles-view.ts";
import { pageBlocks } from "../settings-view.ts";
import { tokenIds as ids } from "./token-ids.ts";

export const tokensPerPage = 20;

/** Returns Settings › API Tokens. Of each token it shows only the last four characters. */
export function tokenListBlocks(tokens: readonly TokenRow[], page: number, total: number): KnownBlock[] {
  const create = actions(
    [button(ids.action.create, "New Token", "new", total === 0 ? { style: "primary" } : {})],
    "tokens",
  );
  if (total === 0) {
    return [
      section(
        "*There is no API token yet.*\nWith one a pipeline registers builds, reports deployments, and asks for promotions. A token never reviews.",
      ),
      create,
    ];
  }
  return [
    create,
    ...tokens.flatMap((token) => tokenBlocks(token, page)),
    ...pageBlocks({
      ...{ page, total, size: tokensPerPage, items: "tokens", blockId: "tokens-pages" },
      ...{ actionIds: ids.action, valueFor: String },
    }),
  ];
}

function tokenBlocks(token: TokenRow, page: number): KnownBlock[] {
  const words = `*${name(token.name)}*  \`…${token.hint}\`\n${scopeList(token.scopes)}\n${factWords(token)}`;
  const tokenName = shortName(token.name);
  const value = writeToken({ tokenId: token.id, page });
  return [
    section(`${words}${problemWords(token)}`, revokeButton(token, page)),
    actions([
      button(ids.action.edit, "Edit", value, { label: `Edit ${tokenName}` }),
      button(ids.action.offer, "Hand Over", value, { label: `Hand over ${tokenName}` }),
    ]),
  ];
}

const scopeList = (list: readonly Scope[]): string => list.map((scope) => `\`${scope}\``).join(" ");

/** Returns "Commerce only · made by Ada, Jul 4 at 10:00 · never used · ends Jul 30 at 02:00". */
function factWords({ project, maker, madeAt, lastUsedAt, endsAt, offeredTo }: TokenRow): string {
  const where = project === null ? "Every project" : `${name(project.name)} only`;
  const used = lastUsedAt === null ? "never used" : `last used ${moment(lastUsedAt)}`;
  const end = endsAt === null ? "" : ` · ends ${moment(endsAt)}`;
  const offer = offeredTo === null ? "" : ` · offered to ${name(offeredTo.name)}`;
  return `${where} · made by ${name(maker.name)}, ${moment(madeAt)} · ${used}${end}${offer}`;
}

/** Returns why the API refuses a token that is not revoked, or some of its calls. */
function problemWords(token: TokenRow): string {
  const { project, maker, member, ended, paused, memberIsAdmin, adminScopesUntil } = token;
  const inactive = [maker, member].find(({ status }) => status !== "active");
  if (inactive !== undefined)
    return `\n⚠️ It is refused: ${name(inactive.name)} is no active full member any more.`;
  if (ended) return "\n⚠️ It is refused: it has ended.";
  if (project?.archived) return "\n⚠️ Its project is archived: there is nothing that it can do.";
  if (memberIsAdmin) return "";
  const owner = `${name(member.name)} is not an admin`;
  if (paused.length > 0)
    return `\n⚠️ ${owner}, so ${scopeList(paused)} ${paused.length === 1 ? "is" : "are"} paused.`;
  const kept = token.scopes.filter((scope) => adminScopes.includes(scope));
  return kept.length === 0 || adminScopesUntil === null
    ? `\nℹ️ ${owner}.`
    : `\n⚠️ ${owner}, so ${scopeList(kept)} will pause on ${moment(adminScopesUntil)}.`;
}

function revokeButton(token: TokenRow, page: number): Button {
  const tokenName = shortName(token.name);
  return button(ids.action.revoke, "Revoke", writeToken({ tokenId: token.id, page }), {
    style: "danger",
    label: `Revoke ${tokenName}`,
    confirm: confirmation({
      title: `Revoke ${tokenName}?`,
      text: "Whatever uses it is refused from now on. This cannot be undone.",
      confirm: "Revoke",
      deny: "Keep It",
      style: "danger",
    }),
  });
}

/** A token, and the page of tokens to draw after it was changed. */
const { write: writeToken, read: readToken } = valueCodec(z.object({ tokenId: z.string(), page: z.int() }));

export { readToken, readToken as readRevoke };
