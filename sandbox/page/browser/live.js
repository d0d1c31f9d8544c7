import { morph } from "./morph.js";
import { redrawPending } from "./pending.js";

const { user } = document.body.dataset;
const dirty = new Set();
const listeners = [];
const retryMs = 2000;
let fetching;

/** Calls the listener before and after a part is drawn again: it may return what to do after. */
export const onDraw = (listener) => listeners.push(listener);

/** Fetches these parts again; done when they show what the server knew after the call. */
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
  // Deactivated meanwhile: the whole page says so.
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
 * Listens to the server while the page is in sight, and keeps it as it is there. Out of sight it lets go: a browser
 * has six connections to one server, for all its windows together.
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
      // The browser tries again by itself, but for an answer that is no stream.
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
