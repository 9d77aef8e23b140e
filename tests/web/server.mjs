// Shared by the browser tests: a server of their own, and a browser if one is installed.
import { spawn } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import readline from "node:readline";

const SKIPPED = 77;
const CHROMIUM = "/usr/bin/chromium";

/** Ends the process as ctest knows a skipped test, and as scripts/test.sh reads its reason. */
function skip(reason) {
  console.log(`swagger_test.mjs:1: Skipped\n${reason}`);
  process.exit(SKIPPED);
}

/** `frontrow serve --dev` in a folder of its own; `url` is where, below the base path, stop() ends it. */
export async function startServer(program, basePath = "") {
  const folder = await mkdtemp(join(tmpdir(), "frontrow-web-"));
  const options = ["--listen", "127.0.0.1:0", "--data-dir", folder];
  if (basePath) options.push("--base-path", basePath);
  const child = spawn(program, ["serve", "--dev", ...options], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    ended.then(() => reject(new Error("the server doesn't serve")));
    readline.createInterface({ input: child.stderr }).on("line", (line) => {
      const told = line.startsWith("{") ? JSON.parse(line) : {};
      if (told.message === "serving") resolve(`http://${told.address}${basePath}`);
    });
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true });
  };
  return { url, stop };
}

/** Debian's Chromium, without a window. Skips the test where there is none. */
export async function startBrowser(modules) {
  await access(CHROMIUM).catch(() => skip("there is no Chromium (Debian's package chromium)"));
  const { chromium } = createRequire(join(modules, "from.js"))("playwright-core");
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-quic"], timeout: 120_000 });
}

/** Collects what no page of ours may do: errors, warnings of its policy, requests to anybody else. */
export function watch(page, url) {
  const misdeeds = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) misdeeds.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => misdeeds.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => misdeeds.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const target = request.url();
    if (!target.startsWith(`${url}/`) && !target.startsWith("data:")) misdeeds.push(`asks ${target}`);
  });
  return misdeeds;
}
