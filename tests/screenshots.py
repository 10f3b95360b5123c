"""Pictures of the pages, for looking at them: `make screenshots` writes build/screenshots."""

import shutil
from itertools import product as each
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from rollout.demo import DEMO_USERS
from tests import product
from tests.journeys.conftest import CHROMIUM, QUIET

FOLDER = Path(__file__).parents[1] / "build" / "screenshots"
ON = "on=2025-05-21"
WIDTHS = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 360, "height": 740}}
OWN = "bg-ttyt-lucnam"

# What each of the demo users opens.
PAGES = {
    "lanhdao": {
        "leader": f"/?{ON}&compare=2025-02-18",
        "today": "/",
        "facility": f"/facilities/{OWN}/?{ON}",
        "measure": f"/measures/servers/?{ON}",
        "weighted-progress": f"/measures/progress/?{ON}",
        "councils": f"/councils/?{ON}",
        "obstacles": f"/obstacles/?{ON}",
        "directives": f"/directives/?{ON}",
        "alerts": f"/alerts/?{ON}",
    },
    "soyte": {"administration": "/admin/"},
    "lucnam": {"certificates": f"/facilities/{OWN}/certificates/?{ON}"},
}


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    passwords = {user.username: user.password for user in DEMO_USERS}
    with product.running() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for username, pages in PAGES.items():
            for language, (width, size) in each(("vi", "en"), WIDTHS.items()):
                scheme = {"viewport": size, "color_scheme": "light"}
                _take(browser, site, username, passwords[username], language, width, scheme, pages)
        dark = {"viewport": WIDTHS["wide"], "color_scheme": "dark"}
        leader = {"leader-dark": PAGES["lanhdao"]["leader"]}
        _take(browser, site, "lanhdao", passwords["lanhdao"], "vi", "wide", dark, leader)
        browser.close()


def _take(browser: Browser, site: str, username, password, language, width, scheme, pages) -> None:
    """Sign in, choose the language, and take every page; the leader's also as it prints."""
    context = browser.new_context(**scheme)
    page = context.new_page()
    page.goto(f"{site}/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    for name, path in pages.items():
        page.goto(site + path)
        file = FOLDER / f"{name}-{width}-{language}.png"
        page.screenshot(path=file, full_page=True)
        print(file.relative_to(FOLDER.parents[1]))
        if name == "leader" and width == "wide":
            page.pdf(path=file.with_suffix(".pdf"), prefer_css_page_size=True)
    context.close()


if __name__ == "__main__":
    main()
