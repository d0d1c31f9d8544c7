// The page's script, as plain modules without a build step. The server renders everything. This script sends
// what a person does and fetches what has changed.

import { startClicks } from "./clicks.js";
import { startComposer } from "./composer.js";
import { startHome } from "./home.js";
import { startLive } from "./live.js";
import { startMail } from "./mail.js";
import { startMenu } from "./menu.js";
import { startModal } from "./modal.js";
import { startPanel } from "./panel.js";
import { startPickers } from "./picker.js";
import { startScroll } from "./scroll.js";

if (document.body.dataset.user !== undefined) {
  document.querySelector(".window").inert = false;
  startMenu();
  startMail();
  startScroll();
  startComposer();
  startPickers();
  startModal();
  startClicks();
  startPanel();
  startLive();
  void startHome();
}
