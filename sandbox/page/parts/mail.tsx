/** @jsxImportSource hono/jsx */

import type { InboxMail } from "../../mail.ts";
import { clock, dayWords, type Reader, readerFor } from "../render/reader.ts";
import { framed, mailsTo } from "../routes/mails.ts";
import type { ActivePerson, PageDeps } from "../routes/page-deps.ts";
import { Icon } from "./icons.tsx";

type Props = { deps: PageDeps; person: ActivePerson; mails: InboxMail[]; mailId?: string | undefined };

/** One person's inbox and the email that they opened. */
export function Mail({ deps, person, mails, mailId }: Props) {
  const received = mailsTo(mails, person.email);
  const opened = received.find((mail) => mail.id === mailId);
  const reader = readerFor(deps.slack.workspace, person.id);
  return (
    <div class={`mail ${opened ? "has-opened" : ""}`} id="mail" data-part="mail">
      <section class="mail-list" aria-label={`Mails to ${person.email ?? person.realName}`}>
        {received.length === 0 && <p class="nothing">No mail for {person.email} yet.</p>}
        <ul>
          {received.map((mail) => {
            const isUnread = !deps.reads.isMailRead(person.id, mail.id) && mail !== opened;
            return (
              <li key={mail.id} id={`mail-${mail.id}`}>
                <a
                  href={`/as/${person.id}/mail/${encodeURIComponent(mail.id)}`}
                  class={isUnread ? "unread" : ""}
                  aria-current={mail === opened ? "true" : undefined}
                >
                  <span class="mail-from">
                    {senderName(mail.from)}
                    {isUnread && <span class="hidden"> (unread)</span>}
                  </span>
                  <span class="mail-at">{when(mail, reader)}</span>
                  <span class="mail-subject">{mail.subject}</span>
                  <span class="mail-start">{mail.text.replace(/\s+/g, " ").slice(0, 120)}</span>
                </a>
              </li>
            );
          })}
        </ul>
      </section>
      {opened ? (
        <Opened mail={opened} person={person} reader={reader} />
      ) : (
        <p class="mail-none">Open a mail to read it.</p>
      )}
    </div>
  );
}

const senderName = (from: string) => /^"?([^"<]+?)"?\s*</.exec(from)?.[1] ?? from;

const when = (mail: InboxMail, reader: Reader) => {
  const at = new Date(mail.at);
  const day = dayWords(at, reader);
  return day === "Today" ? clock(at, reader) : day;
};

function Opened({ mail, person, reader }: { mail: InboxMail; person: ActivePerson; reader: Reader }) {
  const at = new Date(mail.at);
  return (
    <section class="mail-opened" id={`opened-${mail.id}`} aria-label="Mail">
      <a class="mail-back" href={`/as/${person.id}/mail`}>
        <Icon name="back" /> All mails
      </a>
      <h2>{mail.subject}</h2>
      <p class="mail-head">
        <strong>{mail.from}</strong> to {mail.to} · {dayWords(at, reader)} at {clock(at, reader)}
      </p>
      <fieldset class="widths">
        <legend class="hidden">Shown as</legend>
        {(["desktop", "phone", "text"] as const).map((width) => (
          <label key={width} for={`width-${width}`}>
            <input
              type="radio"
              name="width"
              id={`width-${width}`}
              value={width}
              checked={width === "desktop"}
            />
            {{ desktop: "Desktop", phone: "Phone, 360 px", text: "Plain text" }[width]}
          </label>
        ))}
      </fieldset>
      <div class="mail-frame" data-width="desktop" data-own="data-width">
        <iframe
          title={`Mail: ${mail.subject}`}
          sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
          srcdoc={framed(mail.html)}
        />
        <pre class="mail-text">{mail.text}</pre>
      </div>
    </section>
  );
}
