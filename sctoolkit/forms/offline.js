"use strict";
const form = document.getElementById("form");
const kept = [];
let saved = true;

const names = [...new Set([...form.elements].map((field) => field.name).filter(Boolean))];

function answers() {
  const given = new FormData(form);
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? ""]));
}

function tell(text) {
  document.getElementById("count").textContent = text;
}

function unanswered(row) {
  return names.filter((name) => name !== "respondent" && row[name] === "");
}

function showGaps(gaps) {
  const box = document.getElementById("errors");
  box.replaceChildren();
  if (!gaps.length) return;
  box.className = "error";
  const lead = document.createElement("p");
  lead.textContent = gaps.length + " not answered. Answer them, or press Done again to leave them blank.";
  box.append(lead);
  const link = document.createElement("a");
  link.href = "#q-" + gaps[0];
  link.textContent = "Go to the first one";
  box.append(link);
  box.focus();
}

let warnedFor = "";
document.getElementById("keep").addEventListener("click", () => {
  const row = answers();
  const gaps = unanswered(row);
  const key = JSON.stringify(row);
  if (gaps.length && key !== warnedFor) {
    warnedFor = key;
    showGaps(gaps);
    return;
  }
  warnedFor = "";
  kept.push({ ...row, side: form.dataset.side, date: new Date().toISOString().slice(0, 10) });
  saved = false;
  document.getElementById("errors").className = "";
  document.getElementById("errors").replaceChildren();
  form.reset();
  window.scrollTo(0, 0);
  tell(kept.length + (kept.length === 1 ? " person kept. " : " people kept. ") + "Save before you close this page.");
  document.getElementById("respondent").focus();
});

function cell(value) {
  return /[",\n\r]/.test(value) ? '"' + value.replaceAll('"', '""') + '"' : value;
}

function save(text, type, suffix) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = form.dataset.name + "-" + new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-") + suffix;
  link.click();
  saved = true;
  tell(kept.length + (kept.length === 1 ? " person" : " people") + " saved as " + suffix.slice(1).toUpperCase() + ".");
}

function columns() {
  return [...names, "side", "date"];
}

document.getElementById("csv").addEventListener("click", () => {
  if (!kept.length) return tell("Nobody is kept yet: press Done first.");
  const lines = [columns(), ...kept.map((row) => columns().map((name) => row[name]))];
  save("\ufeff" + lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n", "text/csv", ".csv");
});

document.getElementById("json").addEventListener("click", () => {
  if (!kept.length) return tell("Nobody is kept yet: press Done first.");
  save(JSON.stringify(kept, null, 1), "application/json", ".json");
});

window.addEventListener("beforeunload", (event) => {
  if (!saved) event.preventDefault();
});
