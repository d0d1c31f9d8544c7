/** @jsxImportSource hono/jsx */
import type { StandInChannel } from "../../slack/types.ts";
import type { PageDeps } from "../routes/page-deps.ts";
import { Icon } from "./icons.tsx";

type Props = { deps: PageDeps; channel: StandInChannel };

/** The field for slash commands, with the menu of global shortcuts. */
export function Composer({ deps, channel }: Props) {
  const where = channel.kind === "im" ? deps.slack.workspace.bot.realName : `#${channel.name}`;
  return (
    <form class="composer" data-form="composer" autocomplete="off">
      <div id="commands" class="list above" role="listbox" aria-label="Commands" hidden>
        {deps.commands.map(({ name, description, usage }, index) => (
          <div
            key={name}
            id={`command-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected="false"
            data-command={name}
          >
            <strong>{name}</strong> {usage !== "" && <code>{usage}</code>}
            <small>{description}</small>
          </div>
        ))}
      </div>
      <p class="composer-hint" role="status" />
      <div class="composer-box">
        <Shortcuts deps={deps} />
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

/** https://docs.slack.dev/interactivity/implementing-shortcuts#global */
function Shortcuts({ deps }: { deps: PageDeps }) {
  if (deps.shortcuts.length === 0) return null;
  return (
    <details class="overflow shortcuts" id="shortcuts">
      <summary class="plain-icon" aria-label="Shortcuts" title="Shortcuts">
        <Icon name="bolt" />
      </summary>
      <div class="menu">
        {deps.shortcuts.map(({ callbackId, name, description }) => (
          <button
            key={callbackId}
            id={`shortcut-${callbackId}`}
            type="button"
            data-act="shortcut"
            data-callback-id={callbackId}
            title={description}
          >
            {name}
          </button>
        ))}
      </div>
    </details>
  );
}
