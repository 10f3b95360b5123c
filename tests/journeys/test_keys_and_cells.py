"""A clerk's list by keys alone: moved along, opened, changed cell by cell, pasted over, taken back; people and
wrong rows by few clicks, which are counted and printed."""

import re

from playwright.sync_api import expect

from tests.journeys.browsing import WIDE, barriers
from tests.journeys.test_desk import outcome, rows, take_back_change_set
from tests.journeys.test_steps import Counted

LIST = "/desk/connections/?q=huyen+s"
CLIPBOARD = ["clipboard-read", "clipboard-write"]
PERSON = "nguyen van tu"  # as somebody types who has no time
MOST_TO_A_PERSON, MOST_TO_MEND = 2, 3
LONG = 30_000  # milliseconds; a file is read by the worker, not by the page


def days(page) -> list[str]:
    return page.locator(".rows td.num").all_inner_texts()


def take_back_newest(page) -> None:
    page.goto("/desk/acts/")
    page.locator("main tbody a[href*='/desk/acts/']").first.click()
    expect(page).to_have_url(re.compile(r"/desk/acts/.+/"))
    take_back_change_set(page)


def test_a_list_by_keys_its_cells_a_block_pasted_and_few_clicks_for_the_rest(visit):
    page = visit("soyte", viewport=WIDE, permissions=CLIPBOARD)
    keys, link = page.keyboard, page.locator(".rows tbody th a")
    page.goto(LIST)
    before = days(page)

    # Keys: told, moved by, chosen with, opened with.
    keys.press("?")
    told = page.locator("dialog.keys")
    expect(told).to_be_visible()
    assert barriers(page) == ""
    keys.press("Escape")
    expect(told).to_be_hidden()
    for key, place in (("j", 0), ("j", 1), ("k", 0)):
        keys.press(key)
        expect(link.nth(place)).to_be_focused()
    keys.press("x")
    expect(page.locator("td.pick input").first).to_be_checked()
    keys.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/connections/\d+/$"))
    page.goto(LIST)
    keys.press("j")
    keys.press("e")
    expect(page).to_have_url(re.compile(r"/desk/connections/\d+/edit/$"))

    # A cell: changed and stored by Tab, which goes on to the next one; Esc gives that up.
    page.goto(LIST)
    keys.press("j")
    keys.press("ArrowRight")
    keys.press("Enter")
    field = page.locator("dialog.cell input[type=date]")
    expect(field).to_be_focused()
    assert barriers(page) == ""
    name = field.get_attribute("name")
    field.fill("2025-01-06")
    reason = page.locator("dialog.cell [name=because]")
    if reason.count():
        reason.fill("Sửa ngay trong ô")
        reason.press("Tab")
    else:
        field.press("Tab")
    expect(field).not_to_have_attribute("name", name)
    keys.press("Escape")
    expect(page.locator("dialog.cell")).to_have_count(0)
    expect(rows(page).first).to_contain_text("06/01/2025")
    take_back_newest(page)

    # A block over cells: a cell that cannot be read is written anew, then old and new value are shown.
    page.goto(LIST)
    keys.press("j")
    keys.press("ArrowRight")
    page.evaluate(
        "text => navigator.clipboard.writeText(text)", "07/01/2025\t\n08/01/2025\t32/01/2025\n"
    )
    keys.press("Control+V")
    wrong = page.locator(".field.wrong input")
    expect(wrong).to_have_value("32/01/2025")
    assert barriers(page) == ""
    wrong.fill("")
    wrong.press("Enter")
    expect(page.locator(".cells-changed ins")).to_have_text(["07/01/2025", "08/01/2025"])
    assert barriers(page) == ""
    page.locator("#because").fill("Theo bảng của đơn vị kết nối")
    page.locator("button[name=yes]").click()
    expect(rows(page).nth(1)).to_contain_text("08/01/2025")
    page.locator("main .note a").click()
    expect(page).to_have_url(re.compile("/desk/acts/"))
    take_back_change_set(page)
    page.goto(LIST)
    assert days(page) == before

    # A person, from the first page; a wrong row of a file, from its preview.
    person = Counted()
    page.goto("/")
    person.tap(page.locator("a.find"))
    person.fill(page.locator("input[type=search]"), PERSON)
    person.tap(page.locator("form.search button"))
    expect(page.locator("main")).to_contain_text("Nguyễn Văn Tú")
    assert "nguyen" not in page.url
    print(f"a person found: {person.taps} clicks, {person.fields} field(s)")
    assert person.taps <= MOST_TO_A_PERSON

    page.goto("/imports/new/devices/")
    page.locator("[name=pasted]").fill("Cơ sở y tế\tMáy in\nTrung tâm Y tế huyện Sơn Động\tnhiều")
    page.locator("form .do button.primary").click()
    mending = Counted()
    mended = page.locator(".field.wrong input").first
    expect(mended).to_be_visible(timeout=LONG)
    mending.fill(mended, "71")
    mending.tap(page.locator("button[value=mend]"))
    expect(outcome(page, "changed")).to_have_text("1", timeout=LONG)
    print(f"a wrong row mended: {mending.taps} click(s), {mending.fields} field(s)")
    assert mending.taps <= MOST_TO_MEND
    page.locator("button[value=drop]").click()
    expect(page.locator(".confirm")).to_have_count(0)
