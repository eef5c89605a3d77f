// Drives the form in a real Chromium and prints what it found as JSON.
// node form.mjs BASE_URL OPERATORS_KEY MAILS CHROMIUM [SCREENSHOTS]
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [base, operatorsKey, mails, executablePath, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const found = { states: [], control: [], keyboard: null, elsewhere: [] };

async function violations(page) {
  await page.evaluate(axe);
  const options = { runOnly: TAGS, resultTypes: ["violations"] };
  const result = await page.evaluate((chosen) => window.axe.run(chosen), options);
  return result.violations.map((each) => `${each.id}: ${each.nodes.map((n) => n.target).join(" ")}`);
}

async function picture(page, name) {
  if (screenshots) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

async function look(page, language, state) {
  for (const hidden of await page.locator("details").all()) await hidden.evaluate((e) => (e.open = true));
  await picture(page, `${state}-${language}`);
  const broken = await violations(page);
  // 1280 pixels at 400 % are 320 pixels of the page.
  await page.setViewportSize({ width: 320, height: 256 });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth > 320);
  await picture(page, `${state}-${language}-400`);
  await page.setViewportSize({ width: 1280, height: 900 });
  found.states.push({ language, state, violations: broken, sideways });
}

async function walk(language) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) found.elsewhere.push(new URL(request.url()).origin);
  });
  await page.goto(`${base}/subject-request?lang=${language}`);
  await look(page, language, "empty");
  await page.fill("#email", "no address");
  await page.click("main form button[value=check]:not(.trap)");
  await look(page, language, "error");
  await page.check("#right-objection");
  await page.fill("#email", `browser-${language}-${Date.now().toString(36)}@synthetic.example`);
  await page.fill("#message", "Synteettinen <b>viesti</b>");
  await page.click("main form button[value=check]:not(.trap)");
  await look(page, language, "check");
  await page.waitForTimeout(3100);
  await page.click("button[value=send]");
  await page.waitForURL(/\/subject-request\/SR-/);
  await look(page, language, "confirmation");
  for (let times = 0; times < 50 && !(await page.locator("#call_company").count()); times += 1) {
    await page.waitForTimeout(200);
    await page.reload();
  }
  await look(page, language, "asked");
  await page.close();
}

// What an operator does on the page: enters a call, lists, opens, reads, routes.
async function operators() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const said = () => page.locator("#said").innerText();
  const told = (words) => page.waitForFunction((w) => document.getElementById("said").textContent.includes(w), words);
  await page.goto(`${base}/operator`);
  await page.fill("#key", operatorsKey);
  await page.click("#enter-it summary");
  await page.fill("#enter-phone", "+358451230000");
  await page.fill("#enter-subject_name", `Synteettinen ${Date.now().toString(36)}`);
  await page.fill("#enter-message", "Synteettinen puhelu");
  await page.fill("#enter-call_company", "Nobody knows Oy");
  await page.click("#enter button");
  await told("Entered as SR-");
  const reference = (await said()).match(/SR-[0-9A-Z-]+/)[0];
  await page.click(`#requests button:text-is("${reference}")`);
  await page.locator("#timeline li").first().waitFor();
  await page.click("#decide button");
  await told("read: the request is");
  const letter = await page.locator("#letter").innerText();
  await page.selectOption("#action", "route");
  await page.fill("#controllers", "nobody");
  await page.click("#decide button");
  await told("Name controllers");
  await page.fill("#controllers", "demo-directory, demo_other_customer");
  await page.click("#decide button");
  await told("route: the request is");
  await look(page, "en", "operator");
  found.operator = { reference, letter, events: await page.locator("#timeline").innerText() };
  await page.goto(await mailedPage(page, reference));
  await look(page, "fi", "controller");
  await page.click("button[value=read]");
  await page.locator("#status-extended").check();
  await page.click("button[value=report]");
  await look(page, "fi", "controller-error");
  await page.locator("#status-fulfilled").check();
  await page.click("button[value=report]");
  found.controller = await page.locator(".done").innerText();
  await page.close();
}

// The page that a controller without an interface was mailed a link to.
async function mailedPage(page, reference) {
  for (let times = 0; times < 50; times += 1) {
    for (const name of readdirSync(mails).filter((each) => each.includes("privacy@demo-other"))) {
      const text = readFileSync(join(mails, name), "utf8").replace(/=\r?\n/g, "").replaceAll("=3D", "=");
      if (text.includes(reference)) return text.match(/http\S+controller-page\S+/)[0];
    }
    await page.waitForTimeout(200);
  }
  throw new Error("no mail reached the controller");
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

await Promise.all([...["fi", "sv", "en"].map(walk), operators(), control(), keyboard()]);
await browser.close();
console.log(JSON.stringify(found));
