// Forms that lose nothing: what is typed is kept on this device at once and on the server soon
// after; what is sent without a connection waits for it. Every page works without this file.
"use strict";

(() => {
  const { user, drafts, signIn, ...words } = document.currentScript.dataset;
  const IDLE = 2000; // milliseconds without a key before a draft goes to the server
  const AGAIN = 15000; // between two attempts to send what waits
  const SHOWN = 4000; // how long it is said that all is well
  const NEVER_KEPT = ["csrfmiddlewaretoken", "change_set", "choose"];
  const PLACE = "draft:";

  const drafted = (element) => element?.closest?.("form[data-draft]");
  const placeOf = (form) => `${PLACE}${user}:${form.dataset.draft}`;

  // One line at the foot of the window, read aloud when it changes.
  const bar = document.createElement("p");
  bar.className = "kept-here";
  bar.setAttribute("role", "status");
  document.body.append(bar);
  let silence = 0;

  const say = (text, { stays = false, alarming = false, button = null } = {}) => {
    if (!bar.isConnected) document.body.append(bar); // going back renews the whole body
    clearTimeout(silence);
    bar.replaceChildren(text, ...(button ? [button] : []));
    bar.classList.toggle("alarming", alarming);
    if (!stays && !alarming) silence = setTimeout(() => bar.replaceChildren(), SHOWN);
  };

  // --- What is typed ------------------------------------------------------------------

  const fieldsOf = (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !NEVER_KEPT.includes(name)) (fields[name] ??= []).push(value);
    }
    return fields;
  };

  const fill = (form, fields) => {
    for (const field of form.elements) {
      if (!field.name || field.type === "file" || NEVER_KEPT.includes(field.name)) continue;
      const values = fields[field.name];
      if (["checkbox", "radio"].includes(field.type)) field.checked = !!values?.includes(field.value);
      else if (values) field.value = values[0];
    }
  };

  // A browser may forbid its storage; then only the server keeps what is typed.
  const storage = (use) => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };
  const keepHere = (form) =>
    storage((store) => store.setItem(placeOf(form), JSON.stringify(fieldsOf(form))));
  const keptHere = (form) => storage((store) => store.getItem(placeOf(form)));
  const forgetHere = (form) => storage((store) => store.removeItem(placeOf(form)));

  const timers = new WeakMap();
  const calls = new WeakMap();

  const keepThere = async (form) => {
    const fields = JSON.stringify(fieldsOf(form));
    const call = new AbortController();
    calls.set(form, call);
    try {
      const answer = await fetch(drafts, {
        method: "POST",
        redirect: "manual", // to the sign-in page: then nothing was kept
        signal: call.signal,
        body: new URLSearchParams({
          csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
          draft: form.dataset.draft,
          fields,
        }),
      });
      if (answer.status !== 204) throw new Error(answer.statusText);
    } catch (error) {
      if (error.name !== "AbortError" && !waiting.has(form)) say(words.here, { alarming: true });
      return;
    }
    // What the server has need not be left on a device that others may use.
    if (keptHere(form) === fields) forgetHere(form);
    say(words.there);
  };

  document.addEventListener("input", ({ target }) => {
    const form = drafted(target);
    if (!form) return;
    keepHere(form);
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => keepThere(form), IDLE));
  });

  // --- What is sent -------------------------------------------------------------------

  const waiting = new Map(); // a form, and the button it was sent with
  let carried = null; // files of a form that comes back: a browser would ask for them again

  const sendWaiting = () => {
    for (const [form, button] of waiting) {
      waiting.delete(form);
      if (form.isConnected) form.requestSubmit(button);
    }
  };

  const isSignIn = (xhr) => new URL(xhr.responseURL, location).pathname === signIn;

  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    clearTimeout(timers.get(detail.elt));
    calls.get(detail.elt)?.abort();
  });

  document.addEventListener("htmx:sendError", ({ detail }) => {
    const form = detail.elt;
    if (drafted(form)) keepHere(form);
    if (!form.elements?.change_set) return say(words.offline, { alarming: true });
    // The form's own number lets it be sent as often as need be: it is stored once.
    waiting.set(form, detail.requestConfig.triggeringEvent?.submitter);
    say(words.waiting, { alarming: true });
    setTimeout(sendWaiting, AGAIN);
  });

  window.addEventListener("online", () => {
    sendWaiting();
    for (const form of document.querySelectorAll("form[data-draft]")) {
      if (keptHere(form)) keepThere(form);
    }
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const form = drafted(detail.requestConfig.elt); // the event itself speaks of the target
    const { status } = detail.xhr;
    carried = null;
    if (isSignIn(detail.xhr)) {
      if (form) keepHere(form);
      detail.shouldSwap = false;
      location.assign(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
    } else if (status >= 500) {
      if (form) keepHere(form);
      detail.shouldSwap = false;
      say(words.failed, { alarming: true });
    } else if (form && status >= 400) {
      carried = [...form.querySelectorAll("input[type=file]")].map((input) => [input.name, input.files]);
    } else if (form) {
      forgetHere(form);
    }
  });

  // --- What arrives -------------------------------------------------------------------

  const dropButton = (forms) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.drop;
    button.addEventListener("click", () => {
      forms.forEach(forgetHere);
      location.reload();
    });
    return button;
  };

  const arrive = () => {
    const restored = [];
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const kept = keptHere(form);
      if ("answered" in form.dataset) {
        keepHere(form); // it has come back with what was typed, and with what stands by now
        for (const [name, files] of carried ?? []) form.elements[name].files = files;
      } else if (kept) {
        fill(form, JSON.parse(kept));
        form.closest("details")?.setAttribute("open", "");
        restored.push(form);
      }
    }
    carried = null;
    if (restored.length) say(words.back, { stays: true, button: dropButton(restored) });
  };

  const focusOn = (main) => {
    const wrong = main.querySelector(".wrong");
    const field =
      wrong?.querySelector("[name^='because-']") ??
      wrong?.querySelector("input:not([type=hidden]), select, textarea");
    if (!field) return main.focus({ preventScroll: true });
    field.focus();
    setTimeout(() => field.scrollIntoView({ block: "center" })); // after htmx has gone to the top
  };

  document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
    if (target.id !== "main" || !detail.boosted) return; // a part that renews itself takes no focus
    say("");
    arrive();
    focusOn(target);
  });
  document.addEventListener("htmx:historyRestore", arrive);

  // --- Keys: a link that names its key follows it, unless somebody is typing ----------

  const TYPED_IN = "input:not([type=radio], [type=checkbox]), select, textarea";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPED_IN)) return;
    document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
  });

  arrive();
})();
