/** @jsxImportSource hono/jsx */

import type { InboxMail } from "../../mail.ts";
import { Chooser } from "../parts/chooser.tsx";
import { document } from "../parts/layout.tsx";
import type { Shown } from "../parts/sidebar.tsx";
import { PagePart, WorkspacePage } from "../parts/workspace-page.tsx";
import type { Part } from "../routes/feed.ts";
import type { ActivePerson, PageDeps } from "../routes/page-deps.ts";

type Whole = { deps: PageDeps; person: ActivePerson; shown: Shown; mails: InboxMail[] };

export const choosePage = (deps: PageDeps) =>
  document(`${deps.slack.workspace.team.name}: choose somebody`, <Chooser deps={deps} />);

export const workspacePage = (whole: Whole) =>
  document(
    `${whole.person.realName} · ${whole.deps.slack.workspace.team.name}`,
    <WorkspacePage {...whole} />,
  );

export const partOf = (whole: Whole & { part: Part }) => <PagePart {...whole} />;

/** Slack signs out people who are deactivated. */
export const deactivatedPage = (name: string) =>
  document(
    `${name} is deactivated`,
    <body class="chooser">
      <main>
        <h1>{name} is deactivated.</h1>
        <p class="lead">
          Slack has signed them out. Anybody else can reactivate them under Workspace.{" "}
          <a href="/">Choose somebody</a>
        </p>
      </main>
    </body>,
  );

export const notFoundPage = () =>
  document(
    "Not here",
    <body class="chooser">
      <main>
        <h1>There is nothing here.</h1>
        <p class="lead">
          The sandbox forgets its messages when it stops, so an older link may lead nowhere.{" "}
          <a href="/">Choose somebody</a>
        </p>
      </main>
    </body>,
  );
