/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { isJson, textOf } from "../../slack/checks/elements.ts";
import { withEmoji } from "../../slack/emoji.ts";
import { fillDate, type Reader } from "./reader.ts";

// Rendered nodes are kept in a list. In the text, an index between these two private-use characters marks the
// position.
const [open, close] = ["\uE000", "\uE001"];
const markers = /\uE000(\d+)\uE001/;

/** Renders a text object: plain text unchanged, mrkdwn like Slack does. */
export function Text({ of, reader }: { of: unknown; reader: Reader }) {
  if (!isJson(of)) return null;
  const text = textOf(of.text);
  if (of.type !== "mrkdwn") return <span class="plain">{text}</span>;
  return <Mrkdwn text={text} reader={reader} links={of.verbatim !== true} />;
}

/**
 * Renders Slack's markup. Everything else becomes text, which the JSX renderer escapes.
 * https://docs.slack.dev/messaging/formatting-message-text
 * @param links whether bare addresses become links, which they do unless `verbatim` is set
 */
export function Mrkdwn({ text, reader, links = true }: { text: string; reader: Reader; links?: boolean }) {
  const parts = text.replace(/[\uE000\uE001]/g, "").split(/```\n?([\s\S]+?)\n?```\n?/);
  return (
    <div class="mrkdwn">
      {parts.map((part, index) =>
        index % 2 === 1 ? codeBlock(part) : <Lines key={part} text={part} reader={reader} links={links} />,
      )}
    </div>
  );
}

const codeBlock = (code: string) => <pre>{unescaped(code)}</pre>;

/** Renders lines of text. Adjacent lines that start with ">" form one quote. */
function Lines({ text, reader, links }: { text: string; reader: Reader; links: boolean }) {
  const groups: { quoted: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    const last = groups.at(-1);
    const content = quote?.[1] ?? line;
    if (last !== undefined && last.quoted === (quote !== null)) last.lines.push(content);
    else groups.push({ quoted: quote !== null, lines: [content] });
  }
  return (
    <>
      {groups.map(({ quoted, lines }) => {
        const content = inline(lines.join("\n"), reader, links);
        const Tag = quoted ? "blockquote" : "div";
        return lines.join("") === "" && groups.length > 1 ? null : <Tag key={lines[0]}>{content}</Tag>;
      })}
    </>
  );
}

function inline(text: string, reader: Reader, links: boolean): Child[] {
  const nodes: Child[] = [];
  const store = (child: Child) => `${open}${nodes.push(child) - 1}${close}`;
  const marked = text
    .replace(/`([^`\n]+)`|<([^<>\n]+)>/g, (match, code: string | undefined, inside = "") => {
      if (code !== undefined) return store(<code>{unescaped(code)}</code>);
      const special = renderAngled(inside, reader);
      return special === undefined ? match : store(special);
    })
    .replace(/\bhttps?:\/\/(?:(?!&[lg]t;)[^\s<>\uE000\uE001])+(?<![.,;:!?)\]*_~'"])/g, (address) =>
      links ? store(<Anchor address={unescaped(address)} label={unescaped(address)} />) : address,
    );
  return renderStyled(marked, nodes);
}

const tags = { "*": "strong", _: "em", "~": "s" } as const;
const delimited = /(?<![\p{L}\p{N}])([*_~])(?=\S)((?:(?!\1)[^\n])+)(?<=\S)\1(?![\p{L}\p{N}])/u;

/** Renders nested bold, italic, and strikethrough text, and puts the rendered nodes back in place. */
function renderStyled(text: string, nodes: Child[]): Child[] {
  const found = delimited.exec(text);
  if (found === null) return restoreNodes(text, nodes);
  const [match, sign, inside = ""] = found;
  const Tag = tags[sign as keyof typeof tags];
  const after = text.slice(found.index + match.length);
  return [
    ...restoreNodes(text.slice(0, found.index), nodes),
    <Tag key={found.index}>{renderStyled(inside, nodes)}</Tag>,
    ...renderStyled(after, nodes),
  ];
}

const restoreNodes = (text: string, nodes: Child[]): Child[] =>
  text
    .split(markers)
    .map((part, index) => (index % 2 === 1 ? nodes[Number(part)] : withEmoji(unescaped(part))))
    .filter((child) => child !== "");

/** Renders what is between "<" and ">". Undefined if Slack does not recognize it. */
function renderAngled(inside: string, reader: Reader): Child | undefined {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(inside.slice(bar + 1));
  if (target.startsWith("@"))
    return <span class="mention">@{reader.nameOf(target.slice(1)) ?? (label || "someone")}</span>;
  if (target.startsWith("#")) {
    return <span class="mention">#{reader.channelName(target.slice(1)) ?? (label || "channel")}</span>;
  }
  if (target.startsWith("!date^")) return <DateToken target={target} fallback={label} reader={reader} />;
  if (target.startsWith("!")) return <span class="mention broadcast">{broadcastName(target, label)}</span>;
  if (!/^(https?:\/\/|mailto:)/i.test(target)) return undefined;
  const address = unescaped(target);
  return <Anchor address={address} label={label || address} />;
}

function broadcastName(target: string, label: string): string {
  if (target.startsWith("!subteam^")) return label || "@group";
  return `@${target.slice(1).split("^")[0]}`;
}

function Anchor({ address, label }: { address: string; label: string }) {
  return (
    <a href={address} target="_blank" rel="noreferrer">
      {withEmoji(label)}
    </a>
  );
}

function DateToken({ target, fallback, reader }: { target: string; fallback: string; reader: Reader }) {
  const [, seconds, pattern = "", link] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  const words = fillDate(at, unescaped(pattern), reader);
  if (words === undefined) return <>{fallback}</>;
  const time = (
    <time datetime={at.toISOString()} title={`${at.toISOString().slice(0, 16).replace("T", " ")} UTC`}>
      {words}
    </time>
  );
  if (link === undefined || !/^https?:\/\//i.test(link)) return time;
  return (
    <a href={unescaped(link)} target="_blank" rel="noreferrer">
      {time}
    </a>
  );
}

/** Decodes the three entities that Slack supports. */
const unescaped = (text: string) =>
  text.replace(/&(amp|lt|gt);/g, (_, name: string) => (name === "amp" ? "&" : name === "lt" ? "<" : ">"));
