import type { InboxMail } from "./types.ts";

/** The addresses in a To line, in lower case. */
const addresses = (to: string): string[] => to.toLowerCase().match(/[^\s,;<>"]+@[^\s,;<>"]+/g) ?? [];

/** The mails sent to one address, in the order given. */
export function mailsTo(mails: InboxMail[], address: string | undefined): InboxMail[] {
  if (address === undefined) return [];
  return mails.filter((mail) => addresses(mail.to).includes(address.toLowerCase()));
}

/**
 * A mail's HTML for a frame of its own: its links open in the window around it. Scripts cannot run there, since
 * the frame is sandboxed without them.
 */
export const framed = (html: string) =>
  `<base target="_top">${html.replace(/(<a\b[^>]*?\s)target=("[^"]*"|'[^']*'|[^\s>]+)/gi, '$1target="_top"')}`;
