"""The IT officer of one facility, with ten minutes and a phone: what is owed, answered and taken back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests.journeys.browsing import (
    OTHER,
    OWN,
    PHONE,
    WIDE,
    barriers,
    scrolls_sideways,
    sign_in,
    words,
)
from tests.papers import JPEG

OFFICER, DEPARTMENT = "lucnam", "soyte"
CELL = "first_message"  # the step of the connection that the demo facility still owes
REASON = "Chỉ là thử nghiệm"
LONG = 30_000  # milliseconds; a file is read by the worker, not by the page

screens = pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])


def some_day() -> date:
    """After everything that other journeys look at, and typed alike in every country: 11 November."""
    today = timezone.localdate()
    of_this_year = [date(today.year, month, month) for month in range(1, 13)]
    return max((d for d in of_this_year if d <= today), default=date(today.year - 1, 12, 12))


DAY = some_day()


def row(page: Page, register: str = "connections") -> str:
    """The address of the own row of a register that has one for each facility."""
    page.goto(f"/my/{register}/")
    return page.url.partition("?")[0]


def open_cell(page: Page, cell: str = CELL, register: str = "connections") -> str:
    address = f"{row(page, register)}?cells={cell}"
    page.goto(address)
    return address


def field(page: Page, name: str = CELL) -> Locator:
    return page.locator(f"form.cells [name='{name}']")


def store(page: Page) -> None:
    page.locator("form.cells .do button.primary").click()


def note(page: Page, text: str) -> Locator:
    return page.locator("main .note[role=status]").filter(has_text=words(text))


def stored(page: Page) -> None:
    expect(note(page, "Saved and reported to the Department.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/my/\?facility="))


def bar(page: Page) -> Locator:
    """The line at the foot of the window that tells what becomes of what was typed."""
    return page.locator(".kept-here")


def says(page: Page, text: str) -> None:
    expect(bar(page)).to_contain_text(words(text))


@contextmanager
def taken_back(page: Page) -> Iterator[None]:
    """Whatever is stored in the cell meanwhile is corrected to nothing in the end, with a reason."""
    try:
        yield
    finally:
        open_cell(page)
        if field(page).input_value():
            field(page).fill("")
            field(page, "because").fill(REASON)
            store(page)
            stored(page)


def allow_lost_connection(page: Page) -> None:
    """That a request failed is what such a journey is about; nothing else may be complained of."""
    lost = ("htmx:sendError", "htmx:afterRequest")
    assert [text for text in page.watch.complaints if not text.startswith(lost)] == []
    page.watch.complaints.clear()


@screens
def test_opens_a_mailed_link_and_lands_on_what_is_owed(visit, screen):
    address = open_cell(visit(OFFICER))
    page = visit(viewport=screen)
    page.goto(address)
    sign_in(page, OFFICER)

    expect(page).to_have_url(address)
    expect(field(page)).to_be_visible()
    expect(page.locator("form.cells .field input[type=date]")).to_have_count(1)
    assert not scrolls_sideways(page)


@screens
def test_lands_on_what_is_owed_after_signing_in(visit, screen):
    page = visit(viewport=screen)
    page.goto("/sign-in/")
    sign_in(page, OFFICER)

    expect(page).to_have_url(re.compile("/my/$"))
    assert page.locator(".owed > li").count() >= 3
    expect(page.locator(".report button")).to_be_in_viewport()
    assert not scrolls_sideways(page)
    assert barriers(page) == ""


def test_sees_the_last_answers(visit):
    page = visit(OFFICER)
    page.goto(row(page))

    expect(field(page, "account")).not_to_have_value("")
    expect(page.locator("section .list li").first).to_contain_text(re.compile(r"\d\d/\d\d/\d{4}"))
    assert barriers(page) == ""


def test_a_number_above_the_norm_is_asked_about_and_all_input_is_kept(visit):
    page = visit(OFFICER, viewport=PHONE)
    open_cell(page, "device-tablet,device-printer", "devices")
    before = field(page, "device-printer").input_value()
    field(page, "device-tablet").fill("9.000")
    field(page, "because").fill("Nhận thêm máy")
    page.locator("form.cells [name=file]").set_input_files(
        {"name": "bien-ban.jpg", "mimeType": "image/jpeg", "buffer": JPEG}
    )
    store(page)

    expect(page.get_by_role("alert").first).to_be_visible()
    expect(field(page, "because-device-tablet")).to_be_focused()
    expect(field(page, "because-device-tablet")).to_be_in_viewport()
    expect(field(page, "device-tablet")).to_have_value("9.000")
    expect(field(page, "device-printer")).to_have_value(before)
    expect(field(page, "because")).to_have_value("Nhận thêm máy")
    assert page.locator("form.cells [name=file]").evaluate("field => field.files.length") == 1
    assert not scrolls_sideways(page)


def test_a_day_to_come_is_refused_beside_its_field(visit):
    page = visit(OFFICER)
    open_cell(page)
    field(page).fill(f"{DAY.year + 1}-12-12")
    store(page)

    expect(page.locator(".field.wrong .error")).to_be_visible()
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value(f"{DAY.year + 1}-12-12")


def test_answers_with_tab_and_enter_alone(visit):
    page = visit(OFFICER)
    with taken_back(page):
        page.goto("/my/")
        line = page.locator(".owed details").filter(has=page.locator(f"[name='{CELL}']"))
        reach(page, line.locator("summary"))
        if line.get_attribute("open") is None:
            page.keyboard.press("Enter")
        reach(page, field(page))
        page.keyboard.type(f"{DAY:%d%m%Y}")
        expect(field(page)).to_have_value(DAY.isoformat())
        page.keyboard.press("Enter")

        stored(page)
        expect(page.locator("#main")).to_be_focused()
        expect(field(page)).to_have_count(0)


def reach(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus."""
    for _stop in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("cannot be reached with the Tab key")


def test_loses_the_connection_and_loses_nothing(visit):
    page = visit(OFFICER, viewport=PHONE)
    with taken_back(page):
        open_cell(page)
        page.context.set_offline(True)
        field(page).fill(DAY.isoformat())
        says(page, "No connection. What you typed is saved on this device.")
        store(page)
        expect(bar(page)).to_have_class(re.compile("alarming"))
        expect(field(page)).to_have_value(DAY.isoformat())

        page.context.set_offline(False)

        stored(page)
        allow_lost_connection(page)


def test_what_was_typed_comes_back_on_the_same_device(visit):
    page = visit(OFFICER)
    open_cell(page)
    page.route("**/drafts/", lambda route: route.abort())
    field(page).fill(DAY.isoformat())
    says(page, "No connection. What you typed is saved on this device.")
    page.reload()

    says(page, "What you typed last time is in the form again. It has not been sent.")
    expect(field(page)).to_have_value(DAY.isoformat())
    bar(page).get_by_role("button").click()
    expect(field(page)).to_have_value("")
    page.reload()
    expect(field(page)).to_have_value("")


def test_what_was_typed_goes_on_on_another_device(visit):
    page = visit(OFFICER)
    open_cell(page)
    field(page).fill(DAY.isoformat())
    says(page, "Draft saved.")

    phone = visit(OFFICER, viewport=PHONE, java_script_enabled=False)
    open_cell(phone)
    expect(field(phone)).to_have_value("")
    phone.get_by_role("link", name=words("Go on with it")).click()
    expect(field(phone)).to_have_value(DAY.isoformat())
    open_cell(phone)
    phone.get_by_role("button", name=words("Discard it")).click()
    expect(phone.get_by_role("link", name=words("Go on with it"))).to_have_count(0)


def test_photographs_the_minutes(visit):
    page = visit(OFFICER, viewport=PHONE)
    with taken_back(page):
        address = open_cell(page)
        picture = page.locator("form.cells [name=file]")
        assert "image/jpeg" in picture.get_attribute("accept")
        field(page).fill(DAY.isoformat())
        picture.set_input_files({"name": "IMG_0042.jpg", "mimeType": "image/jpeg", "buffer": JPEG})
        store(page)
        stored(page)

        page.goto(address)
        paper = page.locator("section .list a[href*='/documents/']").first.get_attribute("href")
        answer = page.request.get(paper)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.body() == JPEG


def test_uploads_the_staff_list_with_accents_and_takes_it_back(visit):
    page = visit(OFFICER)
    page.goto("/my/")
    page.locator("a[href='/imports/new/certificates/']").click()
    expect(page).to_have_url(re.compile("/imports/new/certificates/$"))
    rows = "Họ và tên;Chức vụ;Khoa, phòng\nĐặng Thị Ánh Tuyết;Điều dưỡng;Khoa Lượng Tử\n"
    page.locator("[name=file]").set_input_files(
        {"name": "Danh sách.csv", "mimeType": "text/csv", "buffer": rows.encode("utf-8-sig")}
    )
    page.locator("form.cells button.primary").click()
    confirm = page.locator("button[value=confirm]")
    expect(confirm).to_be_visible(timeout=LONG)
    expect(page.locator("main")).to_contain_text("Đặng Thị Ánh Tuyết")
    confirm.click()
    page.locator("details.panel", has=page.locator("[value=undo]")).locator("summary").click(
        timeout=LONG
    )
    address = page.url
    page.goto("/my/certificates/?q=luong tu")
    expect(page.locator(".rows tbody tr")).to_have_count(1)
    expect(page.locator(".rows tbody th")).to_have_text("Đặng Thị Ánh Tuyết")

    page.goto(address)
    undo = page.locator("form", has=page.locator("[value=undo]"))
    page.locator("details.panel", has=undo).locator("summary").click()
    undo.locator("[name=because]").fill(REASON)
    undo.locator("[value=undo]").click()
    expect(page.locator("[value=undo]")).to_have_count(0)
    page.goto("/my/certificates/?q=luong tu")
    expect(page.locator(".rows tbody tr")).to_have_count(0)


def test_reports_the_week_in_one_tap(visit):
    page = visit(OFFICER, viewport=PHONE)
    page.goto("/my/")
    page.locator(".report button").click()

    # Whether anything has changed since the last report hangs on the journeys before this one.
    expect(page.locator("main .note[role=status]")).to_contain_text(
        re.compile("Đã báo cáo (không có thay đổi )?cho tuần kết thúc ngày")
    )
    today = f"{timezone.localdate():%d/%m/%Y}"
    expect(page.locator(".report")).to_contain_text(today)


def test_sees_the_reviewers_remark_at_the_field(visit):
    officer, reviewer = visit(OFFICER), visit(DEPARTMENT)
    with taken_back(officer):
        open_cell(officer)
        field(officer).fill(DAY.isoformat())
        store(officer)
        stored(officer)

        remark = "Thiếu biên bản kết nối"
        return_what_waits(reviewer, remark)

        officer.goto("/my/")
        line = officer.locator(".owed > li").filter(has_text=remark)
        expect(line).to_be_visible()
        open_cell(officer)
        expect(officer.locator(".field .returned")).to_contain_text(remark)
    expect(officer.locator(".owed > li").filter(has_text=remark)).to_have_count(0)


def return_what_waits(page: Page, remark: str) -> None:
    """The newest report of the queue is the one that was just sent."""
    page.goto("/desk/checking/")
    page.locator("main a[href^='/desk/checking/']").last.click()
    page.locator("[type=radio][value=return]").last.check()
    page.locator(".judged input[name^=because-]").last.fill(remark)
    page.locator("form .do button.primary").click()
    expect(page).not_to_have_url(re.compile(r"/desk/checking/[0-9a-f-]{36}/$"))


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_two_on_one_form_see_both_versions_and_choose(visit, choice):
    first, second = visit(OFFICER), visit(OFFICER, viewport=PHONE)
    with taken_back(first):
        for page in (first, second):
            open_cell(page)
        field(first).fill(DAY.isoformat())
        store(first)
        stored(first)
        yesterday = DAY.replace(day=DAY.day - 1) if DAY.day > 1 else DAY.replace(day=2)
        field(second).fill(yesterday.isoformat())
        store(second)

        both = second.locator(".alarm table")
        expect(both).to_contain_text(f"{DAY:%d/%m/%Y}")
        expect(both).to_contain_text(f"{yesterday:%d/%m/%Y}")
        assert not scrolls_sideways(second)
        if choice == "mine":
            field(second, "because").fill("Theo biên bản")
        second.locator(f"button[value={choice}]").click()
        stored(second)
        open_cell(second)
        expected = yesterday if choice == "mine" else DAY
        expect(field(second)).to_have_value(expected.isoformat())


@screens
def test_answers_without_javascript(visit, screen):
    page = visit(OFFICER, java_script_enabled=False, viewport=screen)
    with taken_back(page):
        page.goto("/my/")
        line = page.locator(".owed details").filter(has=page.locator(f"[name='{CELL}']"))
        if line.get_attribute("open") is None:
            line.locator("summary").click()
        field(page).fill(DAY.isoformat())
        line.locator("button.primary").click()
        stored(page)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/my/?facility={OTHER}", 404),
        ("/my/connections/1000000/", 404),
        ("/desk/", 403),
        ("/desk/certificates/", 403),
    ],
)
def test_is_refused_what_is_not_the_own(visit, path, status):
    page = visit(OFFICER)
    answer = page.goto(path)

    assert answer.status == status
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("form.cells").count() == 0


def test_is_refused_the_rows_of_another_facility_in_words(visit):
    page = visit(OFFICER)
    page.goto(f"/facilities/{OWN}/")
    sentence = words(
        "The rows behind these figures are shown to the facility itself, the Department of Health"
        " and the leaders of the province."
    )
    expect(page.locator("main")).not_to_contain_text(sentence)
    page.goto(f"/facilities/{OTHER}/")
    expect(page.locator("main")).to_contain_text(sentence)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/my/", "/my/certificates/", "/my/waiting/handed-over/", "/my/procurements/"]
)
def test_is_open_to_readers_with_a_disability(visit, path, scheme):
    page = visit(OFFICER, color_scheme=scheme, viewport=PHONE)
    page.goto(path)
    for line in page.locator(".owed details").all():
        line.evaluate("line => { line.open = true; }")

    assert barriers(page) == ""
    assert not scrolls_sideways(page)
