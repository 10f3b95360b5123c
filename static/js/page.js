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
});

// A field with too many answers to list asks for those that fit what is typed.
for (const field of document.querySelectorAll("[data-suggest]")) {
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const address = new URL(field.dataset.suggest, location);
      address.searchParams.set("q", field.value);
      const answer = await fetch(address);
      if (!answer.ok) return;
      const { areas } = await answer.json();
      field.list.replaceChildren(...areas.map((name) => new Option(name, name)));
    }, 200);
  });
}
