import { Heading } from "@react-email/heading";
import { Link } from "@react-email/link";
import { Text } from "@react-email/text";
import { Layout } from "./layout.tsx";
import type { Mail } from "./mail.ts";
import { ActionButton, Badge, Cautions, Facts, Pieces, Quotes } from "./parts.tsx";
import { style } from "./style.ts";

const grantsNothing = "Decisions are made in Slack. This email and its link grant nothing.";

/** The template of every notice. `Mail` decides the content. */
export function NoticeMail({ mail }: { mail: Mail }) {
  const { address } = mail.button;
  return (
    <Layout footer={[mail.footer, grantsNothing]} preview={mail.preview} title={mail.subject}>
      <Text className="brand" style={style.brand}>
        Signoff · #{mail.number}
      </Text>
      <Badge badge={mail.badge} />
      <Heading as="h1" className="headline" style={style.headline}>
        <Pieces of={mail.headline} />
      </Heading>
      <Text className="lead" style={style.lead}>
        <Pieces of={mail.lead} />
      </Text>
      <Cautions cautions={mail.cautions} />
      <ActionButton button={mail.button} />
      <Quotes quotes={mail.quotes} />
      <Facts facts={mail.facts} />
      <Text className="address" style={style.address}>
        If the button does not work, open this address:{" "}
        <Link className="link" href={address} style={style.link}>
          {address}
        </Link>
      </Text>
    </Layout>
  );
}
