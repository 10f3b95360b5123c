// Keys in lists, ranges of boxes, the dialog that tells the keys. Every list works without this file.
"use strict";

(() => {
  const TYPED_IN = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";
  const LIST = "[data-rows]";
  const BOX = "td.pick input[type=checkbox]";

  const rowsOf = (list) =>
    [...list.querySelectorAll(":scope > tbody > tr, :scope > li")].filter((row) => linkOf(row));
  const linkOf = (row) => row.querySelector("th a, a");
  const here = () => document.activeElement?.closest(`${LIST} > tbody > tr, ${LIST} > li`);
  const listHere = () => here()?.closest(LIST) ?? document.querySelector(LIST);

  const goTo = (row) => {
    linkOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const list = listHere();
    if (!list) return;
    const rows = rowsOf(list);
    const place = rows.indexOf(here());
    const next = rows[place < 0 ? (by > 0 ? 0 : rows.length - 1) : place + by];
    if (next) goTo(next);
  };

  // --- The dialog that tells the keys --------------------------------------------------------

  const told = () => {
    let dialog = document.querySelector("dialog.keys");
    if (!dialog) {
      const template = document.getElementById("keys");
      if (!template) return;
      dialog = template.content.firstElementChild.cloneNode(true);
      document.body.append(dialog);
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close(); // beside it
      });
    }
    if (!dialog.open) dialog.showModal();
  };

  // --- Boxes ---------------------------------------------------------------------------------

  const boxesOf = (list) => [...list.querySelectorAll(BOX)];
  let last = null; // the box that was set before, where a range begins

  const sumUp = (list) => {
    const head = list.querySelector("[data-pick-all]");
    if (!head) return;
    const boxes = boxesOf(list);
    const chosen = boxes.filter((box) => box.checked).length;
    head.checked = chosen > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
  };

  document.addEventListener("click", (event) => {
    const list = event.target.closest?.(LIST);
    if (event.target.closest?.("[data-keys]")) return told();
    if (!list) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of boxesOf(list)) box.checked = event.target.checked;
      sumUp(list);
    } else if (event.target.matches(BOX)) {
      const boxes = boxesOf(list);
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
      if (event.shiftKey && from >= 0) {
        for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
      }
      last = event.target;
      sumUp(list);
    }
  });

  // --- Keys ----------------------------------------------------------------------------------

  const edit = () => {
    const row = here();
    const tail = row?.closest(LIST).dataset.edit;
    if (!tail) return;
    const address = new URL(linkOf(row).href);
    address.pathname += tail;
    location.assign(address);
  };

  const KEYS = {
    "?": told,
    j: () => step(1),
    k: () => step(-1),
    e: edit,
    x: () => here()?.querySelector(BOX)?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.(TYPED_IN) || document.querySelector("dialog[open]")) return;
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });

  const arrive = () => {
    for (const shown of document.querySelectorAll("[data-pick-all], [data-keys]")) shown.hidden = false;
    for (const list of document.querySelectorAll(LIST)) sumUp(list);
  };
  document.addEventListener("htmx:afterSettle", arrive);
  document.addEventListener("htmx:historyRestore", arrive);
  window.addEventListener("pageshow", arrive);
  arrive();
})();
