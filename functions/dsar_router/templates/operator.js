"use strict";
const at = (id) => document.getElementById(id);
const made = (name, text) => Object.assign(document.createElement(name), { textContent: text });
const PATH = "v1/operator/subject-requests";
let shown = null;

async function ask(path, body, key) {
  const headers = { "X-API-Key": at("key").value };
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  const found = await answer.json();
  if (answer.ok) return found;
  throw new Error([found.detail, ...found.errors.map((each) => `${each.field}: ${each.detail}`)].join(" "));
}
function button(text, work) {
  const element = Object.assign(made("button", text), { className: "plain", type: "button" });
  element.addEventListener("click", () => attempt(work));
  return element;
}
function row(request) {
  const line = document.createElement("tr");
  const first = document.createElement("td");
  first.append(button(request.reference, () => open(request.reference)));
  const left = made("td", request.overdue ? `overdue since ${request.due_on}` : request.days_left);
  if (request.overdue) left.className = "late";
  const words = (code) => code.replaceAll("_", " ");
  const cases = request.cases.map((each) => `${each.controller}: ${words(each.state)}`).join("; ");
  line.append(first, made("td", words(request.right)), made("td", words(request.state)), left, made("td", cases));
  return line;
}
function task(each) {
  const line = made("li", `${each.kind.replaceAll("_", " ")} ${each.subject} `);
  line.append(
    button(each.reference, () => open(each.reference)),
    button("Done", async () => {
      await ask(`${PATH}/${each.reference}`, { action: "done", task: each.id });
      await list();
    }),
  );
  return line;
}
async function list() {
  const found = await ask(`${PATH}?state=${at("state").value}`);
  at("requests").tBodies[0].replaceChildren(...found.requests.map(row));
  at("requests").hidden = false;
  at("tasks").replaceChildren(...found.tasks.map(task));
  at("tasks-title").hidden = false;
  return `${found.requests.length} requests, ${found.tasks.length} tasks`;
}
async function open(reference) {
  const found = await ask(`v1/operator/audit/${reference}`);
  if (shown !== reference) at("letter").replaceChildren();
  shown = reference;
  at("reference").textContent = reference;
  at("chain").textContent = found.intact ? "Timeline, chain intact" : "Timeline, CHAIN BROKEN";
  const words = (details) => Object.entries(details).map(([name, value]) => `${name} ${value}`).join(", ");
  at("timeline").replaceChildren(
    ...found.events.map((each) => made("li", `${each.at} ${each.event.replaceAll("_", " ")} (${words(each.details)})`)),
  );
  at("request").hidden = false;
  at("reference").focus();
}
async function decide() {
  const decision = { action: at("action").value };
  const controllers = at("controllers").value.split(",").map((each) => each.trim()).filter(Boolean);
  if (controllers.length) decision.controllers = controllers;
  if (decision.action === "report") {
    decision.report = { status: at("status").value };
    if (at("reason").value) decision.report.reason = at("reason").value;
  }
  const decided = await ask(`${PATH}/${shown}`, decision);
  at("letter").replaceChildren(
    ...Object.entries(decided.letter ?? {}).flatMap(([name, value]) => [
      made("dt", name.replaceAll("_", " ")),
      made("dd", typeof value === "object" ? Object.values(value).join(", ") : value),
    ]),
  );
  await list();
  await open(shown);
  return `${decision.action}: the request is ${decided.state.replaceAll("_", " ")}`;
}
async function enter() {
  const typed = Object.fromEntries([...new FormData(at("enter"))].filter(([, value]) => value.trim()));
  const part = (start) =>
    Object.fromEntries(
      Object.entries(typed).filter(([name]) => name.startsWith(start)).map(([name, value]) => [name.slice(start.length), value]),
    );
  const { email, phone, lead_reference, message } = typed;
  const filing = { right: at("right").value, language: at("language").value, reply_to: { email, phone } };
  Object.assign(filing, { lead_reference, message, subject: part("subject_") });
  if (Object.keys(part("call_")).length) filing.call = part("call_");
  const filed = await ask(PATH, { source: at("source").value, filing }, crypto.randomUUID());
  at("enter").reset();
  await list();
  return `Entered as ${filed.reference}, to be answered by ${filed.due_on}`;
}
async function attempt(work) {
  try {
    const said = await work();
    if (said) at("said").textContent = said;
  } catch (error) {
    at("said").textContent = error.message;
  }
}
for (const [form, work] of [["ask", list], ["decide", decide], ["enter", enter]]) {
  at(form).addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(work);
  });
}
