"""The leader page of Bac Giang in a real Chromium: what it transfers, and whether it stays still."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.server import HOST, Reader, readers, served
from bench.table import Table
from bench.worlds import Worlds

ADDRESS = "/?on=2025-05-21&compare=2025-02-18"
SCREENS = {"wide": (1440, 900), "phone": (360, 740)}
MOST_KILOBYTES = 100
# A slow line, so that what arrives late would be seen to push things aside.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 60_000, "uploadThroughput": 30_000}

OBSERVE_SHIFTS = """
new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) sum += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300);
})
"""


def table(worlds: Worlds) -> Table:
    found = Table("Leader page of Bac Giang, 21 May 2025, in Chromium", ("", "value", "yardstick"))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        found.notes.append("not measured: no Chromium on this machine (apt-get install chromium)")
        return found
    world = worlds.bac_giang()
    (reader,) = readers(world, 1)
    with served(world) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        site = f"http://{HOST}:{port}"
        for screen in SCREENS:
            _measure(found, browser, site, reader, screen)
        _without_scripts(found, browser, site, reader)
        browser.close()
    found.notes.append(
        "bytes: heads and bodies as they came over the wire into an empty browser, on a slow line"
    )
    return found


@contextmanager
def _context(
    browser: Browser, site: str, reader: Reader, screen: str, **options
) -> Iterator[BrowserContext]:
    width, height = SCREENS[screen]
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.add_cookies([{"name": "sessionid", "value": reader.session, "url": site}])
    yield context
    context.close()


def _measure(found: Table, browser: Browser, site: str, reader: Reader, screen: str) -> None:
    with _context(browser, site, reader, screen) as context:
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.emulateNetworkConditions", SLOW)
        address_of: dict[str, str] = {}
        bytes_of: dict[str, float] = {}

        def asked(event: dict) -> None:
            address = event["request"]["url"]
            if not address.startswith("data:"):  # the browser's own pictures in its form controls
                address_of[event["requestId"]] = address

        def came(event: dict) -> None:
            if event["requestId"] in address_of:
                bytes_of[event["requestId"]] = event["encodedDataLength"]

        wire.on("Network.requestWillBeSent", asked)
        wire.on("Network.loadingFinished", came)
        page.goto(site + ADDRESS, wait_until="networkidle")
        page.evaluate("document.fonts.ready.then(() => true)")
        shift = page.evaluate(OBSERVE_SHIFTS)
        hosts = {urlsplit(address).netloc for address in address_of.values()}
        kilobytes = sum(bytes_of.values()) / 1000
        found.add(
            f"{screen}: kB transferred in {len(bytes_of)} files",
            kilobytes,
            found.judge(f"kB of the leader page, {screen}", kilobytes, MOST_KILOBYTES),
        )
        if screen == "wide":
            sizes = {
                address_of[n].partition("?")[0].removeprefix(site): k for n, k in bytes_of.items()
            }
            for address, size in sorted(sizes.items(), key=lambda item: -item[1]):
                found.add(f"  {address}", size / 1000, "")
        found.add(f"{screen}: hosts asked", len(hosts), found.judge("hosts", len(hosts), 1))
        found.add(
            f"{screen}: layout shift",
            float(shift),
            found.judge(f"layout shift, {screen}", shift, 0),
        )


def _without_scripts(found: Table, browser: Browser, site: str, reader: Reader) -> None:
    """The same words, and everything a reader does with the page, without JavaScript."""
    with _context(browser, site, reader, "phone") as context:
        page = context.new_page()
        page.goto(site + ADDRESS, wait_until="networkidle")
        words = page.inner_text("main")
    with _context(browser, site, reader, "phone", java_script_enabled=False) as context:
        page = context.new_page()
        tries = {
            "the same words": lambda: _go(page, site + ADDRESS).inner_text("main") == words,
            "a mark opens its sentence": lambda: _opens_a_mark(page),
            "another day can be asked for": lambda: _asks_for_another_day(page),
            "a figure opens its rows": lambda: _opens_rows(page, site),
            "the language can be changed": lambda: _changes_language(page, site),
        }
        for told, works in tries.items():
            kept = works()
            if not kept:
                found.over.append(f"without JavaScript: {told}")
            found.add(f"without JavaScript: {told}", "yes" if kept else "NO: OVER", "yes")


def _go(page: Page, address: str) -> Page:
    page.goto(address, wait_until="load")
    return page


def _opens_a_mark(page: Page) -> bool:
    cell = page.locator(".matrix details").first
    cell.locator("summary").click()
    return cell.locator("p").is_visible()


def _asks_for_another_day(page: Page) -> bool:
    page.fill("#on", "2025-02-18")
    page.click("form.asof button")
    page.wait_for_load_state()
    return "on=2025-02-18" in page.url and page.locator(".hero h1").is_visible()


def _opens_rows(page: Page, site: str) -> bool:
    _go(page, site + ADDRESS).locator(".tile a").first.click()
    page.wait_for_load_state()
    return "/measures/" in page.url and page.locator("main table").count() > 0


def _changes_language(page: Page, site: str) -> bool:
    _go(page, site + ADDRESS).locator("header button[name=language][value=en]").first.click()
    page.wait_for_load_state()
    return page.locator("html").get_attribute("lang") == "en"
