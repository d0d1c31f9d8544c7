import type { HeaderBlock, KnownBlock, SectionBlock } from "@slack/types";
import { cleanName } from "../../domain/shared/clean-text.ts";
import type { BuildView, LiveView, RequestView } from "../../queries/requests/request-view.ts";
import { fieldsSection, header, quoted } from "../blocks/blocks.ts";
import { deployerWords } from "../words/comparison-words.ts";
import { code } from "../words/escape.ts";
import { link } from "../words/links.ts";
import { shortName } from "../words/names.ts";
import { escaped, escapeWithin, isolated, moment, momentAndAge } from "../words/text.ts";

const nameInField = 300;

/**
 * Returns what a request is, in fields: the same on cards and in modals. A phone shows each field on a line of its own,
 * so the fields do not repeat the title, except where the title had to cut a name.
 *
 * @param withSlugs whether to repeat every name with its short name, for who is about to decide or to confirm
 */
export function requestFields(view: RequestView, withSlugs = false): SectionBlock {
  const target = escapeWithin(shortName(view.target.name), nameInField);
  const critical = view.target.critical ? `\n❗ ${target} is *critical*` : "";
  const through = view.through === null ? "" : ` through token ${escapeWithin(shortName(view.through), 300)}`;
  const titleIsCut = titleBlock(view).text.text !== titleWords(view, isolated);
  return fieldsSection([
    `*Project*\n${nameWords(view.project, withSlugs)}${critical}`,
    `*Requested by*\n<@${view.requester.id}>${through}\n${moment(view.createdAt)}`,
    `*Build*\n${buildWords(view.build)}`,
    `*Live in ${target} now*\n${liveWords(view.liveInTarget)}${deployedWords(view)}`,
    ...(titleIsCut || withSlugs ? fullNames(view, withSlugs) : []),
  ]);
}

function fullNames({ integration, source, target }: RequestView, withSlugs: boolean): string[] {
  return [
    `*Integration*\n${nameWords(integration, withSlugs)}`,
    `*From → to*\n${nameWords(source, withSlugs)} → ${nameWords(target, withSlugs)}`,
  ];
}

/** Returns a name in full and, on demand, its short name: "Orders Sync `orders-sync`". */
function nameWords({ name, slug }: { name: string; slug?: string }, withSlug: boolean): string {
  const words = escapeWithin(isolated(name), nameInField);
  return withSlug && slug !== undefined ? `${words} ${code(slug, 100)}` : words;
}

/** Returns a build as mrkdwn: "1.4.2 · a1b2c3d", the version linked where the build has a link, and its author. */
export function buildWords(build: BuildView): string {
  const author = build.author === null ? "" : `\nby ${escapeWithin(shortName(build.author), 300)}`;
  return `${versionWords(build)}${author}`;
}

/** Returns the live build and since when it is live, as mrkdwn. Its author is left out: the deployer knows more about it. */
export function liveWords(live: LiveView | null): string {
  return live === null ? "Nothing yet" : `${versionWords(live)}\nsince ${momentAndAge(live.since)}`;
}

function versionWords({ version, commit, link: address }: BuildView): string {
  const hash = code([...cleanName(commit ?? "")].slice(0, 12).join(""), 60);
  return `${fitLink(address, shortName(version))}${hash === "" ? "" : ` · ${hash}`}`;
}

/** Returns who deployed the build that is live in the target, or nothing where that is unknown. */
function deployedWords({ comparison, liveInTarget }: RequestView): string {
  const from = comparison?.from;
  const words = from?.id === liveInTarget?.id ? deployerWords(from?.deployed) : null;
  return words === null ? "" : `\ndeployed by ${escapeWithin(words, 300)}`;
}

/** Returns a link that fits in a field beside other text, or else only the label: encoding makes an address longer. */
export function fitLink(address: string | null, label: string): string {
  const linked = link(address, label);
  return linked.length <= 1000 ? linked : escaped(label);
}

/** Returns the heading "#42  Orders Sync: Staging → Production", cut to 150 characters. */
export function titleBlock(view: RequestView): HeaderBlock {
  return header(titleWords(view, shortName));
}

function titleWords(
  { number, integration, source, target }: RequestView,
  format: (name: string) => string,
): string {
  return `#${number}  ${format(integration.name)}: ${format(source.name)} → ${format(target.name)}`;
}

/** Returns the requester's message as they wrote it, or no block if there is none. */
export function messageBlocks(view: RequestView): KnownBlock[] {
  return view.message === "" ? [] : quoted(`Message from ${shortName(view.requester.name)}`, view.message);
}
