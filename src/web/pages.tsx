/** @jsxImportSource hono/jsx */
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import type { FC, PropsWithChildren } from "hono/jsx";

const style = `
:root{color-scheme:light dark;--ink:#1d1c24;--soft:#5f5d6b;--paper:#f5f4f8;--card:#fff;--line:#e3e1ea;--mark:#4b3bc4}
@media (prefers-color-scheme:dark){:root{--ink:#f1f0f5;--soft:#a9a6b6;--paper:#16151b;--card:#201f27;--line:#34323e;--mark:#a99ffb}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:1.5rem 1rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:30rem;padding:2rem 1.75rem;background:var(--card);border:1px solid var(--line);border-radius:1rem}
.brand{display:flex;align-items:center;gap:.55rem;margin:0 0 1.5rem;font-weight:600;font-size:.95rem;color:var(--soft)}
.brand svg{width:1.5rem;height:1.5rem;color:var(--mark)}
h1{margin:0 0 .6rem;font-size:1.4rem;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}
p{margin:0 0 .75rem;color:var(--soft);overflow-wrap:anywhere}
p:last-child{margin-bottom:0}
strong{color:var(--ink);font-weight:600}
`;

/** The source of the pages' inline style for the Content-Security-Policy. */
export const styleSource = `'sha256-${createHash("sha256").update(style).digest("base64")}'`;

const Page: FC<PropsWithChildren<{ title: string }>> = ({ title, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · Signoff`}</title>
      <style>{raw(style)}</style>
    </head>
    <body>
      <main>
        <p class="brand">
          <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
            <circle cx="12" cy="12" r="10" />
            <path d="M7.5 12.5l3 3 6-6.5" stroke-linecap="round" stroke-linejoin="round" />
          </svg>
          Signoff
        </p>
        <h1>{title}</h1>
        {children}
      </main>
    </body>
  </html>
);

const page = (title: string, children: PropsWithChildren["children"]): string =>
  `<!doctype html>${<Page title={title}>{children}</Page>}`;

/** The page for a valid link to a card that Slack does not have (yet). */
export const cardNotThere = (request: number): string =>
  page(
    `Your card for request #${request} is not there yet`,
    <>
      <p>Signoff may still be sending it. Wait a minute, then open this link again.</p>
      <p>
        You can also look in Slack: your card is in your direct messages with <strong>Signoff</strong>, under
        Apps, or in the channel where your team reviews.
      </p>
    </>,
  );

/** The page for a link to a request that the database no longer has. Its number belongs to another request now. */
export const requestGone = (request: number): string =>
  page(
    "This request is no longer there",
    <>
      <p>
        Signoff's database was restored to an earlier state, which does not have the request of this email.
        Another request may have the number <strong>#{request}</strong> now.
      </p>
      <p>Nothing was changed. Look at your open requests in Slack, in the Home of Signoff.</p>
    </>,
  );

/** The page for a link that was altered, or signed with another SIGNOFF_SECRET. */
export const linkNotValid = (): string =>
  page(
    "This link does not work",
    <>
      <p>It may have been cut off when it was copied. Open it from the email once more.</p>
      <p>
        The request itself is in Slack, in your direct messages with <strong>Signoff</strong>.
      </p>
    </>,
  );

/** The page for a person who is no longer an active full member of the workspace. It says nothing about the request. */
export const noAccess = (): string =>
  page(
    "You no longer have access",
    <>
      <p>Only full members of the Slack workspace can use Signoff. Guests and deactivated members cannot.</p>
      <p>If you need access, ask an admin of Signoff or an owner of the workspace.</p>
    </>,
  );

/** The page for a lookup that failed or took too long. */
export const cannotLookUp = (): string =>
  page(
    "Signoff cannot look this up right now",
    <>
      <p>Nothing was changed. Open this link again in a moment.</p>
      <p>
        Your card is also in Slack, in your direct messages with <strong>Signoff</strong>.
      </p>
    </>,
  );

export const nothingHere = (): string =>
  page(
    "There is nothing at this address",
    <p>
      Signoff lives in Slack. Type <strong>/promote help</strong> there to see what it does.
    </p>,
  );

export const failed = (): string =>
  page("Something went wrong", <p>It was noted on our side. Please try again in a moment.</p>);
