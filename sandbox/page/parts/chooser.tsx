/** @jsxImportSource hono/jsx */
import type { PageDeps } from "../routes/page-deps.ts";
import { activePeople } from "../routes/page-deps.ts";
import { Face, Icon } from "./icons.tsx";

/** The first page, where you choose who to be. */
export function Chooser({ deps }: { deps: PageDeps }) {
  const { workspace } = deps.slack;
  return (
    <body class="chooser">
      <main>
        <p class="eyebrow">
          {workspace.team.name} · {workspace.bot.realName} sandbox
        </p>
        <h1>Who do you want to be?</h1>
        <p class="lead">
          Each person has a window of their own: open two of them side by side and see one answer the other.
          Everything here stays on this machine.
        </p>
        <ul class="people-cards">
          {activePeople(deps).map(({ id, realName, avatar, title, does, tz }) => (
            <li key={id}>
              <a class="person-card" href={`/as/${id}`}>
                <Face name={realName} avatar={avatar} />
                <span>
                  <strong>{realName}</strong>
                  <span class="does">{does}</span>
                  <small>
                    {[title, tz.split("/").at(-1)?.replaceAll("_", " ")].filter(Boolean).join(" · ")}
                  </small>
                </span>
              </a>
              <a
                class="new-window"
                href={`/as/${id}`}
                target="_blank"
                title={`Open ${realName} in a new window`}
                rel="noopener"
              >
                <Icon name="window" />
                <span class="hidden">Open {realName} in a new window</span>
              </a>
            </li>
          ))}
        </ul>
      </main>
    </body>
  );
}
