import { isSlug, slugOf } from "../../../domain/catalog/catalog.ts";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import { noticeModal } from "../../blocks/notice-modal.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { fieldError, replaceModal, type Submission, type SubmissionReply } from "../../kernel/submission.ts";
import { shortName } from "../../words/names.ts";
import { refusalWords } from "../../words/refusals.ts";
import { redrawBelow } from "../settings-listener.ts";
import { projectIds as ids } from "./project-ids.ts";

/** Returns the text of an input, whose block and action have the same id. */
export const typedText = (submission: Submission, inputId: string): string =>
  submission.value(inputId, inputId).trim();

export const chosenRoles = (submission: Submission): string[] =>
  submission.values(ids.input.requesters, ids.input.requesters);

/** Reads a name and a short name, which is made from the name if none was typed. Returns an error if one is unfit. */
export function readNames(
  submission: Submission,
): { name: string; slug: string } | { error: SubmissionReply } {
  const name = typedText(submission, ids.input.name);
  if (name === "") return { error: fieldError(ids.input.name, "Type a name.") };
  const slug = typedText(submission, ids.input.slug) || slugOf(name);
  if (slug === "") {
    const words = "Type a short name: none can be made from this name.";
    return { error: fieldError(ids.input.slug, words) };
  }
  if (!isSlug(slug)) {
    const words = "Use lower-case letters, digits and hyphens, and begin with a letter or digit.";
    return { error: fieldError(ids.input.slug, words) };
  }
  return { name, slug };
}

/** Shows a refusal at the field that it is about: the one in `fields`, or the name. */
export function refuse(
  refusal: Refusal,
  names: { slug: string } | null,
  fields: Partial<Record<Refusal["code"], string>> = {},
): SubmissionReply {
  const isSlugTaken = refusal.code === "name-taken" && refusal.name === names?.slug;
  const field = isSlugTaken ? ids.input.slug : (fields[refusal.code] ?? ids.input.name);
  return fieldError(field, refusalWords(refusal));
}

/** Closes the form and redraws the settings below it at a project. */
export function showProject(
  deps: SlackDeps,
  submission: Submission,
  location: { projectId: string; page?: number },
): SubmissionReply {
  return { followUp: () => redrawBelow(deps, submission, { section: "projects", ...location }) };
}

/** Replaces the form with the words that something archived is back, and redraws the settings below it. */
export function showRestored(
  deps: SlackDeps,
  submission: Submission,
  location: { projectId: string; page?: number },
  name: string,
): SubmissionReply {
  const words = `${shortName(name)} had been archived. It is back, with its history and what is live.`;
  return { ...replaceModal(noticeModal(words)), ...showProject(deps, submission, location) };
}
