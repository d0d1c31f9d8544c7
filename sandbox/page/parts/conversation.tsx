/** @jsxImportSource hono/jsx */
import type { Person, StandInChannel, StandInEphemeral, StandInMessage } from "../../slack/types.ts";
import { clock, dayWords, type Reader, readerFor, timeOf } from "../render/reader.ts";
import { Blocks } from "../render/render-blocks.tsx";
import { Mrkdwn } from "../render/render-mrkdwn.tsx";
import { inEphemeral, inMessage } from "../render/surface.ts";
import { type ActivePerson, activePeople, type PageDeps } from "../routes/page-deps.ts";
import { BotFace, Face, Icon } from "./icons.tsx";

type Props = { deps: PageDeps; person: ActivePerson; channel: StandInChannel };

/** A channel's messages, oldest first, with the ephemeral messages of this person in between. */
export function Conversation({ deps, person, channel }: Props) {
  const { slack } = deps;
  const reader = readerFor(slack.workspace, person.id);
  const ephemerals = slack.ephemeralsFor(person.id).filter((one) => one.channel === channel.id);
  const entries = [...slack.workspace.messagesIn(channel.id), ...ephemerals].sort((a, b) =>
    a.ts.localeCompare(b.ts),
  );
  const name = channel.kind === "im" ? slack.workspace.bot.realName : `#${channel.name}`;
  let day = "";
  return (
    <div
      class="messages"
      id="conversation"
      data-part="conversation"
      role="log"
      aria-label={`Messages with ${name}`}
      aria-live="polite"
    >
      <Beginning deps={deps} person={person} name={name} isDm={channel.kind === "im"} />
      {entries.map((entry) => {
        const before = day;
        day = dayWords(timeOf(entry.ts), reader);
        return (
          <>
            {day !== before && (
              <div class="day" id={`day-${entry.ts}`}>
                <span>{day}</span>
              </div>
            )}
            <Entry deps={deps} entry={entry} reader={reader} />
          </>
        );
      })}
    </div>
  );
}

function Beginning({ deps, person, name, isDm }: Omit<Props, "channel"> & { name: string; isDm: boolean }) {
  const others = activePeople(deps).filter((other) => other.id !== person.id);
  return (
    <div class="beginning" id="beginning">
      {isDm && <BotFace />}
      <h2>{name}</h2>
      {isDm ? (
        <p>
          Here {name} writes to <strong>{person.realName}</strong>, and only {person.realName.split(" ")[0]}{" "}
          sees it. Type a command below, or open {others[0]?.realName ?? "somebody else"} in a new window to
          answer it.
        </p>
      ) : (
        <p>This is the beginning of {name}.</p>
      )}
      <p class="tries">
        {deps.commands.map(({ name: command, description }) => (
          <button key={command} type="button" class="try" data-type={`${command} `} title={description}>
            {command}
          </button>
        ))}
      </p>
    </div>
  );
}

type EntryProps = { deps: PageDeps; entry: StandInMessage | StandInEphemeral; reader: Reader };

function Entry({ deps, entry, reader }: EntryProps) {
  const isEphemeral = "id" in entry;
  const { bot } = deps.slack.workspace;
  const authorId = isEphemeral ? (entry.from === "slackbot" ? "USLACKBOT" : bot.userId) : entry.user;
  const author = deps.slack.workspace.person(authorId);
  const surface = isEphemeral ? inEphemeral(entry, reader) : inMessage(entry, reader);
  const name = author?.realName ?? "Somebody";
  const edited = isEphemeral ? undefined : entry.edited;
  return (
    <article
      id={surface.id}
      class={`message ${isEphemeral ? "ephemeral" : ""}`}
      aria-label={`${name}, ${clock(timeOf(entry.ts), reader)}`}
      data-channel={entry.channel}
      data-ts={isEphemeral ? undefined : entry.ts}
      data-ephemeral={isEphemeral ? entry.id : undefined}
      data-edited={edited?.ts}
    >
      <AuthorFace author={author} isBot={authorId === bot.userId} />
      <div class="message-body">
        {isEphemeral && (
          <p class="only-you">
            <Icon name="eye" /> Only visible to you
          </p>
        )}
        <p class="byline">
          <strong>{name}</strong>
          {author?.isBot && <span class="app">APP</span>}
          <Stamp ts={entry.ts} reader={reader} href={isEphemeral ? undefined : permalink(entry)} />
        </p>
        {entry.blocks.length > 0 ? (
          <Blocks blocks={entry.blocks} surface={surface} />
        ) : (
          <Mrkdwn text={entry.text} reader={reader} />
        )}
        {edited && <span class="edited">(edited)</span>}
      </div>
    </article>
  );
}

function AuthorFace({ author, isBot }: { author: Person | undefined; isBot: boolean }) {
  return isBot ? <BotFace /> : <Face name={author?.realName ?? "?"} avatar={author?.avatar} />;
}

const permalink = ({ channel, ts }: { channel: string; ts: string }) =>
  `/archives/${channel}/p${ts.replace(".", "")}`;

function Stamp({ ts, reader, href }: { ts: string; reader: Reader; href: string | undefined }) {
  const at = timeOf(ts);
  const time = <time datetime={at.toISOString()}>{clock(at, reader)}</time>;
  return href === undefined ? (
    <span class="stamp">{time}</span>
  ) : (
    <a class="stamp" href={href}>
      {time}
    </a>
  );
}
