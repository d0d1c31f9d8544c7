import type { InboxMail } from "../../mail.ts";

/** Returns the addresses in a To line, in lower case. */
const addresses = (to: string): string[] => to.toLowerCase().match(/[^\s,;<>"]+@[^\s,;<>"]+/g) ?? [];

/** Returns the emails to one address, in the given order. */
export function mailsTo(mails: InboxMail[], address: string | undefined): InboxMail[] {
  if (address === undefined) return [];
  return mails.filter((mail) => addresses(mail.to).includes(address.toLowerCase()));
}

/**
 * Returns an email's HTML for a frame. Its links open in the parent window. The frame's sandbox blocks
 * scripts.
 */
export const framed = (html: string) =>
  `<base target="_top">${html.replace(/(<a\b[^>]*?\s)target=("[^"]*"|'[^']*'|[^\s>]+)/gi, '$1target="_top"')}`;
