"""From an empty product to the brief of a small province nobody has heard of, through pages only."""

import re

import pytest
from playwright.sync_api import Page, expect

from rollout.site.demo import FIRST
from tests import product
from tests.journeys.browsing import barriers, scrolls_sideways, words

LONG = 30_000  # milliseconds; a file is read by the worker, not by the page
PLACES = (
    ("Bệnh viện Đa khoa Đông Sơn", "dong-son", "Bệnh viện đa khoa", "Công lập"),
    ("Bệnh viện Quân y 9", "quan-y-9", "Bệnh xá", "Công lập"),
    ("Trạm Y tế xã Đàm Thủy", "dam-thuy", "health_station", "public"),
    ("Phòng khám Đức Tâm <cơ sở 2>", "duc-tam", "polyclinic", "private"),
)


@pytest.fixture(scope="module")
def empty_site():
    with product.running(empty=True) as address:
        yield address


@pytest.fixture
def page(empty_site, new_context) -> Page:
    context = new_context(base_url=empty_site)
    context.set_default_timeout(LONG)
    return context.new_page()


def bring(page: Page, register: str, *rows: tuple[str, ...]) -> None:
    """Paste a table, look, store."""
    page.goto(f"/imports/new/{register}/")
    page.locator("#id_pasted").fill("\n".join("\t".join(row) for row in rows))
    page.locator("form.cells .do button").click()
    expect(page.locator(".outcomes")).to_be_visible()
    expect(page.locator(".outcomes a[href='?show=wrong'] b")).to_have_text("0")
    page.locator(".confirm #because").fill("Khai báo ban đầu")
    page.locator(".confirm button[value=confirm]").click()
    expect(page.locator("#undo-because")).to_be_attached()


def test_a_province_begins_and_prints_its_brief(page):
    page.goto("/")
    page.locator("[name=username]").fill(FIRST.username)
    page.locator("[name=password]").fill(FIRST.password)
    page.keyboard.press("Enter")

    # Whoever signs in first is led.
    expect(page).to_have_url(re.compile(r"/start/$"))
    assert not barriers(page)
    page.locator("[name=name_vi]").fill("Cao Bằng")
    page.locator("[name=areas]").fill("Xã Đàm Thủy\nPhường Thục Phán")
    page.get_by_role("button", name=words("Save and go on")).click()
    expect(page.locator("header.top")).to_contain_text("Cao Bằng")

    page.get_by_role("link", name=words("Bring a table")).first.click()
    bring(
        page,
        "facilities",
        ("Tên cơ sở", "Mã cơ sở", "Loại", "ownership", "scope", "Địa bàn"),
        *((*place, "rollout", "Xã Đàm Thủy") for place in PLACES),
    )

    page.goto("/start/")
    page.get_by_role("link", name=words("Say what is tracked")).click()
    if not page.locator("[name=source]").is_visible():
        page.locator("details.panel summary").first.click()
    for measure in ("official", "launched"):
        page.locator(f"[name=measures][value={measure}]").check()
    page.locator("[name=source]").fill("Công văn 1/SYT")
    page.locator("details.panel button.primary").first.click()

    bring(
        page,
        "all-people",
        ("email", "name", "role", "place"),
        ("it@dong-son.example", "Nguyễn Đức Ánh", "officer", "dong-son"),
    )
    page.goto("/start/")
    expect(page.locator("h1")).to_have_text(words("Everything is there"))
    assert not scrolls_sideways(page)

    bring(
        page,
        "milestones",
        ("facility", "reached-launch", "reached-official"),
        ("Trạm Y tế xã Đàm Thủy", "05/01/2026", "02/02/2026"),
    )

    # The summary says what is known and what is not; a station needs no council.
    page.goto("/")
    expect(page.locator("#headline")).to_contain_text("1/4")
    expect(page.locator(".tiles")).to_contain_text(words("not tracked"))

    page.goto("/sessions/new/")
    page.locator("[name=held_on]").fill(page.evaluate("new Date().toLocaleDateString('sv')"))
    page.locator("[name=name_vi]").fill("Giao ban đầu tiên")
    page.locator("[name=chair]").fill("Giám đốc Sở Y tế")
    page.locator("form.cells .do button").first.click()
    page.get_by_role("link", name=words("Brief"), exact=True).click()
    brief = page.locator("main")
    expect(brief).to_contain_text("Cao Bằng")
    expect(brief).to_contain_text("4")
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
