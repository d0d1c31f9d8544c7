import type { Fact, Mail, Quote } from "./mail.ts";
import { type Piece, plainOf } from "./text.ts";

/** Returns an email as plain text. It is not converted from HTML, so that it reads well aloud and in a terminal. */
export function plainText(mail: Mail): string {
  const parts = [
    plainOf(mail.headline),
    plainOf(mail.lead),
    mail.cautions.map(plainOf).join("\n"),
    `${mail.button.label}:\n${mail.button.address}`,
    ...mail.quotes.map(quoted),
    mail.facts.map(factLines).join("\n"),
    `-- \n${mail.footer}`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function quoted({ heading, lines }: Quote): string {
  return [`${plainOf(heading)}:`, ...lines.map((line) => (line === "" ? ">" : `> ${line}`))].join("\n");
}

function factLines({ label, lines }: Fact): string {
  return `${plainOf(label)}: ${lines.map(withAddresses).join("\n    ")}`;
}

function withAddresses(pieces: readonly Piece[]): string {
  return pieces.map(withAddress).join("");
}

function withAddress({ text, href, look }: Piece): string {
  if (href !== undefined) return `${text} <${href}>`;
  return look === "mark" ? `(${text})` : text;
}
