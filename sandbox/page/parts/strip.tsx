/** @jsxImportSource hono/jsx */
import type { Violation } from "../../slack/types.ts";

const maxShown = 20;

/**
 * Shows, in red, what the bot did that Slack would refuse or warn about. Empty if there is nothing to show.
 */
export function Strip({ violations }: { violations: Violation[] }) {
  const shown = violations.slice(-maxShown).reverse();
  return (
    <div id="strip" data-part="strip" role="alert">
      {shown.length > 0 && (
        <details class="strip" open>
          <summary>
            Slack would refuse or warn of{" "}
            {violations.length === 1 ? "this" : `these ${violations.length} calls`}
          </summary>
          <ul class="strip-list">
            {shown.map(({ method, rule, message, docs, at }) => (
              <li key={`${at} ${rule}`}>
                <code>{method}</code> <strong>{rule}</strong> {message}{" "}
                <a href={docs} target="_blank" rel="noreferrer">
                  Slack’s document
                </a>
              </li>
            ))}
          </ul>
          {violations.length > maxShown && <p>… and {violations.length - maxShown} earlier ones.</p>}
        </details>
      )}
    </div>
  );
}
