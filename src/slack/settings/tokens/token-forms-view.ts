import type { InputBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import { isScope, type Scope, scopes, scopeWords } from "../../../domain/tokens/scope.ts";
import { tokenNameLimit } from "../../../domain/tokens/token.ts";
import type { TokenRow } from "../../../queries/tokens/get-tokens.ts";
import { context, modal, option, section } from "../../blocks/blocks.ts";
import {
  checkboxesInput,
  dateInput,
  matchingOptions,
  selectOrSearchInput,
  textInput,
  userInput,
} from "../../blocks/inputs.ts";
import { metadataCodec } from "../../kernel/codec.ts";
import { code } from "../../words/escape.ts";
import { ownLink } from "../../words/links.ts";
import { shortName } from "../../words/names.ts";
import { escapeWithin, moment, nameList } from "../../words/text.ts";
import { name, type RoleScope } from "../people/roles-view.ts";
import { tokenIds as ids } from "./token-ids.ts";

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
      scopesInput([]),
      ...(projects.length === 0 ? [] : [projectInput(projects)]),
      endInput(null),
      context(
        "It acts for you: a request that it makes counts as yours, for self-review too. You can't review what it requests, and neither can a member whom it names. It stops working when you leave the workspace.",
      ),
    ],
  });
}

function scopesInput(chosen: readonly Scope[]): InputBlock {
  return checkboxesInput({
    id: ids.input.scopes,
    label: "It may",
    chosen,
    hint: "catalog:write and audit:read pause while its member is not an admin.",
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

function endInput(endsAt: Date | null): InputBlock {
  return dateInput({
    ...{ id: ids.input.ends, label: "Last day", optional: true, chosen: lastDayOf(endsAt) },
    hint: "It stops working at the end of this day (UTC). Leave it empty if it does not end.",
  });
}

const dayMs = 86_400_000;

/** Returns the end of a day that was chosen, in ISO 8601; null for none. @param day such as 2026-07-04 */
export const endOfDay = (day: string): string | null =>
  day === "" ? null : new Date(Date.parse(`${day}T00:00:00Z`) + dayMs).toISOString();

/** Returns the day at whose end a token ends. */
const lastDayOf = (endsAt: Date | null): string | undefined =>
  endsAt === null ? undefined : new Date(endsAt.getTime() - 1).toISOString().slice(0, 10);

/** What Edit Token was drawn with, so that a change by somebody else is noticed. */
const shownToken = metadataCodec(
  z.object({
    ...{ tokenId: z.string(), page: z.int(), scopes: z.array(z.string()), endsAt: z.string().nullable() },
  }),
);

/** Returns what the form was drawn with. */
export function readShownToken(metadata: string) {
  const { scopes: shownScopes, ...shown } = shownToken.read(metadata);
  return { ...shown, scopes: shownScopes.filter(isScope) };
}

/** Returns **Edit Token**: what it may do, and when it ends. */
export function editTokenModal(
  { id: tokenId, name: tokenName, scopes: has, endsAt }: TokenRow,
  page: number,
): ModalView {
  return modal({
    callbackId: ids.view.edit,
    title: "Edit Token",
    submit: "Save",
    metadata: shownToken.write({ tokenId, page, scopes: [...has], endsAt: endsAt?.toISOString() ?? null }),
    blocks: [
      section(`*${name(tokenName)}*`),
      scopesInput(has),
      endInput(endsAt),
      context("Its secret stays the same. A change applies to the next call."),
    ],
  });
}

/** The token that **Hand Over Token** is about, and the page of tokens to draw after it. */
export const offeredToken = metadataCodec(z.object({ tokenId: z.string(), page: z.int() }));

/** Returns **Hand Over Token**: to whom. */
export function offerTokenModal(
  { id: tokenId, name: tokenName, offeredTo }: TokenRow,
  page: number,
): ModalView {
  return modal({
    callbackId: ids.view.offer,
    title: "Hand Over Token",
    submit: "Offer",
    metadata: offeredToken.write({ tokenId, page }),
    blocks: [
      section(`*${name(tokenName)}*`),
      userInput({ id: ids.input.member, label: "Offer it to", chosen: offeredTo?.id }),
      context(
        "They get a message and accept it in Slack. The token then acts for them, and they get a new secret. The old secret works for one more day, unless it has already stopped working. Everyone to whom the token has belonged still can't review what it requests.",
      ),
    ],
  });
}

/** Returns **Take Over Token**, which asks the member to whom a token is offered. `words`: what it means, as mrkdwn. */
export function takeTokenModal(offer: { id: string; name: string }, words: string): ModalView {
  return modal({
    callbackId: ids.view.take,
    title: "Take Over Token",
    submit: "Take Over",
    metadata: offeredToken.write({ tokenId: offer.id, page: 0 }),
    blocks: [section(`🔑 *${name(offer.name)}*\n${words}`)],
  });
}

/** Returns until when the old secret of a token that was handed over works. */
export const oldSecretWords = (oldUntil: Date | null): string =>
  oldUntil === null ? "The old secret no longer works." : `The old secret works until ${moment(oldUntil)}.`;

/** Returns the new token, which Signoff shows only once, and how to use it. `more`: a further line, as mrkdwn. */
export function madeTokenModal(
  made: { name: string; scopes: readonly Scope[]; text: string },
  publicUrl: string,
  more?: string,
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
      ...(more === undefined ? [] : [section(more)]),
      context(`It may ${escapeWithin(may, 500)}. Lost it? Revoke it, and make another one.`),
    ],
  });
}

/** Returns "The API is at https://signoff.example.com/api/v1: see all its calls, in OpenAPI." */
function addressWords(publicUrl: string): string {
  const base = `${publicUrl}/api/v1`;
  return `The API is at ${code(base, 1000)}: see ${ownLink(`${base}/openapi.json`, "all its calls")}, in OpenAPI.`;
}
