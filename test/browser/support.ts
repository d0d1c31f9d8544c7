import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Starts the sandbox and a browser for the tests of one file. */
export type Walk = {
  /** Opens a window as one person of the workspace, on the bot's messages. */
  as(name: string): Promise<Page>;
  /** The bot's address, without a trailing slash. */
  botUrl(): string;
};

/**
 * Starts the sandbox and Chromium before the tests of a file, and stops them afterwards.
 * @param options the sandbox's arguments, such as `--empty`
 */
export function startSandbox(...options: string[]): Walk {
  let sandbox: ChildProcess;
  let address: string;
  let botUrl: string;
  let browser: Browser | undefined;
  beforeAll(async () => {
    sandbox = spawn(process.execPath, ["--import", "tsx", "sandbox/main.ts", ...options], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    ({ address, botUrl } = await readAddresses(sandbox));
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    if (sandbox.exitCode !== null) return;
    const ended = new Promise((resolve) => sandbox.once("exit", resolve));
    sandbox.kill("SIGTERM");
    await ended;
  });
  return {
    botUrl: () => botUrl,
    async as(name) {
      if (browser === undefined) throw new Error("The browser has not started");
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(15_000);
      await page.goto(address);
      await page.locator("a", { hasText: name }).first().click();
      await page.getByRole("heading", { name: "Signoff", level: 1 }).waitFor();
      return page;
    },
  };
}

function readAddresses(sandbox: ChildProcess): Promise<{ address: string; botUrl: string }> {
  return new Promise((resolve, reject) => {
    let said = "";
    sandbox.stdout?.on("data", (chunk) => {
      said += String(chunk);
      const found = /(http:\/\/localhost:\d+)[\s\S]*(http:\/\/127\.0\.0\.1:\d+)\/api\/v1/.exec(said);
      const [, address, botUrl] = found ?? [];
      if (address !== undefined && botUrl !== undefined) resolve({ address, botUrl });
    });
    sandbox.once("exit", (code) => reject(new Error(`The sandbox ended with code ${code}: ${said}`)));
  });
}

const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-sync",
    ],
  });

/** Types a command into the field below the messages and sends it. */
export async function type(page: Page, command: string): Promise<void> {
  const composer = page.getByRole("combobox", { name: "Message Signoff" });
  await composer.fill(command);
  await composer.press("Enter");
}

/** Clicks a button by its accessible name. */
export const press = (where: Page | Locator, name: string | RegExp): Promise<void> =>
  where.getByRole("button", { name, ...(typeof name === "string" ? { exact: true } : {}) }).click();

/** Selects several options of a picker with the mouse. */
export async function pick(where: Locator, label: string, ...options: string[]): Promise<void> {
  for (const option of options) {
    await where.getByRole("combobox", { name: label }).click();
    await where.getByRole("option", { name: option }).click();
    await where.getByRole("button", { name: `Remove ${option}` }).waitFor();
  }
}

/** Opens the App Home at its Overview. */
export async function openHome(page: Page): Promise<Locator> {
  await page.getByRole("navigation", { name: "Signoff tabs" }).getByRole("link", { name: "Home" }).click();
  const home = page.getByRole("region", { name: "Signoff Home" });
  await home.getByRole("button", { name: "Overview, shown now" }).waitFor();
  return home;
}
