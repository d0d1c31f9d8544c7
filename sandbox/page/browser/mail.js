import { onDraw } from "./live.js";
import { post } from "./server.js";

/** The mail that is open counts as read; its frame is as high as the mail, and as wide as chosen. */
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
