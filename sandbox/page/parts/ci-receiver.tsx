/** @jsxImportSource hono/jsx */
import { type Behavior, behaviors, type CiReceiver, type ReceivedAttempt } from "../../ci/receiver.ts";
import { clock, type Reader, sinceWords } from "../render/reader.ts";

const words: Record<Behavior, { name: string; does: string }> = {
  succeed: { name: "Succeed", does: "deploys in two seconds and reports success" },
  fail: { name: "Fail", does: "tries for two seconds and reports that it failed, and why" },
  slow: { name: "Go slowly", does: "reports a link, takes twenty seconds, then reports success" },
  silent: { name: "Stay silent", does: "accepts and reports nothing, until you do it below" },
};

/** The webhook receiver and how it handles the next deployments. */
export function Receiver({ receiver, apiUrl, bot }: { receiver: CiReceiver; apiUrl: string; bot: string }) {
  const { behavior, reason } = receiver;
  return (
    <section aria-labelledby="ci-receiver">
      <h2 id="ci-receiver">The next deployment will …</h2>
      <fieldset class="segments" aria-labelledby="ci-receiver">
        {behaviors.map((option) => (
          <button
            type="button"
            key={option}
            id={`behave-${option}`}
            data-panel="behave"
            data-key="behavior"
            data-value={option}
            aria-pressed={option === behavior ? "true" : "false"}
          >
            {words[option].name}
          </button>
        ))}
      </fieldset>
      <p class="panel-note">The receiver {words[behavior].does}.</p>
      <form
        class="panel-form"
        data-panel="reason"
        id="ci-reason"
        aria-label="Reason of a failure"
        hidden={behavior !== "fail"}
      >
        <label class="panel-field" for="ci-reason-field">
          <span>It fails because</span>
          <input id="ci-reason-field" name="reason" required maxlength={300} value={reason} />
        </label>
        <button type="submit" class="button default" id="ci-reason-button">
          Set
        </button>
      </form>
      <details class="ci-address">
        <summary>Use the receiver for another integration</summary>
        <p>
          In {bot}’s Home, under Settings, Projects, edit the integration, choose Webhook, and give this
          address. Then put the secret that {bot} shows here; several with a space between.
        </p>
        <p>
          <code>{receiver.url}</code>
        </p>
        <form class="panel-form" data-panel="secret" id="ci-secret" aria-label="Secret of the webhook">
          <label class="panel-field" for="ci-secret-field">
            <span>Secret</span>
            <input id="ci-secret-field" name="secret" required placeholder="whsec_…" autocomplete="off" />
          </label>
          <button type="submit" class="button default" id="ci-secret-button">
            Trust
          </button>
        </form>
        <p>
          The receiver is <code>examples/receiver/receiver.mjs</code>. The REST API answers at{" "}
          <code>{apiUrl}</code>.
        </p>
      </details>
    </section>
  );
}

type AttemptsProps = { receiver: CiReceiver; reader: Reader; bot: string };

/** The requests that the receiver got. */
export function Attempts({ receiver, reader, bot }: AttemptsProps) {
  const { attempts, otherRequests } = receiver;
  const [other] = otherRequests;
  return (
    <section aria-labelledby="ci-attempts">
      <h2 id="ci-attempts">Deployments that {bot} asked for</h2>
      {attempts.length === 0 && (
        <p class="nothing">None yet. Promote something of an integration that is marked “webhook”.</p>
      )}
      {other !== undefined && (
        <p class="panel-note" role="status">
          {other.what === "test" ? "A test arrived" : `Refused a call: ${other.reason}`},{" "}
          {clock(other.at, reader)}.
        </p>
      )}
      <ul class="panel-rows" aria-label="Deployments">
        {attempts.map((attempt) => (
          <AttemptRow key={attempt.delivery.attempt} attempt={attempt} reader={reader} bot={bot} />
        ))}
      </ul>
    </section>
  );
}

function AttemptRow({ attempt, reader, bot }: { attempt: ReceivedAttempt; reader: Reader; bot: string }) {
  const { delivery, at, sent, finish } = attempt;
  const { request, integration, build, to } = delivery;
  const notes = [sinceWords(at, reader), lastReport(attempt, bot), sent > 1 ? `sent ${sent} times` : ""];
  const name = `${integration.name} ${build.version} to ${to.name}`;
  return (
    <li id={`attempt-${delivery.attempt}`}>
      <span class="panel-name">
        <strong>
          #{request.number} {integration.name} {build.version} → {to.name}
        </strong>
        <small>{notes.filter(Boolean).join(" · ")}</small>
      </span>
      <span class={`tag ${stateOf(attempt)}`}>{stateOf(attempt)}</span>
      {finish &&
        (["succeeded", "failed"] as const).map((end) => (
          <button
            type="button"
            key={end}
            id={`finish-${delivery.attempt}-${end}`}
            class="button default"
            aria-label={`${end === "succeeded" ? "Succeed" : "Fail"} now: ${name}`}
            data-panel="finish"
            data-id={delivery.attempt}
            data-key="end"
            data-value={end}
          >
            {end === "succeeded" ? "Succeed now" : "Fail now"}
          </button>
        ))}
    </li>
  );
}

function stateOf({ finish, behavior, reports }: ReceivedAttempt): string {
  const last = reports.findLast(({ report }) => report.status !== "in progress");
  if (last !== undefined) return last.report.status;
  if (finish === undefined) return "reporting";
  return behavior === "silent" ? "silent" : "deploying";
}

/** The last report and Signoff's response. */
function lastReport({ reports }: ReceivedAttempt, bot: string): string {
  const last = reports.at(-1);
  if (last === undefined) return "nothing reported";
  const { report, status } = last;
  const answered = status === undefined ? `${bot} did not answer` : `${bot} answered ${status}`;
  return `reported ${report.status}${report.reason ? `: ${report.reason}` : ""}, ${answered}`;
}
