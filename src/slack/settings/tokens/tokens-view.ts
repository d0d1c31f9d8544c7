import type { Button, InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import { type Scope, scopes, scopeWords } from "../../../domain/tokens/scope.ts";
import { tokenNameLimit } from "../../../domain/tokens/token.ts";
import type { TokenRow } from "../../../queries/tokens/get-tokens.ts";
import { actions, button, confirmation, context, modal, option, section } from "../../blocks/blocks.ts";
import { checkboxesInput, matchingOptions, selectOrSearchInput, textInput } from "../../blocks/inputs.ts";
import { valueCodec } from "../../kernel/codec.ts";
import { code } from "../../words/escape.ts";
import { ownLink } from "../../words/links.ts";
import { shortName } from "../../words/names.ts";
import { escapeWithin, moment, nameList } from "../../words/text.ts";
import { name, type RoleScope } from "../people/roles-view.ts";
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
    ...tokens.map((token) => tokenBlock(token, page)),
    ...pageBlocks({
      ...{ page, total, size: tokensPerPage, items: "tokens", blockId: "tokens-pages" },
      ...{ actionIds: ids.action, valueFor: String },
    }),
  ];
}

function tokenBlock(token: TokenRow, page: number): KnownBlock {
  const words = `*${name(token.name)}*  \`…${token.hint}\`\n${scopeList(token.scopes)}\n${factWords(token)}`;
  return section(`${words}${problemWords(token)}`, revokeButton(token, page));
}

const scopeList = (list: readonly Scope[]): string => list.map((scope) => `\`${scope}\``).join(" ");

/** Returns "Commerce only · made by Ada, Jul 4 at 10:00 · never used". */
function factWords({ project, maker, madeAt, lastUsedAt }: TokenRow): string {
  const where = project === null ? "Every project" : `${name(project.name)} only`;
  const used = lastUsedAt === null ? "never used" : `last used ${moment(lastUsedAt)}`;
  return `${where} · made by ${name(maker.name)}, ${moment(madeAt)} · ${used}`;
}

/** Returns why the API refuses a token that is not revoked. */
function problemWords({ project, maker, member }: TokenRow): string {
  const inactive = [maker, member].find(({ status }) => status !== "active");
  if (inactive !== undefined)
    return `\n⚠️ It is refused: ${name(inactive.name)} is no active full member any more.`;
  return project?.archived ? "\n⚠️ Its project is archived: there is nothing that it can do." : "";
}

function revokeButton(token: TokenRow, page: number): Button {
  const tokenName = shortName(token.name);
  return button(ids.action.revoke, "Revoke", writeRevoke({ tokenId: token.id, page }), {
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

/** The token to revoke, and the page of tokens to draw after that. */
const { write: writeRevoke, read: readRevoke } = valueCodec(z.object({ tokenId: z.string(), page: z.int() }));

export { readRevoke };

/** Returns **New Token**: its name, what it may do, and in which projects. */
export function newTokenModal(projects: readonly RoleScope[]): ModalView {
  return modal({
    callbackId: ids.view.create,
    title: "New Token",
    submit: "Create",
    blocks: [
      textInput({
        ...{ id: ids.input.name, label: "Name", limit: tokenNameLimit },
        placeholder: "CI of Commerce",
      }),
      scopesInput(),
      ...(projects.length === 0 ? [] : [projectInput(projects)]),
      context(
        "It acts for you: a request that it makes counts as yours, for self-review too. It stops working when you leave the workspace.",
      ),
    ],
  });
}

function scopesInput(): InputBlock {
  return checkboxesInput({
    id: ids.input.scopes,
    label: "It may",
    choices: scopes.map((scope) => ({ text: scopeWords[scope], value: scope, description: scope })),
  });
}

/** The value of the option for every project. */
export const everyProject = "all";

const everyProjectScope: RoleScope = { id: everyProject, name: "Every project" };

const scopeOption = ({ id, name: text }: RoleScope): PlainTextOption =>
  option({ text: shortName(text), value: id });

/** Returns the options for the projects whose name contains what was typed. */
export const searchedTokenScopes = (projects: readonly RoleScope[], typed: string): PlainTextOption[] =>
  matchingOptions([everyProjectScope, ...projects], typed, (scope) => scope.name, scopeOption);

function projectInput(projects: readonly RoleScope[]): InputBlock {
  return selectOrSearchInput({
    id: ids.input.project,
    label: "Project",
    options: [everyProjectScope, ...projects].map(scopeOption),
    chosen: scopeOption(everyProjectScope),
  });
}

/** Returns the new token, which Signoff shows only once, and how to use it. */
export function madeTokenModal(
  made: { name: string; scopes: readonly Scope[]; text: string },
  publicUrl: string,
): ModalView {
  const may = nameList(
    made.scopes.map((scope) => scopeWords[scope].charAt(0).toLowerCase() + scopeWords[scope].slice(1)),
    made.scopes.length,
  );
  return modal({
    callbackId: ids.view.made,
    title: "New Token",
    close: "Done",
    blocks: [
      section(`🔑 *${name(made.name)}* is ready. Copy it now: *you will not see it again.*`),
      section(`\`\`\`${made.text}\`\`\``),
      section(
        "Keep it where your pipeline keeps its secrets, for instance as `SIGNOFF_TOKEN`, and send it with every call:\n```Authorization: Bearer $SIGNOFF_TOKEN```",
      ),
      section(addressWords(publicUrl)),
      context(`It may ${escapeWithin(may, 500)}. Lost it? Revoke it, and make another one.`),
    ],
  });
}

/** Returns "The API is at https://signoff.example.com/api/v1: see all its calls, in OpenAPI." */
function addressWords(publicUrl: string): string {
  const base = `${publicUrl}/api/v1`;
  return `The API is at ${code(base, 1000)}: see ${ownLink(`${base}/openapi.json`, "all its calls")}, in OpenAPI.`;
}
