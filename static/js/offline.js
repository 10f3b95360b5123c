// Shows the copy that copy.js has kept, where the server cannot be reached. Everything else passes by.
"use strict";

const NAME = "copy";
const copy = new URL(location.href).searchParams.get("copy");

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const kept = async () => {
  const found = await caches.match(copy, { cacheName: NAME });
  if (found && Date.now() < Date.parse(found.headers.get("Expires"))) return found;
  await caches.delete(NAME);
  return Response.error();
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return; // what somebody sends is never answered from here
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(kept));
  } else if (["style", "font"].includes(request.destination)) {
    event.respondWith(
      fetch(request).catch(async () => (await caches.match(request, { cacheName: NAME })) ?? Response.error()),
    );
  }
});
