/** @jsxImportSource hono/jsx */

import type { InboxMail } from "../../mail.ts";
import type { StandInChannel } from "../../slack/types.ts";
import { mailsTo } from "../routes/mails.ts";
import { type ActivePerson, activePeople, botDm, type PageDeps } from "../routes/page-deps.ts";
import { BotFace, Face, Icon } from "./icons.tsx";

/** What the main area shows. */
export type Shown =
  | { kind: "channel"; channel: StandInChannel }
  | { kind: "home" }
  | { kind: "mail"; mailId?: string }
  | { kind: "ci"; integration: string | undefined }
  | { kind: "workspace" };

type Props = { deps: PageDeps; person: ActivePerson; shown: Shown; mails: InboxMail[] };

export function Sidebar({ deps, person, shown, mails }: Props) {
  const { workspace } = deps.slack;
  const dm = botDm(deps, person.id);
  const channels = [...workspace.channels.values()].filter(
    (channel) => channel.id !== dm.id && channel.members.includes(person.id) && !channel.isArchived,
  );
  const isShown = (channel: StandInChannel) => shown.kind === "channel" && shown.channel.id === channel.id;
  const unread = (channel: StandInChannel) => deps.reads.unreadMessages(person.id, channel.id);
  return (
    <aside class="sidebar" id="sidebar" data-part="sidebar" data-unread={unread(dm)}>
      <div class="team">
        <a href="/" title="Choose somebody else">
          {workspace.team.name}
        </a>
        <small>{workspace.bot.realName} sandbox</small>
      </div>
      <nav aria-label="Conversations">
        <h2>Apps</h2>
        <ul>
          <Row
            href={`/as/${person.id}`}
            isShown={isShown(dm) || shown.kind === "home"}
            unread={unread(dm)}
            label={workspace.bot.realName}
          >
            <BotFace small />
          </Row>
        </ul>
        {channels.length > 0 && <h2>Channels</h2>}
        <ul>
          {channels.map((channel) => (
            <Row
              key={channel.id}
              href={`/as/${person.id}/c/${channel.id}`}
              isShown={isShown(channel)}
              unread={unread(channel)}
              label={channel.name}
            >
              <Icon name="hash" />
            </Row>
          ))}
        </ul>
        <h2>Inbox</h2>
        <ul>
          <Row
            href={`/as/${person.id}/mail`}
            isShown={shown.kind === "mail"}
            unread={deps.reads.unreadMails(person.id, mailsTo(mails, person.email))}
            label="Mail"
          >
            <Icon name="mail" />
          </Row>
        </ul>
        {deps.ci && (
          <>
            <h2>Outside</h2>
            <ul>
              <Row href={`/as/${person.id}/ci`} isShown={shown.kind === "ci"} unread={0} label="CI">
                <Icon name="bolt" />
              </Row>
            </ul>
          </>
        )}
        <h2>Administration</h2>
        <ul>
          <Row
            href={`/as/${person.id}/workspace`}
            isShown={shown.kind === "workspace"}
            unread={0}
            label="Workspace"
          >
            <Icon name="people" />
          </Row>
        </ul>
      </nav>
      <People deps={deps} person={person} mails={mails} />
    </aside>
  );
}

type RowProps = { href: string; isShown: boolean; unread: number; label: string; children?: unknown };

function Row({ href, isShown, unread, label, children }: RowProps) {
  return (
    <li>
      <a href={href} class={unread > 0 ? "unread" : ""} aria-current={isShown ? "page" : undefined}>
        {children as never}
        <span class="row-label">{label}</span>
        <Badge count={unread} />
      </a>
    </li>
  );
}

function Badge({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span class="badge">
      {count}
      <span class="hidden"> unread</span>
    </span>
  );
}

/** The current person and the other people, each with their unread count. */
function People({ deps, person, mails }: Omit<Props, "shown">) {
  return (
    <nav aria-label="People">
      <h2>You are</h2>
      <ul>
        {activePeople(deps).map((other) => {
          const isYou = other.id === person.id;
          const waiting =
            deps.reads.unreadMessages(other.id, botDm(deps, other.id).id) +
            deps.reads.unreadMails(other.id, mailsTo(mails, other.email));
          return (
            <li key={other.id} class="person" id={`person-${other.id}`}>
              <a
                href={`/as/${other.id}`}
                class={isYou ? "you" : ""}
                aria-current={isYou ? "true" : undefined}
              >
                <Face name={other.realName} avatar={other.avatar} small />
                <span class="row-label">
                  {other.realName}
                  <small>{other.does}</small>
                </span>
                {!isYou && <Badge count={waiting} />}
              </a>
              {!isYou && (
                <a
                  class="new-window"
                  href={`/as/${other.id}`}
                  target="_blank"
                  title={`Open ${other.realName} in a new window`}
                  rel="noopener"
                >
                  <Icon name="window" />
                  <span class="hidden">Open {other.realName} in a new window</span>
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
