import { onDraw } from "./live.js";
import { post } from "./server.js";

const { channel } = document.body.dataset;
const nearBottom = 80;
const originalTitle = document.title;

/** Stays at the newest message if it is in view, marks visible messages as read, and highlights changes. */
export function startScroll() {
  showUnread();
  const scroll = document.querySelector(".scroll");
  if (scroll === null) return;
  const toEnd = () => {
    scroll.scrollTop = scroll.scrollHeight;
  };
  if (!showLinked()) toEnd();
  markRead();
  document.addEventListener("visibilitychange", markRead);
  onDraw((part) => {
    if (part === "sidebar") return showUnread;
    if (part !== "conversation") return undefined;
    const wasAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < nearBottom;
    const before = stamps();
    return () => {
      if (wasAtEnd) toEnd();
      flash(before);
      markRead();
    };
  });
}

/** Scrolls to the message that a link points to, and highlights it. */
function showLinked() {
  const ts = new URL(location.href).searchParams.get("message");
  const message = ts === null ? null : document.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  if (message === null) return false;
  message.setAttribute("tabindex", "-1");
  message.classList.add("linked");
  message.dataset.own = "class tabindex";
  message.scrollIntoView({ block: "center" });
  message.focus({ preventScroll: true });
  return true;
}

const stamps = () =>
  new Map([...document.querySelectorAll("[data-ts]")].map(({ id, dataset }) => [id, dataset.edited ?? ""]));

function flash(before) {
  for (const [id, edited] of stamps()) {
    if (before.size === 0 || before.get(id) === edited) continue;
    document
      .getElementById(id)
      .animate([{ backgroundColor: "#fff3c4" }, { backgroundColor: "transparent" }], { duration: 1600 });
  }
}

function markRead() {
  if (document.visibilityState === "visible") void post("read", { channel });
}

function showUnread() {
  const unread = Number(document.querySelector("#sidebar").dataset.unread);
  document.title = unread > 0 ? `(${unread}) ${originalTitle}` : originalTitle;
}
