// Arrows, Page up and down go from one question to the next. Without this file the page scrolls and snaps.
"use strict";

const screens = [...document.querySelectorAll(".screen")];
const FORWARD = ["ArrowRight", "ArrowDown", "PageDown"];
const BACK = ["ArrowLeft", "ArrowUp", "PageUp"];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable], details[open]")) return;
  const step = FORWARD.includes(event.key) ? 1 : BACK.includes(event.key) ? -1 : 0;
  if (!step || !screens.length) return;
  // The one whose top is nearest to that of the window; before the first one there is none.
  const tops = screens.map((screen) => screen.getBoundingClientRect().top);
  const at = tops.findLastIndex((top) => top <= 8);
  const next = screens[Math.max(0, Math.min(screens.length - 1, at + step))];
  event.preventDefault();
  if (at + step < 0) window.scrollTo(0, 0);
  else next.scrollIntoView();
});
