// A value changed where it stands in a list: double click, or Enter on a cell that the arrows reached.
// The form is that of the record, of this one cell. Every value can be changed without this file.
"use strict";

(() => {
  const { failed } = document.currentScript.dataset;
  const LIST = "[data-rows][data-edit]";
  let open = null; // { dialog, cell, address }

  const linkOf = (row) => row.querySelector("th a");
  const codeOf = (cell) =>
    cell.closest("table").querySelectorAll("thead th")[cell.cellIndex]?.dataset.cell;
  const mayChange = (cell) => cell?.matches(`${LIST} > tbody > tr > td`) && codeOf(cell);
  const changeable = (row) => [...row.cells].filter(mayChange);

  const focusOn = (cell) => {
    cell.tabIndex = -1;
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  // The cells after this one, row by row; nothing after the last.
  const after = (cell) => {
    const all = [...cell.closest("tbody").rows].flatMap(changeable);
    return all[all.indexOf(cell) + 1] ?? null;
  };

  // --- The form in its cell ------------------------------------------------------------------

  const formOf = async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("form.cell");
  };

  const show = (form) => {
    const { dialog } = open;
    dialog.replaceChildren(document.importNode(form, true));
    const wrong = dialog.querySelector(".wrong :is(input, select, textarea):not([type=hidden])");
    const field = wrong ?? dialog.querySelector(":is(input, select, textarea):not([type=hidden])");
    field.focus();
    field.select?.();
    place();
  };

  // Over its cell, and within the window.
  const place = () => {
    const { dialog, cell } = open;
    const { left, top } = cell.getBoundingClientRect();
    dialog.style.left = `${Math.max(0, Math.min(left, innerWidth - dialog.offsetWidth))}px`;
    dialog.style.top = `${Math.max(0, Math.min(top, innerHeight - dialog.offsetHeight))}px`;
  };

  const leave = () => {
    const { dialog, cell } = open;
    open = null;
    dialog.remove();
    if (cell.isConnected) focusOn(cell);
  };

  const change = async (cell) => {
    const address = new URL(linkOf(cell.parentElement).href);
    address.pathname += cell.closest(LIST).dataset.edit;
    const whole = address.href;
    address.searchParams.set("cell", codeOf(cell));
    if (open) leave();
    const dialog = document.createElement("dialog");
    dialog.className = "cell";
    const mine = { dialog, cell, address: address.href };
    open = mine;
    let form = null;
    try {
      const answer = await fetch(address);
      form = answer.ok ? await formOf(answer) : null;
    } catch {
      // Without a connection the page of the form says so.
    }
    if (open !== mine) return; // another cell was opened meanwhile
    if (!form) return location.assign(whole);
    document.body.append(dialog);
    dialog.setAttribute("aria-label", form.querySelector("label").firstChild.textContent.trim());
    dialog.addEventListener("close", () => open === mine && leave());
    dialog.addEventListener("submit", sent);
    dialog.addEventListener("keydown", tabbed);
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.showModal();
    show(form);
  };

  // --- Stored --------------------------------------------------------------------------------

  // The list as it stands now takes the place of the one that stood; boxes stay as they are.
  const renew = async (cell) => {
    const list = cell.closest(LIST);
    const href = linkOf(cell.parentElement).getAttribute("href");
    const column = cell.cellIndex;
    const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const fresh = page.querySelector(LIST);
    if (!fresh) return location.reload();
    const chosen = new Set([...list.querySelectorAll("td.pick :checked")].map((box) => box.value));
    for (const box of fresh.querySelectorAll("td.pick input")) box.checked = chosen.has(box.value);
    list.tBodies[0].replaceWith(fresh.tBodies[0]);
    document.querySelector(".sum")?.replaceWith(page.querySelector(".sum") ?? "");
    const row = [...list.tBodies[0].rows].find((one) => linkOf(one)?.getAttribute("href") === href);
    return row?.cells[column] ?? null; // none: it is no longer in this list
  };

  const store = async (form, button, goesOn) => {
    const { dialog, cell, address } = open;
    const problem = (text) => {
      let line = form.querySelector("p.alarm.here");
      if (!line) {
        line = document.createElement("p");
        line.className = "alarm here";
        line.setAttribute("role", "alert");
        form.prepend(line);
      }
      line.textContent = text;
    };
    if (form.dataset.sent) return;
    form.dataset.sent = "yes"; // once, however often one presses
    try {
      const body = new FormData(form, button);
      const answer = await fetch(address, { method: "POST", body });
      const again = await formOf(answer);
      if (open?.dialog !== dialog) return;
      if (again) return show(again);
      if (!answer.ok || !answer.url.startsWith(linkOf(cell.parentElement).href.split("?")[0])) {
        return problem(failed); // signed out, or the server could not
      }
      const stands = await renew(cell);
      leave();
      const next = stands && goesOn ? after(stands) : null;
      if (next) change(next);
      else if (stands) focusOn(stands);
    } catch {
      problem(failed);
    } finally {
      delete form.dataset.sent;
    }
  };

  const sent = (event) => {
    if (event.target.method !== "post") return;
    event.preventDefault();
    store(event.target, event.submitter?.name ? event.submitter : null, false);
  };

  // Tab out of the last field stores and goes on to the next cell; unchanged, it goes on at once.
  const tabbed = (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.isComposing) return;
    const form = open?.dialog.querySelector("form");
    const fields = [...form.querySelectorAll(":is(input, select, textarea):not([type=hidden])")];
    const value = fields[0];
    const seen = form.querySelector(`[name="seen-${value.name}"]`)?.value;
    const same = value.value === seen;
    if (event.target !== (same ? value : fields.at(-1))) return;
    event.preventDefault();
    if (!same) return store(form, null, true);
    const next = after(open.cell);
    if (next) change(next);
    else leave();
  };

  // --- Ways to a cell ------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const cell = event.target.closest?.("td");
    if (!mayChange(cell) || event.target.closest("a, button, input") || open) return;
    if (getSelection()?.isCollapsed) focusOn(cell); // whoever marks a text wants the text
  });

  document.addEventListener("dblclick", (event) => {
    const cell = event.target.closest?.("td");
    if (!mayChange(cell) || event.target.closest("a, button, input")) return;
    getSelection()?.removeAllRanges();
    change(cell);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || open) return;
    const row = document.activeElement?.closest(`${LIST} > tbody > tr`);
    if (!row) return;
    const here = document.activeElement.closest("td");
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      const cells = changeable(row);
      const to = cells.indexOf(here) + by;
      event.preventDefault();
      if (cells[to]) focusOn(cells[to]);
      else if (to < 0) linkOf(row).focus();
    } else if (event.key === "Enter" && document.activeElement === here && mayChange(here)) {
      event.preventDefault();
      change(here);
    }
  });

  // --- A block from a spreadsheet -------------------------------------------------------------

  // It goes over this cell and those right of it and below: the page that is sent for shows them.
  document.addEventListener("paste", (event) => {
    const cell = document.activeElement?.closest?.("td");
    const list = cell?.closest(`${LIST}[data-paste]`);
    if (open || !list || document.activeElement !== cell || !mayChange(cell)) return;
    const text = event.clipboardData.getData("text/plain");
    if (!text.trim()) return;
    event.preventDefault();
    const chosen = list.closest("form");
    const rows = [...cell.closest("tbody").rows];
    const keys = rows.slice(rows.indexOf(cell.parentElement)).map((row) => row.querySelector("td.pick input").value);
    const form = document.createElement("form");
    form.method = "post";
    form.action = list.dataset.paste;
    form.hidden = true;
    const send = (name, value) => {
      const field = document.createElement("textarea"); // keeps the ends of lines
      field.name = name;
      field.value = value;
      form.append(field);
    };
    for (const name of ["csrfmiddlewaretoken", "query"]) send(name, chosen.elements[name].value);
    send("rows", keys.join(","));
    send("column", codeOf(cell));
    send("pasted", text);
    document.body.append(form);
    form.submit();
  });
})();
