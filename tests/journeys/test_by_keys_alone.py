"""The acts of a clerk by keys alone, from the first page on; columns and filters of a list the same way."""

import re

from playwright.sync_api import Locator, expect

from tests.journeys.browsing import WIDE, barriers, tab_to, words
from tests.journeys.test_desk import rows, take_back_change_set
from tests.journeys.test_keys_and_cells import take_back_newest

LONG = 30_000  # milliseconds; what is stored is judged and counted anew before the page answers


def test_a_clerk_answers_bulks_checks_and_arranges_without_a_mouse(visit):
    page = visit("soyte", viewport=WIDE)
    keys = page.keyboard

    # Answer a line of what is to be done, in its place.
    page.goto("/todo/?when=late")
    tab_to(page, page.locator("ol.todo > li .do a").first)
    keys.press("Enter")
    day = page.locator("ol.todo form input[type=date]").first
    tab_to(page, day)
    type_day(day, "2025-05-05")
    keys.press("Enter")
    expect(page.locator("main .note[role=status]")).to_contain_text(words("Saved."), timeout=LONG)
    take_back_newest(page)

    # Several rows at once: chosen, their field ticked, what would change looked at, stored.
    page.goto("/desk/connections/?q=huyen+s")
    for _row in range(2):
        keys.press("j")
        keys.press("x")
    tab_to(page, page.locator(".bulk button").first)
    keys.press("Enter")
    tab_to(page, page.locator("[name=column][value=account]"))
    keys.press("Space")
    keys.press("Enter")
    tab_to(page, page.locator("#value-account"))
    type_day(page.locator("#value-account"), "2025-02-02")
    tab_to(page, page.locator("#because"))
    keys.type("Theo bảng của đơn vị kết nối")
    keys.press("Enter")
    expect(page.locator(".cells-changed ins").first).to_have_text("02/02/2025")
    assert barriers(page) == ""
    tab_to(page, page.locator("button[name=yes]"))
    keys.press("Enter")
    expect(rows(page).first).to_contain_text("02/02/2025", timeout=LONG)
    tab_to(page, page.locator("main .note a"))
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/desk/acts/"))
    take_back_change_set(page)

    # A column moved, a day added to the filters: no script is needed for either.
    page.goto("/desk/milestones/")
    heads = page.locator("thead th[scope=col]:not(.pick)")
    second = heads.nth(1).inner_text()
    tab_to(page, page.locator("a[href$='#columns']"))
    keys.press("Enter")
    expect(page.locator("#columns")).to_be_visible()
    tab_to(page, page.locator("button[name=move]").nth(1))
    keys.press("Enter")
    expect(heads.first).to_contain_text(second.strip())
    tab_to(page, page.locator("details.panel > summary").first)
    keys.press("Enter")
    tab_to(page, page.locator("#day-number"))
    keys.press("Enter")
    expect(page.locator(".chips li")).to_have_count(2)
    assert barriers(page) == ""


def type_day(field: Locator, day: str) -> None:
    """As a hand types it; of a day and a month that are the same, whichever of them comes first."""
    year, month, of_month = day.split("-")
    field.page.keyboard.type(f"{of_month}{month}{year}")
    expect(field).to_have_value(day)
