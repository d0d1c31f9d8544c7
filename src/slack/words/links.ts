import { shownHost, webAddress } from "../../domain/shared/web-link.ts";
import { encoded, escaped, hasFormatting } from "./escape.ts";

/** Half of what a field takes, so that the rest of its text fits beside the link. */
const addressLimit = 1000;

/**
 * Returns a mrkdwn link to an address that somebody else gave, with its host beside the label: "CI run (ci.example.com)".
 * Returns only the escaped label if the address is not http(s), or if it would have over 1,000 characters.
 */
export function link(address: string | null, label: string): string {
  const url = webAddress(address);
  const target = url && targetOf(url);
  if (url === null || target === null) return escaped(label);
  const host = shownHost(url);
  if (label === host) return linkTo(target, label);
  // Nothing can be escaped inside a link, so such a label stands before it.
  if (hasFormatting(label)) return `${escaped(label)} (${linkTo(target, host)})`;
  return `${linkTo(target, label)} (${escaped(host)})`;
}

/** Returns a mrkdwn link to an address of Signoff's or Slack's own. */
export function ownLink(address: string, label: string): string {
  const url = webAddress(address);
  const target = url && targetOf(url);
  return target === null ? escaped(label) : linkTo(target, label);
}

function targetOf({ href }: URL): string | null {
  const target = encoded(href.replace(/[|<>]/g, encodeURIComponent));
  return target.length > addressLimit ? null : target;
}

const linkTo = (target: string, label: string): string =>
  hasFormatting(label) ? escaped(label) : `<${target}|${escaped(label).replace(/\|/g, "¦")}>`;
