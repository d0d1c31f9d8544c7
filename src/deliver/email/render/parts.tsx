import { Button } from "@react-email/button";
import { Link } from "@react-email/link";
import { Section } from "@react-email/section";
import { Text } from "@react-email/text";
import { Fragment } from "react";
import type { Fact, Mail, Quote } from "./mail.ts";
import { style, toneStyle } from "./style.ts";
import { hostOf, type Piece } from "./text.ts";

/** Draws running text. Users' text is isolated, so that its direction does not affect the rest. */
export function Pieces({ of }: { of: readonly Piece[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, never reordered
  return of.map((piece, index) => <One key={index} piece={piece} />);
}

function One({ piece }: { piece: Piece }) {
  const { text, theirs, href, look } = piece;
  const words = theirs ? <bdi>{text}</bdi> : text;
  if (href !== undefined) {
    const host = hostOf(piece);
    return (
      <>
        <Link className="link" href={href} style={style.link}>
          {words}
        </Link>
        {host === undefined ? "" : ` (${host})`}
      </>
    );
  }
  if (look === "code") return <code style={style.code}>{words}</code>;
  if (look === undefined) return words;
  return (
    <span className={look} style={style[look]}>
      {words}
    </span>
  );
}

export function Badge({ badge: { text, tone } }: { badge: Mail["badge"] }) {
  return (
    <span className={tone === "quiet" ? "plain" : tone} style={{ ...style.badge, ...toneStyle[tone] }}>
      {text}
    </span>
  );
}

export function Cautions({ cautions }: { cautions: readonly Piece[][] }) {
  if (cautions.length === 0) return null;
  return (
    <div className="caution" style={style.caution}>
      {cautions.map((pieces, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, never reordered
        <div key={index}>
          <Pieces of={pieces} />
        </div>
      ))}
    </div>
  );
}

export function ActionButton({ button }: { button: Mail["button"] }) {
  return (
    <Button className="button" href={button.address} style={style.button}>
      {button.label}
    </Button>
  );
}

/** Draws users' words in their own lines and text direction. */
export function Quotes({ quotes }: { quotes: readonly Quote[] }) {
  if (quotes.length === 0) return null;
  return (
    <Section style={style.quotes}>
      {quotes.map(({ heading, lines }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, never reordered
        <Fragment key={index}>
          <Text className="quote-heading" style={style.quoteHeading}>
            <Pieces of={heading} />
          </Text>
          <div className="quote" dir="auto" style={style.quote}>
            <Lines of={lines} />
          </div>
        </Fragment>
      ))}
    </Section>
  );
}

function Lines({ of }: { of: readonly string[] }) {
  return of.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, never reordered
    <Fragment key={index}>
      {index > 0 && <br />}
      {line}
    </Fragment>
  ));
}

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <table border={0} cellPadding={0} cellSpacing={0} style={style.facts} width="100%">
      <tbody>
        {facts.map(({ label, lines, spaced }, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, never reordered
          <tr key={row}>
            <th className="label" scope="row" style={style.label}>
              <Pieces of={label} />
            </th>
            <td className="value" style={style.value}>
              {lines.map((pieces, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, never reordered
                <div key={index} style={spaced && index > 0 ? style.spaced : undefined}>
                  <Pieces of={pieces} />
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
