"""The Department at its desk: what a clerk tries in the first minutes, and takes back again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.browsing import barriers, scrolls_sideways, sheets, tab_to, words

DEPARTMENT, OFFICER = "soyte", "lucnam"
SESSION_LIST = "/desk/facilities/?on=2025-05-21"
PLACE = "son dong"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LONG = 30_000  # milliseconds; a file is read by the worker, not by the page

COMPUTER, PRINTER = "device-computer", "device-printer"
"""Of the first any number is believable; of the second there is a norm, and more than it says."""


def rows(page: Page) -> Locator:
    return page.locator(".rows tbody tr")


def open_record(page: Page, register: str, search: str = PLACE) -> None:
    """The page of the one row that the search finds."""
    page.goto(f"/desk/{register}/?q={search}")
    rows(page).get_by_role("link").first.click()
    expect(page.locator("#values")).to_be_visible()


def open_form(page: Page, register: str, search: str = PLACE) -> None:
    open_record(page, register, search)
    page.locator(".acts a[href$='/edit/']").click()
    expect(page.locator("form.cells")).to_be_visible()


def cell(page: Page, code: str) -> Locator:
    return page.locator(f"form.cells [name='{code}']")


def store(page: Page, because: str = "") -> None:
    """Send the form with its reason, which also answers whatever is unusual."""
    if because:
        cell(page, "because").fill(because)
    page.locator("form.cells .do button.primary").click()


def stored(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=words("Saved."))).to_be_visible()


def take_back_change_set(page: Page) -> None:
    """On the page of a change set: all of it."""
    page.locator("details.panel summary").click()
    page.locator("#because").fill("Chỉ là thử nghiệm")
    page.locator("details.panel button").click()
    expect(page.locator("main .note").first).to_be_visible()
    expect(page.locator("details.panel")).to_have_count(0)


def take_back_last(page: Page, register: str, search: str = PLACE) -> None:
    open_record(page, register, search)
    page.locator("#history a[href*='/desk/acts/']").first.click()
    take_back_change_set(page)


@contextmanager
def kept_as(page: Page, name: str) -> Iterator[None]:
    """The list on the page, kept as a view under a name, and dropped in the end."""
    panel = page.locator("details.panel").first
    panel.locator("summary").first.click()
    panel.locator("#view-name").fill(name)
    panel.locator(".save-form button").click()
    link = page.locator(".choices").get_by_role("link", name=name)
    expect(link).to_be_visible()
    try:
        yield
    finally:
        page.goto("/desk/facilities/")
        page.locator(".choices li").filter(has_text=name).locator("form button").click()
        expect(link).to_have_count(0)


def test_finds_the_six_without_servers_and_keeps_the_list(visit):
    page = visit(DEPARTMENT)
    page.goto(SESSION_LIST)
    panel = page.locator("details.panel").first
    panel.locator("summary").first.click()
    panel.locator(".far a").click()
    panel.locator("[name=scope]").select_option("rollout")
    panel.locator(".filter-form button.primary").click()
    expect(page.locator(".sum strong").first).to_have_text("17")
    expect(rows(page)).to_have_count(17)

    page.locator("details.panel summary").first.click()
    panel.locator("[name=servers]").select_option("no")
    panel.locator(".filter-form button.primary").click()
    expect(rows(page)).to_have_count(6)
    names = rows(page).get_by_role("link").all_inner_texts()
    assert len(set(names)) == 6
    heading = page.locator(".rows thead a[href*='sort=server-stage']").inner_text()
    stages = page.locator(f'.rows td[data-name="{heading.strip(" ↑↓")}"]').all_inner_texts()
    assert len(stages) == 6
    assert all(stages)

    name = f"Thiếu máy chủ {uuid4().hex[:6]}"
    with kept_as(page, name):
        page.goto("/desk/certificates/")
        page.goto("/desk/facilities/")
        page.locator(".choices").get_by_role("link", name=name).click()
        expect(rows(page)).to_have_count(6)
        expect(page.locator(".band")).to_contain_text("21/05/2025")
        assert rows(page).get_by_role("link").all_inner_texts() == names
        page.locator(".chips a[href*='servers']").first.click()
        expect(page.locator(".chips a")).to_have_count(2)  # the other filter, and "remove all"
        page.locator(".chips a").first.click()
        expect(rows(page).nth(16)).to_be_visible()


def test_search_forgives_accents_and_case(visit):
    page = visit(DEPARTMENT)
    page.goto("/desk/facilities/")
    page.locator("#q").fill("sON dong")
    page.locator(".finder button").click()

    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Sơn Động")
    expect(page.locator(".chips li").first).to_contain_text("sON dong")
    page.locator("#q").fill("không đâu có")
    page.locator(".finder button").click()
    expect(page.locator(".nothing")).to_be_visible()


def paste(page: Page, *lines: str) -> None:
    """Rows as Excel puts them on the clipboard, sent to the register of devices."""
    page.goto("/imports/new/devices/")
    page.locator("#id_pasted").fill("\n".join(lines))
    page.locator("form.cells .do button").click()
    expect(page.locator(".outcomes")).to_be_visible(timeout=LONG)


def outcome(page: Page, which: str) -> Locator:
    return page.locator(f".outcomes a[href='?show={which}'] b")


def test_pastes_rows_from_a_spreadsheet_looks_stores_and_takes_back(visit):
    page = visit(DEPARTMENT)
    page.goto("/desk/devices/?q=son dong")
    before = page.locator(".rows td").all_inner_texts()
    paste(
        page,
        "CƠ SỞ Y TẾ\tmáy in",
        "Trung tâm Y tế huyện Sơn Động\t68",
        "trung tam y te huyen tan yen\tnhiều",
    )
    expect(outcome(page, "changed")).to_have_text("1")
    expect(outcome(page, "wrong")).to_have_text("1")
    page.locator(".outcomes a[href='?show=changed']").click()
    expect(page.locator(".compared del")).to_have_text("66")
    expect(page.locator(".compared ins")).to_have_text("68")
    page.locator(".outcomes a[href='?show=wrong']").click()
    # A wrong cell is mended where it stands.
    expect(page.get_by_role("textbox", name="B3")).to_have_value("nhiều")

    page.locator("[name=leave_wrong]").check()
    page.locator(".confirm #because").fill("Kiểm kê quý IV")
    page.locator(".confirm button[value=confirm]").click()
    expect(page.locator("#undo-because")).to_be_attached(timeout=LONG)
    address = page.url
    page.goto("/desk/devices/?q=son dong")
    assert page.locator(".rows td").all_inner_texts() != before

    page.goto(address)
    page.locator("details.panel summary").last.click()
    page.locator("#undo-because").fill("Chỉ là thử nghiệm")
    page.locator("button[value=undo]").click()
    expect(page.locator("#undo-because")).to_have_count(0)
    page.goto("/desk/devices/?q=son dong")
    assert page.locator(".rows td").all_inner_texts() == before


def test_sets_a_date_in_several_rows_with_a_reason_and_takes_it_back(visit):
    page = visit(DEPARTMENT)
    page.goto("/desk/connections/?q=huyen+s")
    before = page.locator(".rows td").all_inner_texts()
    for box in page.locator(".pick input").all()[:2]:
        box.check()
    page.locator(".bulk button:not([type=button])").first.click()
    expect(page.locator("h1")).to_contain_text(re.compile(r"\d"))
    page.locator("[name=column][value=first_message]").check()
    page.locator(".do button").first.click()
    page.locator("#value-first_message").fill("2026-11-20")
    page.locator(".do button").first.click()
    expect(page.locator("table tbody tr").first).to_contain_text("20/11/2026")

    page.locator(".do button[name=yes]").click()
    expect(page.get_by_role("alert")).to_contain_text(words("Give the reason."))
    page.locator("#because").fill("Theo báo cáo của Bạch Mai")
    page.locator(".do button[name=yes]").click()
    expect(page.locator(".rows td").filter(has_text="20/11/2026").first).to_be_visible()

    page.goto("/desk/acts/")
    page.locator("tbody tr").filter(has_text="Theo báo cáo của Bạch Mai").first.locator("a").click()
    take_back_change_set(page)
    page.goto("/desk/connections/?q=huyen+s")
    assert page.locator(".rows td").all_inner_texts() == before


def test_opens_the_one_page_of_a_facility_and_prints_it(visit):
    page = visit(DEPARTMENT)
    open_record(page, "devices")
    page.locator(".crumb a[href*='/facilities/']").last.click()

    expect(page.locator("h1")).to_contain_text("Sơn Động")
    for part in ("line", "measures", "files", "devices", "funnel", "links", "history"):
        expect(page.locator(f"section[aria-labelledby={part}]")).to_be_visible()
    assert sheets(page.pdf(prefer_css_page_size=True)) >= 1


def test_corrects_a_number_and_leaves_a_trail(visit):
    page = visit(DEPARTMENT)
    open_form(page, "devices")
    old = int(cell(page, COMPUTER).input_value())
    cell(page, COMPUTER).fill(str(old - 1))
    store(page)
    expect(page.locator(".field.wrong .error")).to_have_text(words("Give the reason."))
    expect(cell(page, COMPUTER)).to_have_value(str(old - 1))
    store(page, "Biên bản kiểm kê ghi nhầm")
    stored(page)

    line = page.locator("#history tbody tr").first
    expect(line).to_contain_text(f"{old}")
    expect(line).to_contain_text(f"{old - 1}")
    expect(line).to_contain_text("Sở Y tế")
    expect(line).to_contain_text("Biên bản kiểm kê ghi nhầm")
    take_back_last(page, "devices")
    open_form(page, "devices")
    expect(cell(page, COMPUTER)).to_have_value(str(old))


@pytest.mark.parametrize("chosen", ["mine", "theirs"])
def test_two_people_on_one_form_see_both_versions(visit, chosen):
    first, second = visit(DEPARTMENT), visit(DEPARTMENT)
    for page in (first, second):
        open_form(page, "devices")
    before = int(cell(first, COMPUTER).input_value())
    cell(first, COMPUTER).fill(str(before + 1))
    store(first, "Mua thêm một bộ")
    stored(first)

    cell(second, COMPUTER).fill(str(before + 2))
    store(second, "Được tặng hai bộ")
    both = second.get_by_role("alert").filter(has=second.locator("button[name=choose]"))
    for value in (before, before + 1, before + 2):
        expect(both.locator("tbody tr")).to_contain_text(str(value))
    expect(cell(second, COMPUTER)).to_have_value(str(before + 2))
    both.locator(f"button[value={chosen}]").click()
    expect(second.locator("#values")).to_be_visible()

    after = before + (2 if chosen == "mine" else 1)
    open_form(first, "devices")
    expect(cell(first, COMPUTER)).to_have_value(str(after))
    take_back_last(first, "devices")
    if chosen == "mine":
        first.goto("/desk/acts/")
        first.locator("tbody tr").filter(has_text="Mua thêm một bộ").first.locator("a").click()
        take_back_change_set(first)
    open_form(first, "devices")
    expect(cell(first, COMPUTER)).to_have_value(str(before))


def test_accepts_one_report_returns_the_other_and_the_officer_reads_why(visit):
    officer, page = visit(OFFICER), visit(DEPARTMENT)
    remark = "Thiếu biên bản bàn giao"
    officer.goto("/my/devices/")
    before = {code: int(cell(officer, code).input_value()) for code in (COMPUTER, PRINTER)}
    for code, count in before.items():
        cell(officer, code).fill(str(count + 1))
    store(officer, "Nhận thêm máy")
    cell(officer, f"because-{PRINTER}").fill("Máy in cũ vẫn dùng được")
    store(officer)
    expect(officer.locator(".report")).to_be_visible()

    page.goto("/desk/")
    page.locator(".waits a[href='/desk/checking/']").click()
    page.locator("tbody tr").filter(has_text="Lục Nam").last.get_by_role("link").click()
    changes = page.locator(".judged li")
    expect(changes).to_have_count(2)
    changes.last.locator("input[value=return]").check()
    page.locator("form .do button.primary").click()
    expect(changes.last.get_by_role("alert")).to_be_visible()
    changes.last.locator("input[name^=because-]").fill(remark)
    address = page.url
    page.locator("form .do button.primary").click()
    expect(page).not_to_have_url(address)

    officer.goto("/my/")
    expect(officer.locator(".owed")).to_contain_text(remark)
    officer.goto("/my/devices/")
    expect(officer.locator("main")).to_contain_text(remark)
    page.goto(address.replace("/checking/", "/acts/"))
    take_back_change_set(page)
    open_form(page, "devices", "luc nam")
    for code, count in before.items():
        expect(cell(page, code)).to_have_value(str(count))


@pytest.mark.parametrize("register", ["facilities", "devices"])
def test_a_printed_list_has_no_controls(visit, register):
    page = visit(DEPARTMENT)
    page.goto(f"/desk/{register}/?on=2025-05-21&q=huyen")
    page.emulate_media(media="print")

    expect(
        page.locator("button:visible, input:visible, select:visible, .acts:visible")
    ).to_have_count(0)
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".sum")).to_be_visible()
    expect(rows(page).first).to_be_visible()
    assert sheets(page.pdf(prefer_css_page_size=True)) >= 1


def test_needs_no_mouse(visit):
    page = visit(DEPARTMENT)
    page.goto("/desk/devices/")
    tab_to(page, page.locator("#q"))
    page.keyboard.type(PLACE)
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    tab_to(page, rows(page).get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.locator("#values")).to_be_visible()
    tab_to(page, page.locator(".acts a[href$='/edit/']"))
    page.keyboard.press("Enter")
    expect(page.locator("form.cells")).to_be_visible()
    old = cell(page, COMPUTER).input_value()
    tab_to(page, cell(page, COMPUTER))
    page.keyboard.press("Control+A")
    page.keyboard.type(str(int(old) + 3))
    tab_to(page, cell(page, "because"))
    page.keyboard.type("Gõ bằng bàn phím")
    page.keyboard.press("Enter")
    stored(page)
    take_back_last(page, "devices")


def test_needs_no_javascript(visit):
    page = visit(DEPARTMENT, java_script_enabled=False)
    page.goto("/desk/devices/")
    page.locator("#q").fill(PLACE)
    page.locator(".finder button").click()
    expect(rows(page)).to_have_count(1)
    open_form(page, "devices")
    old = cell(page, COMPUTER).input_value()
    cell(page, COMPUTER).fill("vài")
    store(page)
    expect(page.locator(".field.wrong .error")).to_be_visible()
    cell(page, COMPUTER).fill(str(int(old) + 1))
    store(page, "Không có JavaScript")
    stored(page)
    take_back_last(page, "devices")

    paste(page, "Cơ sở y tế\tMáy in", "Trung tâm Y tế huyện Sơn Động\t70")
    expect(outcome(page, "changed")).to_have_text("1")
    page.locator("button[value=drop]").click()
    expect(page.locator(".confirm")).to_have_count(0)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["wide", "phone"])
def test_is_open_to_readers_with_a_disability_and_fits_the_screen(visit, screen):
    page = visit(DEPARTMENT, viewport=screen)
    open_record(page, "devices")
    record = page.url.partition("?")[0]
    found, wide = {}, []
    for path in (
        "/desk/",
        SESSION_LIST,
        record,
        f"{record}edit/",
        "/desk/checking/",
        "/desk/acts/",
        "/imports/",
        "/imports/new/devices/",
        "/desk/shortfalls/",
        "/desk/stocktakes/",
        "/desk/reorganise/",
        "/desk/reporting/",
    ):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        if scrolls_sideways(page):
            wide.append(path)
        if hindered := barriers(page):
            found[path] = hindered
    assert wide == []
    assert found == {}
