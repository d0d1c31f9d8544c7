/** @jsxImportSource hono/jsx */
import type { StandInChannel } from "../slack/types.ts";
import { Conversation } from "./conversation.tsx";
import type { Part } from "./feed.ts";
import type { PageHouse, Somebody } from "./house.ts";
import { BotFace, Icon } from "./icons.tsx";
import { Mail } from "./mail.tsx";
import { View } from "./render-view.tsx";
import { type Shown, Sidebar } from "./sidebar.tsx";
import { Strip } from "./strip.tsx";
import type { InboxMail } from "./types.ts";

type Props = { house: PageHouse; person: Somebody; shown: Shown; mails: InboxMail[] };

/** One part of a page by itself, as the browser fetches it after a change. */
export function PagePart({ part, ...props }: Props & { part: Part }) {
  const { house, person, shown, mails } = props;
  switch (part) {
    case "sidebar":
      return <Sidebar {...props} />;
    case "view":
      return <View house={house} userId={person.id} />;
    case "strip":
      return <Strip violations={house.slack.violations} />;
    case "conversation":
      return shown.kind === "channel" ? (
        <Conversation house={house} person={person} channel={shown.channel} />
      ) : null;
    case "mail":
      return shown.kind === "mail" ? (
        <Mail house={house} person={person} mails={mails} mailId={shown.mailId} />
      ) : null;
  }
}

/** A person's whole window. */
export function WorkspacePage(props: Props) {
  const { house, person, shown } = props;
  const channel = shown.kind === "channel" ? shown.channel : undefined;
  return (
    <body data-user={person.id} data-channel={channel?.id}>
      <div class="window">
        <PagePart part="sidebar" {...props} />
        <button type="button" class="veil" aria-label="Close the menu" tabindex={-1} />
        <main>
          <PagePart part="strip" {...props} />
          <p class="offline" role="status" hidden>
            The sandbox does not answer. Trying again…
          </p>
          <Bar {...props} />
          {channel ? (
            <>
              <div class="scroll">
                <PagePart part="conversation" {...props} />
              </div>
              <Composer house={house} channel={channel} />
            </>
          ) : (
            <PagePart part="mail" {...props} />
          )}
        </main>
      </div>
      <PagePart part="view" house={house} person={person} shown={shown} mails={[]} />
    </body>
  );
}

function Bar({ house, person, shown }: Props) {
  const { workspace } = house.slack;
  const isDm = shown.kind === "channel" && shown.channel.kind === "im";
  const channelName = shown.kind === "channel" ? `#${shown.channel.name}` : "Mail";
  return (
    <header class="bar">
      <button
        type="button"
        class="plain-icon menu-button"
        aria-label="Menu"
        aria-expanded="false"
        aria-controls="sidebar"
      >
        <Icon name="menu" />
      </button>
      {isDm && <BotFace small />}
      <h1>{isDm ? workspace.bot.realName : channelName}</h1>
      {isDm && <span class="app">APP</span>}
      <span class="local-time">
        {person.realName} · {person.tz.split("/").at(-1)?.replaceAll("_", " ")} time
      </span>
    </header>
  );
}

function Composer({ house, channel }: { house: PageHouse; channel: StandInChannel }) {
  const where = channel.kind === "im" ? house.slack.workspace.bot.realName : `#${channel.name}`;
  return (
    <form class="composer" data-form="composer" autocomplete="off">
      <div id="commands" class="list above" role="listbox" aria-label="Commands" hidden>
        {house.commands.map(({ name, description, usage }, index) => (
          <div
            key={name}
            id={`command-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected="false"
            data-command={name}
          >
            <strong>{name}</strong> <code>{usage}</code>
            <small>{description}</small>
          </div>
        ))}
      </div>
      <p class="composer-hint" role="status" />
      <div class="composer-box">
        <input
          id="composer"
          type="text"
          role="combobox"
          aria-label={`Message ${where}`}
          aria-autocomplete="list"
          aria-expanded="false"
          aria-controls="commands"
          placeholder={`Message ${where}: type / for commands`}
          spellcheck={false}
          enterkeyhint="send"
        />
        <button type="submit" class="send" aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
