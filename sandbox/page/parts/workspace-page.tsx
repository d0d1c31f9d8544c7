/** @jsxImportSource hono/jsx */

import type { InboxMail } from "../../mail.ts";
import { View } from "../render/render-view.tsx";
import type { Part } from "../routes/feed.ts";
import type { ActivePerson, PageDeps } from "../routes/page-deps.ts";
import { AppHome } from "./app-home.tsx";
import { CiPanel } from "./ci-panel.tsx";
import { Composer } from "./composer.tsx";
import { Conversation } from "./conversation.tsx";
import { BotFace, Icon } from "./icons.tsx";
import { Mail } from "./mail.tsx";
import { type Shown, Sidebar } from "./sidebar.tsx";
import { Strip } from "./strip.tsx";
import { WorkspacePanel } from "./workspace-panel.tsx";

type Props = { deps: PageDeps; person: ActivePerson; shown: Shown; mails: InboxMail[] };

/** One part of a page, which the browser fetches after a change. */
export function PagePart({ part, ...props }: Props & { part: Part }) {
  const { deps, person, shown, mails } = props;
  switch (part) {
    case "sidebar":
      return <Sidebar {...props} />;
    case "view":
      return <View deps={deps} userId={person.id} />;
    case "strip":
      return <Strip violations={deps.slack.violations} />;
    case "conversation":
      return shown.kind === "channel" ? (
        <Conversation deps={deps} person={person} channel={shown.channel} />
      ) : null;
    case "home":
      return shown.kind === "home" ? <AppHome deps={deps} userId={person.id} /> : null;
    case "ci":
      return shown.kind === "ci" && deps.ci ? (
        <CiPanel deps={deps} ci={deps.ci} person={person} integration={shown.integration} />
      ) : null;
    case "workspace":
      return shown.kind === "workspace" ? <WorkspacePanel deps={deps} person={person} /> : null;
    case "mail":
      return shown.kind === "mail" ? (
        <Mail deps={deps} person={person} mails={mails} mailId={shown.mailId} />
      ) : null;
  }
}

/** One person's whole window. */
export function WorkspacePage(props: Props) {
  const { deps, person, shown } = props;
  const channel = shown.kind === "channel" ? shown.channel : undefined;
  return (
    <body data-user={person.id} data-channel={channel?.id} data-tab={tabOf(shown)}>
      {/* Everything is inert until the page's script has loaded. */}
      <div class="window" inert>
        <PagePart part="sidebar" {...props} />
        <button type="button" class="veil" aria-label="Close the menu" tabindex={-1} />
        <main>
          <PagePart part="strip" {...props} />
          <p class="offline" role="status" hidden>
            The sandbox does not answer. Trying again…
          </p>
          <Bar {...props} />
          <Content {...props} />
        </main>
      </div>
      <PagePart part="view" deps={deps} person={person} shown={shown} mails={[]} />
    </body>
  );
}

/** The app tab that is shown. Undefined on other pages. */
function tabOf(shown: Shown): "home" | "messages" | undefined {
  if (shown.kind === "home") return "home";
  return shown.kind === "channel" && shown.channel.kind === "im" ? "messages" : undefined;
}

function Content(props: Props) {
  const { deps, shown } = props;
  switch (shown.kind) {
    case "channel":
      return (
        <>
          <div class="scroll">
            <PagePart part="conversation" {...props} />
          </div>
          <Composer deps={deps} channel={shown.channel} />
        </>
      );
    case "home":
      return (
        <div class="page-scroll">
          <p class="problem home-problem" role="alert" hidden />
          <PagePart part="home" {...props} />
        </div>
      );
    case "ci":
    case "workspace":
      return (
        <div class="page-scroll">
          <PagePart part={shown.kind} {...props} />
        </div>
      );
    case "mail":
      return <PagePart part="mail" {...props} />;
  }
}

function titleOf(shown: Shown, botName: string): string {
  if (tabOf(shown) !== undefined) return botName;
  if (shown.kind === "channel") return `#${shown.channel.name}`;
  return { mail: "Mail", ci: "CI", workspace: "Workspace", home: botName }[shown.kind];
}

function Bar({ deps, person, shown }: Props) {
  const { bot } = deps.slack.workspace;
  const tab = tabOf(shown);
  return (
    <>
      <header class={`bar ${tab === undefined ? "" : "has-tabs"}`}>
        <button
          type="button"
          class="plain-icon menu-button"
          aria-label="Menu"
          aria-expanded="false"
          aria-controls="sidebar"
        >
          <Icon name="menu" />
        </button>
        {tab !== undefined && <BotFace small />}
        <h1>{titleOf(shown, bot.realName)}</h1>
        {tab !== undefined && <span class="app">APP</span>}
        <span class="local-time">
          {person.realName} · {person.tz.split("/").at(-1)?.replaceAll("_", " ")} time
        </span>
      </header>
      {tab !== undefined && (
        <nav class="tabs" aria-label={`${bot.realName} tabs`}>
          <a href={`/as/${person.id}/home`} aria-current={tab === "home" ? "page" : undefined}>
            Home
          </a>
          <a href={`/as/${person.id}`} aria-current={tab === "messages" ? "page" : undefined}>
            Messages
          </a>
        </nav>
      )}
    </>
  );
}
