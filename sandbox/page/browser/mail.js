import { onDraw } from "./live.js";
import { post } from "./server.js";

/** Marks the open email as read, and fits its frame to the email's height and the chosen width. */
export function startMail() {
  const mail = document.querySelector("#mail");
  if (mail === null) return;
  const read = () => {
    const opened = document.querySelector(".mail-opened")?.id.replace(/^opened-/, "");
    if (opened !== undefined) void post("read", { mail: opened });
  };
  read();
  onDraw((part) => (part === "mail" ? read : undefined));
  mail.addEventListener("change", ({ target }) => {
    if (target.name === "width") document.querySelector(".mail-frame").dataset.width = target.value;
  });
}
