import { render } from "@react-email/render";
import { cautionsOf } from "./changes.ts";
import { factsOf, quotesOf } from "./facts.ts";
import type { Mail, NoticeInput } from "./mail.ts";
import { NoticeMail } from "./notice-mail.tsx";
import { plainText } from "./plain-text.ts";
import { buttonLabel, footerOf, previewOf, subjectOf, wordsFor } from "./words.ts";

export type { NoticeInput } from "./mail.ts";

/** An email to one person. */
export type RenderedMail = { subject: string; html: string; text: string };

/**
 * Renders the email that notifies one person of an event. Its only button leads to their card in Slack.
 *
 * @returns the subject in one line of at most 120 characters, the HTML, and the same content as plain text
 */
export async function renderNotice(input: NoticeInput): Promise<RenderedMail> {
  const mail = mailOf(input);
  const html = await render(<NoticeMail mail={mail} />);
  return { subject: mail.subject, html, text: plainText(mail) };
}

function mailOf(input: NoticeInput): Mail {
  const { topic, tone, headline, lead } = wordsFor(input);
  return {
    number: input.view.number,
    subject: subjectOf(input, topic),
    badge: { text: topic, tone },
    headline,
    lead,
    cautions: cautionsOf(input),
    preview: previewOf(input, lead),
    button: { label: buttonLabel(input), address: input.link },
    quotes: quotesOf(input),
    facts: factsOf(input),
    footer: footerOf(input),
  };
}
