"use strict";

const ITEMS = "v1/buildings/collections/buildings/items";
const PAGE = 5000;
const MOST = 10000; // dots at once: with more, the map is a blot and the browser slow
const BEFORE = 1920;
const COLOURS = [
  [BEFORE, "#5b2c83"], [1940, "#3b4cc0"], [1950, "#3b7dd8"], [1960, "#1f9e9e"],
  [1970, "#4daf4a"], [1980, "#a3b62b"], [1990, "#e6b422"], [2000, "#f07c20"],
  [2010, "#d7301f"], [Infinity, "#8e0152"],
];
const UNKNOWN = "#8a8f98";
const FACTS = [
  ["use", "Use"], ["completed_year", "Completed"], ["storeys", "Storeys"],
  ["dwellings", "Dwellings"], ["gross_floor_area", "Gross floor area, m²"],
  ["heating", "Heating"], ["energy_source", "Energy"], ["facade", "Facade"], ["frame", "Frame"],
  ["usage_status", "Status"], ["source", "Source"], ["also_from", "Also from"],
  ["updated", "Updated"],
];

const field = (id) => document.getElementById(id);
const map = L.map("map", { preferCanvas: true, minZoom: 5, maxZoom: 19, zoomControl: false })
  .setView([60.29, 25.04], 14);
const dots = L.layerGroup().addTo(map);
// Below, where facts seldom reach: they open above their dot, and on a phone are as wide as the map.
L.control.zoom({ position: "bottomright" }).addTo(map);
L.control.scale({ imperial: false }).addTo(map);
map.attributionControl.setPrefix("Leaflet");

let key = "";
let asked = null;
let attribution = "";
let running = 0;

function colour(year) {
  return year === null ? UNKNOWN : COLOURS.find(([before]) => year < before)[1];
}

function say(text) {
  field("status").textContent = text;
}

// Does something that takes a while: the map says that it is busy, and what went wrong is told.
async function doing(work) {
  field("map").setAttribute("aria-busy", (running += 1) > 0);
  try {
    await work();
  } catch (error) {
    if (error.name !== "AbortError") say(error.message);
  } finally {
    field("map").setAttribute("aria-busy", (running -= 1) > 0);
  }
}

function ask(path, parameters, signal) {
  return get(`${path}?${new URLSearchParams(parameters)}`, signal);
}

async function get(url, signal) {
  const answer = await fetch(url, { headers: { "X-API-Key": key }, signal });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const faults = (body.errors ?? []).map((fault) => fault.detail);
    throw new Error(faults.join(" ") || body.detail || `The service answered ${answer.status}.`);
  }
  return body;
}

function filters() {
  const chosen = { built_from: field("from").value, built_to: field("to").value, use: field("use").value };
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== ""));
}

async function draw() {
  if (!key) return;
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const bbox = map.getBounds().pad(0.02).toBBoxString();
  let page = await ask(ITEMS, { bbox, limit: PAGE, ...filters() }, signal);
  credit(page.attribution);
  const all = page.numberMatched ?? Infinity;
  const { features } = page;
  // Some of the buildings would be those of the south only, so it is all of them or none.
  while (all <= MOST && (page = await following(page, signal))) features.push(...page.features);
  dots.clearLayers();
  if (all > MOST) return say(`${counted(all)} buildings here, too many to draw: zoom in, or choose.`);
  for (const feature of features) dots.addLayer(dot(feature));
  say(`${counted(all)} buildings here.`);
}

async function following(page, signal) {
  const next = page.links.find((link) => link.rel === "next");
  return next && get(next.href, signal);
}

function counted(number) {
  return Number.isFinite(number) ? number.toLocaleString("en") : "Very many";
}

function credit(text) {
  map.attributionControl.removeAttribution(attribution);
  const shown = document.createElement("span");
  shown.textContent = text; // Leaflet takes HTML
  attribution = shown.innerHTML;
  map.attributionControl.addAttribution(attribution);
}

function position({ geometry }) {
  const [lon, lat] = geometry.coordinates;
  return [lat, lon];
}

function dot(feature) {
  const fill = colour(feature.properties.completed_year);
  return L.circleMarker(position(feature), {
    radius: map.getZoom() >= 16 ? 7 : 4, weight: 1, color: "#ffffff", fillColor: fill, fillOpacity: 0.9,
  }).on("click", () => show(feature));
}

// Not bound to the dot: to make room for the facts the map moves, and draws its dots anew.
function show(feature) {
  const { x, y } = map.getSize();
  L.popup({ maxWidth: Math.min(300, x - 60), maxHeight: 0.6 * y })
    .setLatLng(position(feature)).setContent(facts(feature)).openOn(map);
}

function facts({ id, properties }) {
  const table = document.createElement("table");
  table.className = "facts";
  table.tabIndex = 0; // where there is little room it scrolls, and keys scroll what has the focus
  const address = [properties.street, properties.house_number].filter(Boolean).join(" ");
  const caption = table.createCaption();
  caption.textContent = [address, properties.postal_code].filter(Boolean).join(", ") || id;
  for (const [name, title] of [["id", "Identifier"], ...FACTS]) {
    const value = name === "id" ? id : properties[name];
    if (value === null || value === undefined) continue;
    const row = table.insertRow();
    const head = document.createElement("th");
    head.textContent = title;
    row.append(head);
    row.insertCell().textContent = String(value).replaceAll("_", " ");
  }
  return table;
}

async function suggest() {
  const typed = field("address").value.trim();
  if (!key || typed.length < 2) return;
  const { suggestions } = await ask("v1/buildings/suggest", { q: typed });
  if (field("address").value.trim() !== typed) return; // a later answer may have come before
  field("addresses").replaceChildren(...suggestions.map((each) => {
    const option = document.createElement("option");
    option.value = [[each.street, each.house_number].filter(Boolean).join(" "), each.postal_code]
      .filter(Boolean).join(", ");
    return option;
  }));
}

async function go() {
  const address = field("address").value.trim();
  if (!key || !address) return;
  const page = await ask(ITEMS, { address, limit: 1 });
  if (page.features.length === 0) return say("No building stands at this address.");
  const [feature] = page.features;
  map.setView(position(feature), 17);
  show(feature);
}

async function begin() {
  const entered = field("key").value.trim();
  if (entered === key) return draw(); // Enter in another field sends the form, too
  key = entered;
  const { lng, lat } = map.getCenter();
  const nearest = await ask(ITEMS, { near: [lng, lat], limit: 1 });
  const [feature] = nearest.features.length ? nearest.features : (await ask(ITEMS, { limit: 1 })).features;
  if (!map.getBounds().contains(position(feature))) map.setView(position(feature), 14);
  return draw();
}

function legend() {
  const names = COLOURS.map(([before, fill], index) => {
    const from = index === 0 ? null : COLOURS[index - 1][0];
    const text = from === null ? `before ${before}` : before === Infinity ? `${from} on` : `${from}–${before - 1}`;
    return [text, fill];
  });
  for (const [text, fill] of [...names, ["not known", UNKNOWN]]) {
    const item = document.createElement("li");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("width", "12");
    svg.setAttribute("height", "12");
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of [["cx", 6], ["cy", 6], ["r", 6], ["fill", fill]]) {
      circle.setAttribute(name, value);
    }
    svg.append(circle);
    item.append(svg, text);
    field("legend").append(item);
  }
}

legend();
field("controls").addEventListener("submit", (event) => {
  event.preventDefault();
  doing(begin);
});
for (const id of ["from", "to", "use"]) field(id).addEventListener("change", () => doing(draw));
field("address").addEventListener("input", () => doing(suggest));
field("address").addEventListener("change", () => doing(go));
map.on("moveend", () => doing(draw));
