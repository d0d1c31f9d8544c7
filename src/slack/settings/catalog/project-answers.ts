import { isSlug, slugOf } from "../../../domain/catalog/catalog.ts";
import { member } from "../../../domain/shared/actor.ts";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import type { Submission, SubmissionAnswer } from "../../kernel/interaction.ts";
import { noticeModal } from "../../requests/request-modals-view.ts";
import { refusalWords } from "../../words/refusals.ts";
import { shortName } from "../../words/words.ts";
import type { SettingsLocation } from "../draw-settings.ts";
import { projectIds as ids } from "./project-ids.ts";

/** How a form was answered; with a place the settings beneath are drawn anew there, since it was carried out. */
export type FormAnswer = { answer: SubmissionAnswer; place?: SettingsLocation };

export const submitter = ({ organizationId, userId }: Pick<Submission, "organizationId" | "userId">) => ({
  organizationId,
  actor: member(userId),
  surface: "slack" as const,
});

/** Returns what was typed in a field, without the spaces around it. */
export const typed = (submission: Submission, input: string): string => submission.value(input, input).trim();

export const wrong = (input: string, words: string): FormAnswer => ({
  answer: { response_action: "errors", errors: { [input]: words } },
});

/** A name and a short name, made from the name where none was typed; or what is wrong with them. */
export function readNames(submission: Submission): { name: string; slug: string } | { fault: FormAnswer } {
  const name = typed(submission, ids.input.name);
  if (name === "") return { fault: wrong(ids.input.name, "Type a name.") };
  const given = typed(submission, ids.input.slug);
  const slug = given || slugOf(name);
  if (slug === "") {
    return { fault: wrong(ids.input.slug, "Type a short name: none can be made from this name.") };
  }
  if (!isSlug(slug)) {
    const words = "Use lower-case letters, digits and hyphens, and begin with a letter or digit.";
    return { fault: wrong(ids.input.slug, words) };
  }
  return { name, slug };
}

/** The refusal at the field that it is about; at the name where none is given. */
export function refused(
  refusal: Refusal,
  names: { slug: string } | null,
  fields: Partial<Record<Refusal["code"], string>> = {},
): FormAnswer {
  const isSlugTaken = refusal.code === "name-taken" && refusal.name === names?.slug;
  const field = isSlugTaken ? ids.input.slug : (fields[refusal.code] ?? ids.input.name);
  return wrong(field, refusalWords(refusal));
}

/** The settings at a project, with a word on what came back where something did. */
export function done(place: SettingsLocation, restored: string | null): FormAnswer {
  if (restored === null) return { answer: undefined, place };
  const words = `${shortName(restored)} had been archived. It is back, with its history and what is live.`;
  return { answer: { response_action: "update", view: noticeModal(words) }, place };
}

export const chosenRoles = (submission: Submission): string[] =>
  submission.values(ids.input.requesters, ids.input.requesters);
