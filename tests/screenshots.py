"""Pictures of the pages, for people who review them: `python -m tests.screenshots [FOLDER]`.

Starts the product with data of its own, signs in as the demo users, and ends it again.
"""

import argparse
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

from rollout.site.demo import FIRST
from tests import product
from tests.journeys.browsing import (
    CHROMIUM,
    HERE,
    OTHER,
    OWN,
    PHONE,
    QUIET,
    SESSION,
    WIDE,
    sign_in,
)

FOLDER = Path(__file__).resolve().parent.parent / "build" / "screenshots"
COMPARED = "on=2025-05-21&compare=2025-02-18"
WITHOUT_SERVERS = "on=2025-05-21&scope=rollout&servers=no"
SCREENS = {"wide": WIDE, "phone": PHONE}
LANGUAGES = ("vi", "en")


@dataclass(frozen=True)
class Picture:
    name: str
    path: str
    themes: tuple[str, ...] = ("light",)


PICTURES = {
    "": (Picture("sign-in", "/sign-in/"),),
    "lanhdao": (
        Picture("leader", f"/?{COMPARED}", ("light", "dark")),
        Picture("leader-today", "/"),
        Picture("leader-wrong-day", "/?on=2025-02-31"),
        Picture("measure-servers", f"/measures/servers/?{COMPARED}"),
        Picture("measure-signatures", f"/measures/signatures_registered/?{COMPARED}"),
        Picture("figure-tablets", "/figures/device/tablet/?on=2025-05-21"),
        Picture("facility", f"/facilities/{OWN}/?on=2025-05-21"),
        Picture("councils", "/councils/?on=2025-05-21"),
        Picture("obstacles", "/obstacles/?on=2025-05-21"),
        Picture("directives", "/directives/?on=2025-05-21"),
        Picture("sessions", "/sessions/?on=2025-05-21"),
        Picture("deadlines", "/deadlines/?on=2025-05-21"),
        Picture("alerts", "/alerts/?on=2025-05-21"),
    ),
    "lucnam": (
        Picture("officer", "/my/", ("light", "dark")),
        Picture("officer-devices", "/my/devices/"),
        Picture("officer-certificates", f"/facilities/{OWN}/certificates/?on=2025-05-21"),
        Picture("officer-other-facility", f"/facilities/{OTHER}/?on=2025-05-21"),
        Picture("officer-refused", f"/facilities/{OTHER}/certificates/?on=2025-05-21"),
    ),
    "soyte": (
        Picture("desk", "/desk/", ("light", "dark")),
        Picture("desk-facilities", "/desk/facilities/?on=2025-05-21", ("light", "dark")),
        Picture("desk-without-servers", f"/desk/facilities/?{WITHOUT_SERVERS}"),
        Picture("desk-devices", "/desk/devices/"),
        Picture("desk-procurements", "/desk/procurements/"),
        Picture("desk-certificates", "/desk/certificates/"),
        Picture("desk-record", "/desk/devices/1/"),
        Picture("desk-record-form", "/desk/devices/1/edit/"),
        Picture("desk-checking", "/desk/checking/"),
        Picture("desk-acts", "/desk/acts/"),
        Picture("desk-shortfalls", "/desk/shortfalls/"),
        Picture("desk-stocktakes", "/desk/stocktakes/"),
        Picture("desk-reorganise", "/desk/reorganise/"),
        Picture("desk-reporting", "/desk/reporting/"),
        Picture("desk-kinds", "/desk/kinds/"),
        Picture("compare", "/compare/?on=2025-05-21"),
        Picture("area", "/?on=2025-05-21&area=bg-lucnam"),
        Picture("import-list", "/imports/"),
        Picture("import-devices", "/imports/new/devices/"),
        Picture("admin", "/admin/"),
        Picture("admin-milestones", "/admin/rollout/milestoneevent/"),
        Picture("admin-add-milestone", "/admin/rollout/milestoneevent/add/"),
    ),
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Take pictures of the pages.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args(arguments).folder
    if not CHROMIUM:
        print("No Chromium is installed: apt-get install chromium", file=sys.stderr)
        return 1
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    # Ended from outside: leave through the context managers, so that the product ends too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    folder.mkdir(parents=True, exist_ok=True)
    with product.running() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for username in PICTURES:
            take(browser, site, username, folder)
        take_start(browser, folder)
        browser.close()
    return 0


def take_start(browser: Browser, folder: Path) -> None:
    """The beginning of a province, in an empty product: before and after its name is there."""
    with product.running(empty=True) as site:
        context = browser.new_context(**HERE, base_url=site, reduced_motion="reduce")
        page = context.new_page()
        page.goto("/sign-in/")
        page.locator("[name=username]").fill(FIRST.username)
        page.locator("[name=password]").fill(FIRST.password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/start/")
        for name in ("start-nothing", "start-named"):
            for language in LANGUAGES:
                context.add_cookies([{"name": "django_language", "value": language, "url": site}])
                for screen, size in SCREENS.items():
                    page.set_viewport_size(size)
                    page.goto("/start/")
                    file = folder / f"{name}-{screen}-{language}.png"
                    page.screenshot(path=file, full_page=True)
                    print(file, flush=True)
            if name == "start-nothing":
                page.locator("[name=name_vi]").fill("Cao Bằng")
                page.locator("[name=areas]").fill("Phường Thục Phán\nXã Đàm Thủy")
                page.locator("form.cells button.primary").click()
                page.wait_for_load_state()
        context.close()


def take(browser: Browser, site: str, username: str, folder: Path) -> None:
    """All pictures of what this demo user sees, and the sheet that the leader prints."""
    context = browser.new_context(**HERE, base_url=site, reduced_motion="reduce")
    page = context.new_page()
    if username:
        page.goto("/sign-in/?next=/")
        sign_in(page, username)
        page.wait_for_url(f"{site}/")
    for language in LANGUAGES:
        context.add_cookies([{"name": "django_language", "value": language, "url": site}])
        for picture in PICTURES[username]:
            for theme in picture.themes:
                page.emulate_media(color_scheme=theme)
                for screen, size in SCREENS.items():
                    page.set_viewport_size(size)
                    page.goto(picture.path)
                    shade = "" if theme == "light" else f"-{theme}"
                    file = folder / f"{picture.name}-{screen}-{language}{shade}.png"
                    page.screenshot(path=file, full_page=True)
                    print(file, flush=True)
        if username == "lanhdao":
            sheet(page, folder / f"leader-{language}.pdf")
    context.close()


def sheet(page: Page, file: Path) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(SESSION)
    page.pdf(path=file, prefer_css_page_size=True)
    print(file, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
