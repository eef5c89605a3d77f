// Uses the map of buildings in a real Chromium and prints what it found as JSON.
// node map.mjs BASE_URL API_KEY CHROMIUM [SCREENSHOTS]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [base, key, executablePath, screenshots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
const found = { violations: {}, status: {}, colours: {}, elsewhere: [], errors: [], asked: [] };

page.on("request", (request) => {
  const url = new URL(request.url());
  if (url.protocol.startsWith("http") && !request.url().startsWith(base)) found.elsewhere.push(url.origin);
  if (url.pathname.endsWith("/items")) found.asked.push(url.search);
});
page.on("pageerror", (error) => found.errors.push(String(error)));

async function look(state) {
  await page.evaluate(axe);
  const result = await page.evaluate((tags) => window.axe.run({ runOnly: tags }), TAGS);
  found.violations[state] = result.violations.map((each) => `${each.id}: ${each.nodes.map((n) => n.target).join(" ")}`);
  if (screenshots) await page.screenshot({ path: `${screenshots}/map-${state}.png` });
}

// Does something and waits until the page has drawn what it asked for.
async function drawn(act) {
  const answer = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith("/items"));
  await act();
  await (await answer).finished();
  await page.waitForSelector("#map[aria-busy=false]");
  // The canvas is painted with the next frame.
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
}

// What the canvas shows: pixels by the colours that the legend explains.
function colours() {
  return page.evaluate(() => {
    const canvas = document.querySelector("#map canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const legend = {};
    for (const item of document.querySelectorAll("#legend li")) {
      const [r, g, b] = item.querySelector("circle").getAttribute("fill").match(/\w\w/g).map((each) => parseInt(each, 16));
      legend[item.textContent] = 0;
      for (let i = 0; i < data.length; i += 4) {
        const near = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 6;
        if (near && data[i + 3] > 200) legend[item.textContent] += 1;
      }
    }
    return legend;
  });
}

async function note(state) {
  found.status[state] = await page.innerText("#status");
  found.colours[state] = await colours();
}

await page.goto(`${base}/buildings`);
await look("empty");
await page.fill("#key", "no key");
await page.click("#controls button");
await page.waitForFunction(() => !document.querySelector("#status").textContent.startsWith("Enter"));
found.status.refused = await page.innerText("#status");

await page.fill("#key", key);
await drawn(() => page.click("#controls button"));
await note("all");
await look("all");

await page.fill("#address", "01690");
const unusable = page.waitForResponse((response) => response.status() === 400);
await page.press("#address", "Tab");
await (await unusable).finished();
await page.waitForSelector("#map[aria-busy=false]");
found.status.unusable = await page.innerText("#status");
await page.fill("#address", "");

await page.fill("#from", "1970");
await drawn(() => page.press("#from", "Tab"));
await page.fill("#to", "1979");
await drawn(() => page.press("#to", "Tab"));
await note("seventies");
await drawn(() => page.selectOption("#use", "block_of_flats"));
await note("flats");
await look("flats");

// Where on the page a dot lies, by corners of a box that are parts of the map's width and height.
const dotIn = (box) => page.evaluate(async ([key, [west, south, east, north]]) => {
  const size = map.getSize();
  const corner1 = map.containerPointToLatLng([west * size.x, south * size.y]);
  const corner2 = map.containerPointToLatLng([east * size.x, north * size.y]);
  const bounds = L.latLngBounds(corner1, corner2).toBBoxString();
  const query = new URLSearchParams({ bbox: bounds, limit: 1, built_from: 1970, built_to: 1979, use: "block_of_flats" });
  const answer = await fetch(`v1/buildings/collections/buildings/items?${query}`, { headers: { "X-API-Key": key } });
  const [feature] = (await answer.json()).features;
  const [lon, lat] = feature.geometry.coordinates;
  const at = map.latLngToContainerPoint([lat, lon]);
  const corner = document.querySelector("#map").getBoundingClientRect();
  return { id: feature.id, x: corner.x + at.x, y: corner.y + at.y };
}, [key, box]);

// Above a dot at the upper edge there is no room: the map makes it, and draws anew.
const high = await dotIn([0.2, 0.15, 0.8, 0.02]);
await drawn(() => page.mouse.click(high.x, high.y));
await page.waitForTimeout(400); // fading, in or out
found.high = { id: high.id, facts: await page.innerText("#map") };
await page.keyboard.press("Escape");

// A click on a dot that lies alone shows the facts of that building.
const dot = await dotIn([0.3, 0.7, 0.7, 0.5]);
await page.mouse.click(dot.x, dot.y);
await page.waitForSelector(".facts");
await page.waitForTimeout(400); // fading in
found.clicked = { id: dot.id, facts: await page.innerText(".facts") };
await look("facts");
await page.keyboard.press("Escape");

// By keyboard: an address with a slip of the finger, the first completion, and its facts.
await page.selectOption("#use", "");
await page.fill("#from", "");
await page.fill("#to", "");
await page.focus("#address");
await page.keyboard.type("Koivutei");
await page.waitForFunction(() => document.querySelector("#addresses option")?.value.startsWith("Koivutie"));
found.completions = await page.$$eval("#addresses option", (options) => options.map((each) => each.value));
await page.fill("#address", `${found.completions[0].replace(/,.*/, "")} 5`);
await drawn(() => page.keyboard.press("Enter"));
await page.waitForSelector(".facts");
await page.waitForTimeout(400);
found.address = await page.innerText(".facts caption");
found.zoom = await page.evaluate(() => map.getZoom());
await look("address");

await page.setViewportSize({ width: 320, height: 640 });
found.sideways = await page.evaluate(() => document.documentElement.scrollWidth > 320);
await drawn(() => page.press("#address", "Enter"));
await page.evaluate(() => document.querySelector("#address").dispatchEvent(new Event("change")));
await page.waitForTimeout(800); // the map has gone where it goes
found.narrow = await page.evaluate(() => {
  const seen = (selector) => {
    const { left, right, top, bottom } = document.querySelector(selector).getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return document.querySelector(selector).contains(document.elementFromPoint(x, y));
  };
  return [
    "#status", ".facts caption", ".leaflet-control-zoom-in", ".leaflet-control-zoom-out",
    ".leaflet-popup-close-button", ".leaflet-control-attribution",
  ].filter((each) => !seen(each));
});
await look("narrow");

found.credit = await page.evaluate(() => {
  credit('<img src="x"> & "who"');
  const shown = document.querySelector(".leaflet-control-attribution");
  return { text: shown.textContent, images: shown.querySelectorAll("img").length };
});

found.kept = await page.evaluate(() => ({
  storage: localStorage.length + sessionStorage.length, cookies: document.cookie, address: location.href,
}));
await page.reload();
found.afterwards = await page.inputValue("#key");
await browser.close();
console.log(JSON.stringify(found));
