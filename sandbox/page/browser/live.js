import { morph } from "./morph.js";
import { redrawPending } from "./pending.js";

const { user } = document.body.dataset;
const dirty = new Set();
const listeners = [];
const retryMs = 2000;
let fetching;

/** Calls the listener before a part is redrawn. The listener may return a function to call afterwards. */
export const onDraw = (listener) => listeners.push(listener);

/**
 * Fetches these parts again. Resolves when they show at least what the server knew at the time of the call.
 */
export function refresh(...parts) {
  for (const part of parts) dirty.add(part);
  fetching ??= drain().finally(() => {
    fetching = undefined;
  });
  return fetching;
}

async function drain() {
  while (dirty.size > 0) {
    const parts = [...dirty];
    dirty.clear();
    await Promise.all(parts.map(draw));
  }
}

async function draw(part) {
  const old = document.querySelector(`[data-part="${part}"]`);
  if (old === null) return;
  const address = new URL(location.href);
  address.searchParams.set("part", part);
  const response = await fetch(address).catch(() => undefined);
  // The person was deactivated, which changes the whole page.
  if (response?.status === 403) location.reload();
  if (!response?.ok) return;
  const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = parsed.querySelector(`[data-part="${part}"]`);
  if (fresh === null) return;
  const after = listeners.map((listener) => listener(part));
  morph(old, document.adoptNode(fresh));
  redrawPending();
  for (const finish of after) finish?.();
}

/**
 * Receives server-sent events while the page is visible and keeps it up to date. A hidden page disconnects,
 * because a browser allows six connections per server across all its windows.
 */
export function startLive() {
  const offline = document.querySelector(".offline");
  let run;
  let source;
  const connect = () => {
    source = new EventSource(`/events?user=${user}`);
    source.addEventListener("hello", ({ data }) => {
      if (run !== undefined && run !== data) location.reload();
      run = data;
      offline.hidden = true;
      void refresh("sidebar", "conversation", "home", "view", "mail", "strip", "workspace", "ci");
    });
    source.addEventListener("change", ({ data }) => void refresh(...data.split(" ")));
    source.addEventListener("error", () => {
      offline.hidden = false;
      // The browser reconnects by itself, except after a response that is not a stream.
      if (source.readyState === EventSource.CLOSED) setTimeout(follow, retryMs);
    });
  };
  const follow = () => {
    source?.close();
    if (document.visibilityState === "visible") connect();
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", ({ persisted }) => persisted && follow());
  follow();
}
