// Small comforts. Every page works without this file.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// An open menu or cell closes on Escape and on a click elsewhere.
const openOnes = () => document.querySelectorAll("details[data-brief][open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const details of openOnes()) {
    const held = details.contains(document.activeElement);
    details.open = false;
    if (held) details.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const details of openOnes()) {
    if (!details.contains(event.target)) details.open = false;
  }
});

// Whoever signs out leaves nothing of what was typed (form.js) on a device that others may use.
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-leaves]")) return;
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("draft:")) localStorage.removeItem(name);
  }
  window.caches?.delete("copy"); // of the summary, from copy.js
});

// A field for one of very many offers names while somebody types; the server looks up what was typed.
const suggestions = document.currentScript.dataset.suggest;
let asking = null;
let waiting = 0;

const offer = async (field) => {
  asking?.abort();
  asking = new AbortController();
  const typed = field.value.split(";").pop().trim();
  const query = new URLSearchParams({ of: field.dataset.suggest, q: typed });
  try {
    const answer = await fetch(`${suggestions}?${query}`, { signal: asking.signal });
    if (!answer.ok) return;
    const { names } = await answer.json();
    const before = field.value.slice(0, field.value.lastIndexOf(";") + 1);
    field.list.replaceChildren(
      ...names.map((name) => Object.assign(document.createElement("option"), { value: `${before}${before && " "}${name}` })),
    );
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
};

document.addEventListener("input", ({ target }) => {
  if (!target.matches("input[data-suggest]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(offer, 150, target);
});

// "/" begins a search from anywhere but a field; a link says that it is the one (data-key).
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const field = document.querySelector("form[role=search] input");
  const link = document.querySelector('[data-key="/"]');
  if (!field && !link) return;
  event.preventDefault();
  if (field) field.select();
  else link.click();
});
