import type { Button, InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { type Scope, scopes, scopeWords, tokenNameLimit } from "../../../domain/tokens/token.ts";
import type { TokenRow } from "../../../queries/tokens/get-tokens.ts";
import { option, textInput } from "../../blocks/inputs.ts";
import { context } from "../../messages/details.ts";
import { escapeWithin, link, moment, nameList, plain, textLimits } from "../../words/text.ts";
import { shortName } from "../../words/words.ts";
import { name, type RoleScope } from "../people/roles-view.ts";
import { section, settingsButton } from "../settings-view.ts";
import { tokenIds as ids } from "./token-ids.ts";

export const tokensPerPage = 20;

/** Settings › API Tokens: the list. It never shows a token, only its last four characters. */
export function tokenListBlocks(tokens: readonly TokenRow[], page: number, total: number): KnownBlock[] {
  const create: KnownBlock = {
    type: "actions",
    block_id: "tokens",
    elements: [
      settingsButton(ids.action.create, "New Token", "new", total === 0 ? { style: "primary" } : {}),
    ],
  };
  if (total === 0) {
    return [
      section(
        "*There is no API token yet.*\nWith one a pipeline registers builds, reports deployments, and asks for promotions. A token never reviews.",
      ),
      create,
    ];
  }
  return [create, ...tokens.map((one) => tokenBlock(one, page)), ...pager(page, total)];
}

function tokenBlock(token: TokenRow, page: number): KnownBlock {
  const words = `*${name(token.name)}*  \`…${token.hint}\`\n${scopeList(token.scopes)}\n${factWords(token)}`;
  return { ...section(`${words}${troubleWords(token)}`), accessory: revokeButton(token, page) } as KnownBlock;
}

const scopeList = (list: readonly Scope[]): string => list.map((scope) => `\`${scope}\``).join(" ");

/** "Commerce only · made by Ada, Jul 4 at 10:00 · never used" */
function factWords({ project, maker, madeAt, lastUsedAt }: TokenRow): string {
  const where = project === null ? "Every project" : `${name(project.name)} only`;
  const used = lastUsedAt === null ? "never used" : `last used ${moment(lastUsedAt)}`;
  return `${where} · made by ${name(maker.name)}, ${moment(madeAt)} · ${used}`;
}

/** Why it is refused although nobody revoked it. */
function troubleWords({ project, maker, member }: TokenRow): string {
  const gone = [maker, member].find(({ standing }) => standing !== "active");
  if (gone !== undefined) return `\n⚠️ It is refused: ${name(gone.name)} is no active full member any more.`;
  return project?.archived ? "\n⚠️ Its project is archived: there is nothing that it can do." : "";
}

/** Limits: title 100, text 300, buttons 30. */
function revokeButton(token: TokenRow, page: number): Button {
  const called = shortName(token.name);
  return settingsButton(ids.action.revoke, "Revoke", writeRevoke({ tokenId: token.id, page }), {
    style: "danger",
    accessibility_label: plain(`Revoke ${called}`, textLimits.button).text,
    confirm: {
      title: plain(`Revoke ${called}?`, 100),
      text: plain("Whatever uses it is refused from now on. This cannot be undone.", 300),
      confirm: plain("Revoke", 30),
      deny: plain("Keep It", 30),
      style: "danger",
    },
  });
}

type Revoke = { tokenId: string; page: number };

const writeRevoke = (revoke: Revoke): string => JSON.stringify(revoke);
export const readRevoke = (value: string): Revoke => JSON.parse(value) as Revoke;

function pager(page: number, total: number): KnownBlock[] {
  if (total <= tokensPerPage) return [];
  const step = (actionId: string, text: string, to: number) =>
    settingsButton(actionId, text, String(to), { accessibility_label: `${text} page of tokens` });
  const last = Math.min((page + 1) * tokensPerPage, total);
  const elements = [
    ...(page > 0 ? [step(ids.action.page, "Previous", page - 1)] : []),
    ...(last < total ? [step(ids.action.nextPage, "Next", page + 1)] : []),
  ];
  return [
    context(`${page * tokensPerPage + 1}–${last} of ${total} tokens`),
    { type: "actions", block_id: "tokens-pages", elements },
  ];
}

/** **New Token**: what it is called, what it may do, and where. */
export function newTokenModal(places: readonly RoleScope[]): ModalView {
  return {
    type: "modal",
    callback_id: ids.view.create,
    title: plain("New Token", 24),
    submit: plain("Create", 24),
    close: plain("Close", 24),
    blocks: [
      textInput({
        ...{ id: ids.input.name, label: "Name", limit: tokenNameLimit },
        placeholder: "CI of Commerce",
      }),
      scopesInput(),
      ...(places.length === 0 ? [] : [projectInput(places)]),
      context(
        "It acts for you: a request that it makes counts as yours, for self-review too. It stops working when you leave the workspace.",
      ),
    ],
  };
}

function scopesInput(): InputBlock {
  return {
    type: "input",
    block_id: ids.input.scopes,
    label: plain("It may"),
    element: {
      type: "checkboxes",
      action_id: ids.input.scopes,
      options: scopes.map((scope) => ({
        ...option({ text: scopeWords[scope], value: scope }),
        description: plain(scope, textLimits.option),
      })),
    },
  };
}

/** The value of the choice that is no project. */
export const everyProject = "all";

const everywhere: RoleScope = { id: everyProject, name: "Every project" };

const scopeOption = (place: RoleScope): PlainTextOption =>
  option({ text: shortName(place.name), value: place.id });

/** The most options that a select takes; with more, they are searched. */
const mostOptions = 100;

/** The projects that contain what was typed, as many as a select takes. */
export function searchedTokenScopes(places: readonly RoleScope[], typed: string): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase();
  const found = [everywhere, ...places].filter((place) => place.name.toLowerCase().includes(wanted));
  return found.slice(0, mostOptions).map(scopeOption);
}

function projectInput(places: readonly RoleScope[]): InputBlock {
  const all = [everywhere, ...places];
  const common = { action_id: ids.input.project, initial_option: scopeOption(everywhere) };
  return {
    type: "input",
    block_id: ids.input.project,
    label: plain("Project"),
    element:
      all.length > mostOptions
        ? { type: "external_select", min_query_length: 0, ...common }
        : { type: "static_select", options: all.map(scopeOption), ...common },
  };
}

/** The token, this once, and what to do with it. */
export function madeTokenModal(
  made: { name: string; scopes: readonly Scope[]; text: string },
  publicUrl: string,
): ModalView {
  const may = nameList(
    made.scopes.map((scope) => scopeWords[scope].charAt(0).toLowerCase() + scopeWords[scope].slice(1)),
    made.scopes.length,
  );
  return {
    type: "modal",
    callback_id: ids.view.made,
    title: plain("New Token", 24),
    close: plain("Done", 24),
    blocks: [
      section(`🔑 *${name(made.name)}* is ready. Copy it now: *you will not see it again.*`),
      section(`\`\`\`${made.text}\`\`\``),
      section(
        "Keep it where your pipeline keeps its secrets, for instance as `SIGNOFF_TOKEN`, and send it with every call:\n```Authorization: Bearer $SIGNOFF_TOKEN```",
      ),
      section(addressWords(publicUrl)),
      context(`It may ${escapeWithin(may, 500)}. Lost it? Revoke it, and make another one.`),
    ],
  };
}

/** "The API is at https://signoff.example.com/api/v1: see all its calls." */
function addressWords(publicUrl: string): string {
  const base = `${publicUrl}/api/v1`;
  return `The API is at \`${escapeWithin(base, 1000)}\`: see ${link(`${base}/openapi.json`, "all its calls")}, in OpenAPI.`;
}
