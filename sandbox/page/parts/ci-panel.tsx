/** @jsxImportSource hono/jsx */
import type { KnownBuild, KnownEnvironment } from "../../ci/api.ts";
import type { Ci, CiView, Place } from "../../ci/index.ts";
import { type Reader, readerFor, sinceWords } from "../render/reader.ts";
import type { PageHouse, Somebody } from "../routes/page-deps.ts";
import { Attempts, Receiver } from "./ci-receiver.tsx";

type Props = { standIn: PageHouse; ci: Ci; person: Somebody; place: string | undefined };

/**
 * The CI panel: the pipeline that builds and the server that deploys, which are both outside Slack and
 * Signoff.
 */
export async function CiPanel({ standIn, ci, person, place }: Props) {
  const { workspace } = standIn.slack;
  const bot = workspace.bot.realName;
  const reader = readerFor(workspace, person.id);
  const looked = await ci
    .look(place)
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
      {typeof looked === "string" ? (
        <p class="problem" role="alert">
          {bot} does not answer the pipeline: {looked}
        </p>
      ) : (
        <Pipeline view={looked} person={person} reader={reader} bot={bot} />
      )}
      <Receiver provider={ci.provider} apiUrl={ci.apiUrl} bot={bot} />
      <Attempts provider={ci.provider} reader={reader} bot={bot} />
    </div>
  );
}

type PipelineProps = { view: CiView; person: Somebody; reader: Reader; bot: string };

function Pipeline({ view, person, reader, bot }: PipelineProps) {
  const { shown, environments, builds } = view;
  if (shown === undefined) {
    return (
      <p class="nothing">
        There is no integration yet. An admin makes one in {bot}’s Home, under Settings, Projects; or the API
        does, as its documentation tells.
      </p>
    );
  }
  return (
    <>
      <section aria-labelledby="ci-places">
        <h2 id="ci-places">Integration</h2>
        <Places places={view.places} shown={shown} person={person} />
        <ol class="stages" aria-label={`What is live of ${shown.name}`}>
          {environments.map((environment) => (
            <Stage key={environment.slug} environment={environment} reader={reader} />
          ))}
        </ol>
      </section>
      <section aria-labelledby="ci-builds">
        <h2 id="ci-builds">Builds</h2>
        <form class="panel-form ci-build" data-panel="build" id="ci-build" aria-label="Build">
          <input type="hidden" name="place" value={shown.id} />
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
            <BuildRow key={build.id} {...{ build, place: shown, environments, reader }} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Places({ places, shown, person }: { places: Place[]; shown: Place; person: Somebody }) {
  const projects = [...new Set(places.map(({ projectName }) => projectName))];
  return (
    <div class="ci-places">
      {projects.map((project) => (
        <nav key={project} aria-label={project}>
          <strong>{project}</strong>
          {places
            .filter(({ projectName }) => projectName === project)
            .map(({ id, name, deployer }) => (
              <a
                key={id}
                href={`/as/${person.id}/ci?place=${encodeURIComponent(id)}`}
                aria-current={id === shown.id ? "page" : undefined}
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

type RowProps = { build: KnownBuild; place: Place; environments: KnownEnvironment[]; reader: Reader };

function BuildRow({ build, place, environments, reader }: RowProps) {
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
      {first && !isLive(first) && <Deploy {...{ build, place, environment: first }} />}
      {last && !isLive(last) && <Deploy {...{ build, place, environment: last }} isPast />}
    </li>
  );
}

type DeployProps = { build: KnownBuild; place: Place; environment: KnownEnvironment; isPast?: boolean };

/**
 * @param isPast whether the deployment bypassed the gate: nobody approved it, and Signoff notifies the admins
 */
function Deploy({ build, place, environment, isPast = false }: DeployProps) {
  const id = `deploy-${build.id}-${environment.slug}`;
  return (
    <form data-panel="deploy" id={`${id}-form`}>
      <input type="hidden" name="place" value={place.id} />
      <input type="hidden" name="build" value={build.id} />
      <input type="hidden" name="environment" value={environment.slug} />
      <button
        type="submit"
        id={id}
        class={`button ${isPast ? "quiet" : "default"}`}
        aria-label={`Deploy ${build.version} to ${environment.name}${isPast ? " unapproved" : ""}`}
        title={
          isPast
            ? "As somebody would who goes around Signoff: it is recorded, and the admins are told"
            : undefined
        }
      >
        {isPast ? `Deploy to ${environment.name} unapproved` : `Deploy to ${environment.name}`}
      </button>
    </form>
  );
}
