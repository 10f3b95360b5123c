"""What the journeys look at and say, in the words of the page."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from axe_playwright_python.sync_playwright import Axe
from django.utils import translation
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

HERE = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}

SESSION = "/?on=2025-05-21"
"""The leader page on the day of the working session."""

OWN, OTHER = "bg-ttyt-lucnam", "bg-ttyt-tanyen"
"""The demo officer's facility, and one of somebody else."""


class Watch:
    """What a browser asks for and complains about."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.arrived: list[Request] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._request)
        context.on("requestfinished", lambda request: self.arrived.append(request))
        context.on("response", self._response)

    @property
    def bytes(self) -> int:
        """Everything that came over the line so far: heads and packed bodies."""
        sizes = [request.sizes() for request in self.arrived]
        return sum(s["responseHeadersSize"] + s["responseBodySize"] for s in sizes)

    def _console(self, message: ConsoleMessage) -> None:
        # The browser notes a page that is refused here too; _response tells it from a lost part.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.strangers.append(request.url)

    def _response(self, response: Response) -> None:
        # A page may refuse, also one that htmx asks for in the browser's stead.
        request = response.request
        is_page = request.is_navigation_request() or "hx-boosted" in request.headers
        if response.status >= 400 and not is_page:
            self.complaints.append(f"{response.status} {response.url}")


def words(text: str, language: str = "vi", *, context: str = "") -> str:
    """How the interface says `text`."""
    with translation.override(language):
        return translation.pgettext(context, text) if context else translation.gettext(text)


def today() -> str:
    return datetime.now(ZoneInfo(HERE["timezone_id"])).date().isoformat()


def headline(page: Page) -> Locator:
    return page.locator("#headline")


def tile(page: Page, code: str) -> Locator:
    """The tile whose large figure opens the rows of measure `code`."""
    return page.locator(".tile").filter(has=page.locator(f".big a[href*='/measures/{code}/']"))


def figure(page: Page, code: str) -> Locator:
    return tile(page, code).locator(".big a")


def scrolls_sideways(page: Page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def barriers(page: Page) -> str:
    """What axe finds to hinder readers with a disability; nothing at best."""
    results = Axe().run(page)
    return results.generate_report() if results.violations_count else ""


def work(page: Page, do: str) -> Locator:
    """The form of one thing that can be done on a page, opened."""
    form = page.locator(f"form:has(input[name=do][value={do}])").first
    if not form.is_visible():
        page.locator("details.panel").filter(has=form).locator("summary").first.click()
    expect(form).to_be_visible()
    return form


def fill_in(form: Locator, **fields) -> None:
    for name, value in fields.items():
        field = form.locator(f"[name={name}]").first
        kind = field.evaluate("field => field.type")
        if kind in ("select-one", "select-multiple"):
            coded = field.locator(f"option[value='{value}']")
            option = coded if coded.count() else field.locator("option").filter(has_text=value)
            field.select_option(value=option.first.get_attribute("value"))
        elif kind == "checkbox":
            form.locator("label").filter(has_text=value).first.click()
        elif kind == "file":
            field.set_input_files(
                {"name": "bang-chung.pdf", "mimeType": "application/pdf", "buffer": value}
            )
        else:
            field.fill(value)


def store(form: Locator) -> None:
    form.get_by_role("button", name=words("Save"), exact=True).click()


@contextmanager
def made(page: Page, address: str, **fields) -> Iterator[str]:
    """Something new that is withdrawn in the end, so that others find the house as it was."""
    page.goto(address)
    form = page.locator("form.cells")
    fill_in(form, **fields)
    store(form)
    expect(page).not_to_have_url(re.compile("/new/"))
    at = page.url
    try:
        yield at
    finally:
        page.goto(at)
        form = work(page, "withdraw")
        fill_in(form, because="Nhập thử")
        store(form)
        expect(page).not_to_have_url(at)


def tab_to(page: Page, target: Locator, at_most: int = 90) -> None:
    for _stop in range(at_most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    expect(target).to_be_focused()


def sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def sign_in(page: Page, username: str, password: str = "") -> None:
    """Fill in the form of the sign-in page and send it, with the demo user's own password by default."""
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password or _password_of(username))
    page.locator("main").get_by_role("button", name=words("Sign in")).click()


def _password_of(username: str) -> str:
    # Here and not above: the pictures are taken by a program that sets Django up by itself.
    from rollout.site.demo import DEMO_USERS

    return next(user.password for user in DEMO_USERS if user.username == username)
