// Keeps the page for when there is no connection (data-copy), or lets it go: see docs/security.md.
"use strict";

{
  const NAME = "copy";
  const FRESH = 10 * 60 * 1000; // milliseconds; a copy younger than that is not made again
  const { copy, worker } = document.currentScript.dataset;

  const forget = async () => {
    await caches.delete(NAME);
    for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  };

  // What the page is drawn with, so that it looks the same from the copy. One sheet names the faces.
  const parts = (html) => {
    const links = new DOMParser().parseFromString(html, "text/html").querySelectorAll("link[rel=stylesheet]");
    const faces = document.querySelectorAll("link[rel=preload][as=font]");
    return [...links, ...faces].map((link) => link.getAttribute("href"));
  };

  const isFresh = async (cache) => {
    const found = await cache.match(copy);
    return (
      found?.headers.get("Content-Language") === document.documentElement.lang &&
      Date.now() - Date.parse(found.headers.get("Date")) < FRESH
    );
  };

  const keep = async () => {
    const cache = await caches.open(NAME);
    if (await isFresh(cache)) return;
    const answer = await fetch(copy, { redirect: "error" });
    if (!answer.ok) return forget(); // whose right to it has ended
    const html = await answer.clone().text();
    await cache.addAll(parts(html));
    await cache.put(copy, answer);
    await navigator.serviceWorker.register(`${worker}?copy=${encodeURIComponent(copy)}`, { scope: "/" });
  };

  // Only over TLS, and on this machine itself, does a browser have these.
  if (window.caches && navigator.serviceWorker) {
    const begin = () => (copy ? keep() : forget()).catch(() => {}); // a comfort: nobody waits for it
    if (copy) window.addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(begin));
    else begin();
  }
}
