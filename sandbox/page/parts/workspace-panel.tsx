/** @jsxImportSource hono/jsx */
import type { Person, StandInChannel, StandInGroup } from "../../slack/types.ts";
import type { ActivePerson, PageDeps } from "../routes/page-deps.ts";
import { accountType } from "../routes/select-rows.ts";
import { Face, Icon } from "./icons.tsx";

type Props = { deps: PageDeps; person: ActivePerson };

/** Slack's administration, as far as it affects an app: people, user groups, channels. */
export function WorkspacePanel({ deps, person }: Props) {
  const { workspace } = deps.slack;
  const groups = [...workspace.groups.values()];
  const channels = [...workspace.channels.values()].filter(
    ({ kind }) => kind === "public" || kind === "private",
  );
  const active = workspace.people.filter((one) => !one.deleted);
  return (
    <div class="panel" id="workspace" data-part="workspace" data-acts="admin">
      <p class="panel-lead">
        Here you play the administrator of Slack itself. {workspace.bot.realName} hears of it by Slack’s
        events, as in a real workspace.
      </p>
      <section aria-labelledby="panel-people">
        <h2 id="panel-people">People</h2>
        <ul class="panel-rows">
          {workspace.people.map((one) => (
            <PersonRow key={one.id} person={one} isYou={one.id === person.id} />
          ))}
        </ul>
        <form class="panel-form" data-panel="add-person" id="add-person" aria-label="Add a person">
          <Field name="realName" label="Full name" />
          <Field name="email" label="Email (optional)" type="email" />
          <button type="submit" class="button default" id="add-person-button">
            Add person
          </button>
        </form>
      </section>
      <section aria-labelledby="panel-groups">
        <h2 id="panel-groups">User groups</h2>
        {groups.map((group) => (
          <GroupForm key={group.id} group={group} people={active} />
        ))}
        <form class="panel-form" data-panel="add-group" id="add-group" aria-label="Add a user group">
          <Field name="name" label="Group name" />
          <Field name="handle" label="Handle" />
          <button type="submit" class="button default" id="add-group-button">
            Add group
          </button>
        </form>
      </section>
      <section aria-labelledby="panel-channels">
        <h2 id="panel-channels">Channels</h2>
        <ul class="panel-rows">
          {channels.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} bot={workspace.bot} />
          ))}
        </ul>
        <form class="panel-form" data-panel="add-channel" id="add-channel" aria-label="Add a channel">
          <Field name="name" label="Channel name" />
          <button type="submit" class="button default" id="add-channel-button">
            Add channel
          </button>
        </form>
      </section>
    </div>
  );
}

function Field({ name, label, type = "text" }: { name: string; label: string; type?: string }) {
  return (
    <label class="panel-field" for={`field-${name}-${label}`}>
      <span>{label}</span>
      <input id={`field-${name}-${label}`} name={name} type={type} required={!label.includes("optional")} />
    </label>
  );
}

const standings = {
  member: "Full member",
  admin: "Workspace admin",
  owner: "Workspace owner",
  guest: "Guest",
  "single-channel": "Single-channel guest",
} as const;

/** The person's type of account in Slack. */
export type MemberStatus = keyof typeof standings;

function standing(person: Person): MemberStatus {
  if (person.isUltraRestricted) return "single-channel";
  if (person.isRestricted) return "guest";
  if (person.isOwner) return "owner";
  return person.isAdmin ? "admin" : "member";
}

function PersonRow({ person, isYou }: { person: Person; isYou: boolean }) {
  const { id, realName, avatar, email, deleted } = person;
  const now = standing(person);
  const fixed = person.isBot || person.isStranger;
  return (
    <li id={`panel-${id}`} class={deleted ? "gone" : ""}>
      <Face name={realName} avatar={avatar} small />
      <span class="panel-name">
        <strong>
          {realName}
          {isYou && " (you)"}
        </strong>
        <small>{[deleted || fixed ? accountType(person) : "", email].filter(Boolean).join(" · ")}</small>
      </span>
      {!fixed && !deleted && (
        <span class="select">
          <select
            id={`standing-${id}`}
            aria-label={`Standing of ${realName}`}
            data-panel="person"
            data-id={id}
            data-key="standing"
          >
            {Object.entries(standings).map(([value, words]) => (
              <option key={value} value={value} selected={value === now}>
                {words}
              </option>
            ))}
          </select>
        </span>
      )}
      {!isYou && (
        <button
          type="button"
          id={`deactivate-${id}`}
          class="button default"
          aria-label={`${deleted ? "Reactivate" : "Deactivate"} ${realName}`}
          data-panel="person"
          data-id={id}
          data-key="deleted"
          data-value={deleted ? "" : "yes"}
        >
          {deleted ? "Reactivate" : "Deactivate"}
        </button>
      )}
    </li>
  );
}

function GroupForm({ group, people }: { group: StandInGroup; people: Person[] }) {
  const { id, handle, name, users, isDisabled } = group;
  return (
    <fieldset class="panel-group" id={`panel-${id}`} data-panel="group" data-id={id} disabled={isDisabled}>
      <legend>
        @{handle} <small>{isDisabled ? "Disabled" : name}</small>
      </legend>
      {people.map((person) => (
        <label key={person.id} class="box" for={`${id}-${person.id}`}>
          <input
            type="checkbox"
            id={`${id}-${person.id}`}
            value={person.id}
            checked={users.includes(person.id)}
          />
          <span>{person.realName}</span>
        </label>
      ))}
    </fieldset>
  );
}

function ChannelRow({
  channel,
  bot,
}: {
  channel: StandInChannel;
  bot: { userId: string; realName: string };
}) {
  const { id, name, members, isArchived, isExtShared, kind } = channel;
  const hasBot = members.includes(bot.userId);
  const count = members.filter((member) => member !== bot.userId).length;
  const notes = [
    count === 1 ? "1 person" : `${count} people`,
    hasBot ? `${bot.realName} is in it` : "",
    kind === "private" ? "private" : "",
    isExtShared ? "shared with another organization" : "",
    isArchived ? "archived" : "",
  ];
  return (
    <li id={`panel-${id}`} class={isArchived ? "gone" : ""}>
      <Icon name="hash" />
      <span class="panel-name">
        <strong>{name}</strong>
        <small>{notes.filter(Boolean).join(" · ")}</small>
      </span>
      <button
        type="button"
        id={`invite-${id}`}
        class="button default"
        aria-label={`${hasBot ? "Remove" : "Invite"} ${bot.realName}: #${name}`}
        data-panel="channel"
        data-id={id}
        data-key="hasBot"
        data-value={hasBot ? "" : "yes"}
      >
        {hasBot ? `Remove ${bot.realName}` : `Invite ${bot.realName}`}
      </button>
      <button
        type="button"
        id={`archive-${id}`}
        class="button default"
        aria-label={`${isArchived ? "Unarchive" : "Archive"} #${name}`}
        data-panel="channel"
        data-id={id}
        data-key="isArchived"
        data-value={isArchived ? "" : "yes"}
      >
        {isArchived ? "Unarchive" : "Archive"}
      </button>
    </li>
  );
}
