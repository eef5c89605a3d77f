// Drives the form in a real Chromium and prints what it found as JSON.
// node form.mjs BASE_URL CHROMIUM SCREENSHOTS
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [base, executablePath, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const found = { states: [], control: [], keyboard: null, elsewhere: [] };

async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate((tags) => window.axe.run({ runOnly: tags }), TAGS);
  return result.violations.map((each) => `${each.id}: ${each.nodes.map((n) => n.target).join(" ")}`);
}

async function look(page, language, state) {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.screenshot({ path: `${screenshots}/${state}-${language}.png`, fullPage: true });
  const broken = await violations(page);
  // 1280 pixels at 400 % are 320 pixels of the page.
  await page.setViewportSize({ width: 320, height: 256 });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > 320);
  await page.screenshot({ path: `${screenshots}/${state}-${language}-400.png`, fullPage: true });
  await page.setViewportSize({ width: 1280, height: 900 });
  found.states.push({ language, state, violations: broken, sideways });
}

async function walk(language) {
  const page = await browser.newPage();
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) found.elsewhere.push(new URL(request.url()).origin);
  });
  await page.goto(`${base}/subject-request?lang=${language}`);
  await look(page, language, "empty");
  await page.fill("#email", "no address");
  await page.click("main form button[value=check]:not(.trap)");
  await look(page, language, "error");
  await page.check("#right-objection");
  await page.fill("#email", `browser-${language}@synthetic.example`);
  await page.fill("#message", "Synteettinen <b>viesti</b>");
  await page.click("main form button[value=check]:not(.trap)");
  await look(page, language, "check");
  await page.waitForTimeout(3100);
  await page.click("button[value=send]");
  await page.waitForURL(/\/subject-request\/SR-/);
  await look(page, language, "confirmation");
  await page.close();
}

async function control() {
  const page = await browser.newPage();
  await page.goto(`${base}/subject-request?lang=en`);
  await page.evaluate(() => {
    document.querySelector("label[for=email]").remove();
    document.documentElement.removeAttribute("lang");
  });
  found.control = await violations(page);
  await page.close();
}

// From the top of the page to the confirmation with Tab, Space, Enter and letters only, and with
// JavaScript switched off.
async function keyboard() {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const focused = () => page.locator(":focus");
  async function tabTo(selector) {
    for (let press = 0; press < 80; press += 1) {
      await page.keyboard.press("Tab");
      if (await focused().evaluate((e, s) => e.matches(s), selector).catch(() => false)) return;
    }
    throw new Error(`Tab does not reach ${selector}`);
  }
  await page.goto(`${base}/subject-request?lang=en`);
  await tabTo("#right-objection");
  await page.keyboard.press("Space");
  await tabTo("#email");
  await page.keyboard.type("keyboard@synthetic.example");
  await page.waitForTimeout(3100);
  await tabTo("main form button[value=check]:not(.trap)");
  await page.keyboard.press("Enter");
  await page.waitForLoadState();
  await tabTo("button[value=send]");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/subject-request\/SR-/);
  found.keyboard = await page.locator(".code").innerText();
  await context.close();
}

for (const language of ["fi", "sv", "en"]) await walk(language);
await control();
await keyboard();
await browser.close();
console.log(JSON.stringify(found));
