"use strict";
const at = (id) => document.getElementById(id);
const made = (name, text) => Object.assign(document.createElement(name), { textContent: text });
async function ask(path) {
  const answer = await fetch(path, { headers: { "X-API-Key": at("key").value } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail);
  return body;
}
function row(request) {
  const line = document.createElement("tr");
  const open = Object.assign(made("button", request.reference), { className: "plain", type: "button" });
  open.addEventListener("click", () => attempt(() => timeline(request.reference)));
  const first = document.createElement("td");
  first.append(open);
  const left = made("td", request.overdue ? `overdue since ${request.due_on}` : request.days_left);
  if (request.overdue) left.className = "late";
  const cases = request.cases.map((each) => `${each.controller}: ${each.state}`).join("; ");
  line.append(first, made("td", request.right), made("td", request.state), left, made("td", cases));
  return line;
}
async function list() {
  const found = await ask(`v1/operator/subject-requests?state=${at("state").value}`);
  at("requests").tBodies[0].replaceChildren(...found.requests.map(row));
  at("requests").hidden = false;
  at("tasks").replaceChildren(...found.tasks.map((t) => made("li", `${t.kind} ${t.reference} ${t.subject}`)));
  at("tasks-title").hidden = false;
  at("said").textContent = `${found.requests.length} requests, ${found.tasks.length} tasks`;
}
async function timeline(reference) {
  const found = await ask(`v1/operator/audit/${reference}`);
  at("timeline-title").textContent = `${reference}: ${found.intact ? "chain intact" : "CHAIN BROKEN"}`;
  at("timeline-title").hidden = false;
  at("timeline").replaceChildren(...found.events.map((e) => made("li", `${e.at} ${e.event} ${JSON.stringify(e.details)}`)));
}
async function attempt(work) {
  try { await work(); } catch (error) { at("said").textContent = error.message; }
}
at("ask").addEventListener("submit", (event) => { event.preventDefault(); attempt(list); });
