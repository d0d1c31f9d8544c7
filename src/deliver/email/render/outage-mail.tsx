import { Heading } from "@react-email/heading";
import { render } from "@react-email/render";
import { Text } from "@react-email/text";
import type { Outage } from "../../../domain/delivery/outages.ts";
import { deniedAdvice, outageAdvice } from "../../../slack/messages/admin-message.ts";
import { Layout } from "./layout.tsx";
import { momentIn } from "./moment.ts";
import type { RenderedMail } from "./render.tsx";
import { style } from "./style.ts";
import { oneLine } from "./text.ts";

type Words = { subject: string; paragraphs: string[]; footer: string };

/** An outage, or a method that Slack denies to the token while it accepts others. */
type TokenFault = Outage & { method?: string };

/** Renders the email that tells an admin that Slack rejects the bot token, or denies it a method. */
export async function renderOutage(outage: TokenFault, timeZone: string): Promise<RenderedMail> {
  const words = wordsOf(outage, timeZone);
  const html = await render(<OutageMail words={words} />);
  const text = `${[words.subject, ...words.paragraphs, `-- \n${words.footer}`].join("\n\n")}\n`;
  return { subject: words.subject, html, text };
}

function wordsOf({ reason, since, method }: TokenFault, timeZone: string): Words {
  if (method !== undefined) {
    return {
      subject: "Signoff lacks a permission in Slack",
      paragraphs: [
        `${oneLine(reason, 500)}, since ${momentIn(timeZone, since)}. Until Slack allows it, what needs it waits. Everything else goes on.`,
        `What to do: ${deniedAdvice}`,
        "Nothing is lost: what waits goes out by itself after that. You are told this once.",
      ],
      footer: "You get this email because you run Signoff.",
    };
  }
  return {
    subject: "Signoff cannot use Slack",
    paragraphs: [
      `${oneLine(reason, 500)}, since ${momentIn(timeZone, since)}. Until Slack accepts the bot token again, nobody gets a card or a message, and buttons may not answer. Emails go out as always.`,
      `What to do: ${outageAdvice.slack}`,
      "Nothing is lost: what waits goes out by itself after that. You are told this once.",
    ],
    footer: "You get this email because you run Signoff.",
  };
}

function OutageMail({ words: { subject, paragraphs, footer } }: { words: Words }) {
  return (
    <Layout footer={[footer]} preview={paragraphs[0] ?? subject} title={subject}>
      <Text className="brand" style={style.brand}>
        Signoff
      </Text>
      <Heading as="h1" className="headline" style={style.headline}>
        {subject}
      </Heading>
      {paragraphs.map((paragraph) => (
        <Text className="lead" key={paragraph} style={style.lead}>
          {paragraph}
        </Text>
      ))}
    </Layout>
  );
}
