/** @jsxImportSource hono/jsx */
import type { KnownBuild, KnownEnvironment } from "../../ci/api.ts";
import type { Ci, CiIntegration, CiView } from "../../ci/index.ts";
import { type Reader, readerFor, sinceWords } from "../render/reader.ts";
import type { ActivePerson, PageDeps } from "../routes/page-deps.ts";
import { Attempts, Receiver } from "./ci-receiver.tsx";

type Props = { deps: PageDeps; ci: Ci; person: ActivePerson; integration: string | undefined };

/**
 * The CI panel: the pipeline that builds and the server that deploys, which are both outside Slack and
 * Signoff.
 */
export async function CiPanel({ deps, ci, person, integration }: Props) {
  const { workspace } = deps.slack;
  const bot = workspace.bot.realName;
  const reader = readerFor(workspace, person.id);
  const loaded = await ci
    .readView(integration)
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return (
    <div class="panel ci" id="ci" data-part="ci" data-acts="ci">
      <p class="panel-lead">
        Here you play what is outside: a pipeline that builds and tells {bot} by its{" "}
        <a href={`${ci.apiUrl}/openapi.json`} target="_blank" rel="noreferrer">
          REST API
        </a>
        , and the server that {bot}’s webhooks ask to deploy.
      </p>
      {typeof loaded === "string" ? (
        <p class="problem" role="alert">
          {bot} does not answer the pipeline: {loaded}
        </p>
      ) : (
        <Pipeline view={loaded} person={person} reader={reader} bot={bot} />
      )}
      <Receiver receiver={ci.receiver} apiUrl={ci.apiUrl} bot={bot} />
      <Attempts receiver={ci.receiver} reader={reader} bot={bot} />
    </div>
  );
}

type PipelineProps = { view: CiView; person: ActivePerson; reader: Reader; bot: string };

function Pipeline({ view, person, reader, bot }: PipelineProps) {
  const { selected, environments, builds } = view;
  if (selected === undefined) {
    return (
      <p class="nothing">
        There is no integration yet. An admin makes one in {bot}’s Home, under Settings, Projects; or the API
        does, as its documentation tells.
      </p>
    );
  }
  return (
    <>
      <section aria-labelledby="ci-integrations">
        <h2 id="ci-integrations">Integration</h2>
        <Integrations integrations={view.integrations} selected={selected} person={person} />
        <ol class="stages" aria-label={`What is live of ${selected.name}`}>
          {environments.map((environment) => (
            <Stage key={environment.slug} environment={environment} reader={reader} />
          ))}
        </ol>
      </section>
      <section aria-labelledby="ci-builds">
        <h2 id="ci-builds">Builds</h2>
        <form class="panel-form ci-build" data-panel="build" id="ci-build" aria-label="Build">
          <input type="hidden" name="integration" value={selected.id} />
          <label class="panel-field narrow" for="ci-version">
            <span>Version</span>
            <input id="ci-version" name="version" required maxlength={100} value={view.nextVersion} />
          </label>
          <label class="panel-field" for="ci-message">
            <span>Commit message</span>
            <input
              id="ci-message"
              name="message"
              required
              maxlength={500}
              value="Round amounts as the bank does"
            />
          </label>
          <button type="submit" class="button primary" id="ci-build-button">
            Register Build
          </button>
        </form>
        {builds.length === 0 && <p class="nothing">Nothing was built yet.</p>}
        <ul class="panel-rows" aria-label="Builds">
          {builds.map((build) => (
            <BuildRow key={build.id} {...{ build, integration: selected, environments, reader }} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Integrations({
  integrations,
  selected,
  person,
}: {
  integrations: CiIntegration[];
  selected: CiIntegration;
  person: ActivePerson;
}) {
  const projects = [...new Set(integrations.map(({ projectName }) => projectName))];
  return (
    <div class="ci-integrations">
      {projects.map((project) => (
        <nav key={project} aria-label={project}>
          <strong>{project}</strong>
          {integrations
            .filter(({ projectName }) => projectName === project)
            .map(({ id, name, deployer }) => (
              <a
                key={id}
                href={`/as/${person.id}/ci?integration=${encodeURIComponent(id)}`}
                aria-current={id === selected.id ? "page" : undefined}
              >
                {name}
                {deployer === "webhook" && <small> webhook</small>}
              </a>
            ))}
        </nav>
      ))}
    </div>
  );
}

function Stage({ environment, reader }: { environment: KnownEnvironment; reader: Reader }) {
  const { slug, name, live } = environment;
  return (
    <li id={`stage-${slug}`}>
      <span>{name}</span>
      <strong>{live?.version ?? "Nothing yet"}</strong>
      {live && (
        <small>
          {live.outside ? "outside approval · " : ""}
          {sinceWords(live.since, reader)}
        </small>
      )}
    </li>
  );
}

type RowProps = {
  build: KnownBuild;
  integration: CiIntegration;
  environments: KnownEnvironment[];
  reader: Reader;
};

function BuildRow({ build, integration, environments, reader }: RowProps) {
  const { id, version, commit, author } = build;
  const notes = [commit?.slice(0, 10), author, sinceWords(build.at, reader)];
  const [first, ...later] = environments;
  const isLive = ({ live }: KnownEnvironment) => live?.build === id;
  const last = later.at(-1);
  return (
    <li id={`build-${id}`}>
      <span class="panel-name">
        <strong>{version}</strong>
        <small>{notes.filter(Boolean).join(" · ")}</small>
      </span>
      {environments.filter(isLive).map(({ slug, name }) => (
        <span class="tag" key={slug}>
          {name}
        </span>
      ))}
      {first && !isLive(first) && <Deploy {...{ build, integration, environment: first }} />}
      {last && !isLive(last) && <Deploy {...{ build, integration, environment: last }} isBypass />}
    </li>
  );
}

type DeployProps = {
  build: KnownBuild;
  integration: CiIntegration;
  environment: KnownEnvironment;
  isBypass?: boolean;
};

/**
 * @param isBypass whether the deployment bypasses the gate: nobody approved it, and Signoff notifies the admins
 */
function Deploy({ build, integration, environment, isBypass = false }: DeployProps) {
  const id = `deploy-${build.id}-${environment.slug}`;
  return (
    <form data-panel="deploy" id={`${id}-form`}>
      <input type="hidden" name="integration" value={integration.id} />
      <input type="hidden" name="build" value={build.id} />
      <input type="hidden" name="environment" value={environment.slug} />
      <button
        type="submit"
        id={id}
        class={`button ${isBypass ? "quiet" : "default"}`}
        aria-label={`Deploy ${build.version} to ${environment.name}${isBypass ? " unapproved" : ""}`}
        title={
          isBypass
            ? "As somebody would who goes around Signoff: it is recorded, and the admins are told"
            : undefined
        }
      >
        {isBypass ? `Deploy to ${environment.name} unapproved` : `Deploy to ${environment.name}`}
      </button>
    </form>
  );
}
