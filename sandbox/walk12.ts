import { chromium, type Page, type Locator } from "playwright-core";
import { spawn } from "node:child_process";

const shots = "/tmp/shots";
const sandbox = spawn(process.execPath, ["--import", "tsx", "sandbox/main.ts"], { stdio: ["ignore", "pipe", "inherit"] });
const said = await new Promise<string>((resolve) => { let t=""; sandbox.stdout.on("data", (c) => { t+=String(c); if (/api\/v1/.test(t)) resolve(t); }); });
console.log(said);
const address = /http:\/\/localhost:\d+/.exec(said)![0];
const bot = /http:\/\/127\.0\.0\.1:\d+/.exec(said.slice(said.indexOf("127")-7))![0];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
async function as(name: string, width = 1280): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 950 } });
  page.setDefaultTimeout(12_000);
  await page.goto(address);
  await page.locator("a", { hasText: name }).first().click();
  await page.getByRole("heading", { name: "Signoff", level: 1 }).waitFor();
  return page;
}
const press = (where: Page | Locator, name: string | RegExp) => where.getByRole("button", { name, ...(typeof name === "string" ? { exact: true } : {}) }).first().click();
async function type(page: Page, command: string) { const c = page.getByRole("combobox", { name: "Message Signoff" }); await c.fill(command); await c.press("Enter"); }
let n = 0;
const shot = async (page: Page, name: string) => { await page.waitForTimeout(500); await page.screenshot({ path: `${shots}/${String(++n).padStart(2, "0")}-${name}.png` }); };
async function home(page: Page) { await page.getByRole("navigation", { name: "Signoff tabs" }).getByRole("link", { name: "Home" }).click(); const h = page.getByRole("region", { name: "Signoff Home" }); await h.getByRole("button", { name: "Overview, shown now" }).waitFor(); return h; }
const step = async (name: string, work: () => Promise<void>) => { try { await work(); console.log("ok", name); } catch (e) { console.log("FAILED", name, String(e).slice(0, 600)); } };

const ada = await as("Ada Admin"), dana = await as("Dana Developer"), bob = await as("Bob Reviewer");
let token = "";
await step("tokens", async () => {
  const h = await home(ada);
  await press(h, "Settings");
  await press(h, /API Tokens/);
  await shot(ada, "tokens-empty");
  await press(h, "New Token");
  const d = ada.getByRole("dialog");
  await d.waitFor();
  await shot(ada, "new-token");
  await d.getByRole("textbox", { name: /Name/ }).first().fill("Release pipeline");
  for (const box of ["See requests, and what is live where", "Request and cancel promotions", "Name another member as the requester", "Promote what was approved"]) await d.getByLabel(box).check();
  await shot(ada, "new-token-filled");
  await d.getByRole("button", { name: /Create|Save/ }).last().click();
  await ada.waitForTimeout(1500);
  await shot(ada, "token-made");
  token = /sgn_[A-Za-z0-9_-]+/.exec((await ada.getByRole("dialog").allInnerTexts()).join(" ") + (await ada.locator("body").innerHTML()))?.[0] ?? "";
  console.log("token", token.slice(0, 8));
  await ada.keyboard.press("Escape");
  await ada.waitForTimeout(500);
  await shot(ada, "tokens-one");
});
const api = (path: string, body: object) => fetch(`${bot}/api/v1${path}`, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body: JSON.stringify(body) }).then(async (r) => ({ status: r.status, body: await r.json() as any }));
await step("request on behalf", async () => {
  const r = await api("/requests", { project: "commerce", integration: "orders-sync", target: "staging", message: "For the demo", requester: "dana@acme.example" });
  console.log(JSON.stringify(r).slice(0, 300));
  await dana.getByRole("button", { name: /I did not ask for this/ }).waitFor();
  await shot(dana, "on-behalf-dana");
  await shot(bob, "on-behalf-bob");
  await press(dana, /I did not ask for this/);
  await dana.getByRole("dialog").waitFor();
  await shot(dana, "not-asked-dialog");
  await dana.getByRole("dialog").getByRole("button").last().click();
  await dana.waitForTimeout(1500);
  await shot(dana, "not-asked-after");
  await shot(ada, "not-asked-ada");
});
await step("request and end attempt", async () => {
  await ada.getByRole("link", { name: "CI", exact: true }).click();
  await press(ada, "Stay silent");
  await type(dana, "/promote inventory-feed staging");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await ask.waitFor();
  await shot(dana, "request-approval");
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });
  await press(bob, /Approve request 2/);
  await dana.getByRole("button", { name: /Promote request 2/ }).waitFor();
  await press(dana, /Promote request 2/);
  await dana.waitForTimeout(1000);
  const dlg = dana.getByRole("dialog");
  if (await dlg.count()) { await shot(dana, "promote-dialog"); await dlg.getByRole("button").last().click(); }
  await dana.getByRole("button", { name: /End Attempt/ }).waitFor();
  await shot(dana, "promoting");
  await press(dana, /End Attempt/);
  await dana.getByRole("dialog").waitFor();
  await shot(dana, "end-attempt");
  await dana.getByRole("dialog").getByRole("textbox").first().fill("The runner was deleted");
  await dana.getByRole("dialog").getByRole("button", { name: "End Attempt" }).click();
  await dana.waitForTimeout(1500);
  await shot(dana, "ended");
});
await step("next request is warned", async () => {
  await press(dana, /Cancel Request request 2|Cancel request 2|Cancel Request/);
  const d = dana.getByRole("dialog");
  await d.waitFor();
  await d.getByRole("textbox").first().fill("Start over");
  await shot(dana, "cancel");
  await d.getByRole("button").last().click();
  await dana.waitForTimeout(1000);
  await type(dana, "/promote inventory-feed staging");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await ask.waitFor();
  await shot(dana, "request-after-unknown");
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });
  await shot(bob, "card-after-unknown");
  await press(bob, /Approve request 3/);
  await bob.waitForTimeout(500);
  await press(dana, /Promote request 3/);
  await dana.getByRole("dialog").waitFor();
  await shot(dana, "promote-3-dialog");
  await dana.keyboard.press("Escape");
});
await step("phone", async () => {
  await dana.setViewportSize({ width: 390, height: 844 });
  await shot(dana, "phone-dana");
  await bob.setViewportSize({ width: 390, height: 844 });
  await shot(bob, "phone-bob");
});
await step("home lists", async () => {
  await dana.setViewportSize({ width: 1280, height: 950 });
  const h = await home(dana);
  await press(h, /Approvals/);
  await shot(dana, "home-approvals");
  await press(h, /Past/);
  await shot(dana, "home-past");
});
if (process.env.STAY) await new Promise(() => {});
await browser.close();
sandbox.kill("SIGTERM");
