"""Councils, obstacles, directives, sessions and papers, as leader and Department go through them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import (
    OWN,
    PHONE,
    WIDE,
    barriers,
    fill_in,
    made,
    scrolls_sideways,
    store,
    today,
    words,
    work,
)
from tests.papers import PDF

DEPARTMENT, LEADER, POLICE = "soyte", "lanhdao", "congan"
ON = "?on=2025-05-21"

screens = pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])


def carry_out(page: Page, do: str, **fields) -> None:
    """Do it, and see that it was stored."""
    form = work(page, do)
    fill_in(form, **fields)
    store(form)
    expect(page.locator("main").get_by_text(words("Saved.")).first).to_be_visible()


@screens
def test_the_leader_goes_through_the_programme_and_every_page_fits(visit, screen):
    page = visit(LEADER, viewport=screen)
    for list_page, first in (
        ("/councils/", "main a[href^='/councils/bg-']"),
        ("/obstacles/", "main table a[href^='/obstacles/']"),
        ("/directives/", "main table a[href^='/directives/']"),
        ("/sessions/", "main a[href^='/sessions/']:not([href*=new])"),
    ):
        page.goto(list_page + ON)
        name = page.locator(first).first
        name.click()
        expect(page).not_to_have_url(re.compile(list_page + r"\?"))
        expect(page.locator(".band")).to_contain_text("21/05/2025")
        assert not scrolls_sideways(page), page.url
        if screen is WIDE:
            assert barriers(page) == "", page.url
    page.get_by_role("link", name=words("Brief"), exact=True).click()
    expect(page.locator("main")).to_contain_text("4.187")
    expect(page.locator("main")).to_contain_text("11/17")
    assert not scrolls_sideways(page)
    for path in ("/waiting/", "/papers/"):
        page.goto(path + ON)
        expect(page.locator("h1")).to_be_visible()
        assert not scrolls_sideways(page), path
        assert barriers(page) == "", path


def test_a_number_of_the_brief_opens_to_its_rows_and_back(visit):
    page = visit(LEADER)
    page.goto("/sessions/" + ON)
    page.locator("main a[href^='/sessions/']:not([href*=new])").first.click()
    page.get_by_role("link", name=words("Brief"), exact=True).click()
    number = page.locator("main a", has_text=re.compile(r"^11/17$|^11$")).first
    shown = number.inner_text()
    number.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).to_contain_text(shown.split("/")[0])
    page.go_back()
    expect(page.locator("main")).to_contain_text("4.187")


@screens
def test_the_department_takes_an_obstacle_through_its_life(visit, screen):
    page = visit(DEPARTMENT, viewport=screen)
    code = f"thu-{screen['width']}"
    with made(
        page,
        "/obstacles/new/",
        code=code,
        raised_on=today(),
        name_vi="Thiếu đường truyền dự phòng",
        raised_by="Trung tâm Y tế Lục Nam",
        supplier="Nhà cung cấp đường truyền",
    ) as address:
        expect(page.locator("h1")).to_have_text("Thiếu đường truyền dự phòng")
        carry_out(page, "hold", facilities="Lục Nam", milestone="official", since=today())
        refused = work(page, "hold")
        fill_in(refused, facilities="Lục Nam", milestone="official", since=today())
        store(refused)
        expect(page.locator("main [role=alert], main .error").first).to_be_visible()
        page.goto(f"/facilities/{OWN}/")
        expect(page.locator("main")).to_contain_text("Thiếu đường truyền dự phòng")
        page.goto(address)
        carry_out(page, "urge", whom="Giám đốc chi nhánh", happened_on=today())
        carry_out(page, "clear", cleared_on=today())
        assert not scrolls_sideways(page)
        page.goto(f"/facilities/{OWN}/")
        expect(page.locator("#held")).to_have_count(0)


@screens
def test_the_department_prepares_a_council(visit, screen):
    page = visit(DEPARTMENT, viewport=screen)
    page.goto("/councils/new/")
    fill_in(
        page.locator("form.cells"),
        code=f"thu-{screen['width']}",
        facility="Lục Nam",
        level="facility",
        criteria_set="13/2025",
        place="Hội trường Sở Y tế",
    )
    store(page.locator("form.cells"))
    expect(page.locator("h1")).to_contain_text("Lục Nam")
    fix = work(page, "fix")
    fill_in(fix, scheduled_on=today(), set_on=today())
    store(fix)
    # The gate advises: what is not ready needs a reason, under a name.
    expect(page.locator("main [role=alert], main .error").first).to_be_visible()
    carry_out(page, "fix", scheduled_on=today(), set_on=today(), override="Theo chỉ đạo")
    expect(page.locator("main")).to_contain_text("Theo chỉ đạo")
    carry_out(page, "member", name="Nguyễn Văn A", organisation="Sở Y tế", seat="member")
    carry_out(page, "examined", what="Khoa Nội")
    assert not scrolls_sideways(page)
    with page.expect_download() as download:
        page.locator("a[href*='/papers/invitation.docx']").click()
    assert download.value.path().read_bytes().startswith(b"PK")


def test_a_directive_goes_from_the_leader_to_an_agency_and_is_closed_by_the_department(visit):
    leader, police, department = visit(LEADER), visit(POLICE, viewport=PHONE), visit(DEPARTMENT)
    with made(
        leader,
        "/directives/new/",
        code="thu-chi-dao",
        issued_on=today(),
        text_vi="Tháo gỡ vướng mắc về chữ ký số",
        issued_by="Phó Chủ tịch UBND tỉnh",
        lead="Công an tỉnh",
        coordinating="Bảo hiểm xã hội",
        due_on=today(),
        document_number="99/UBND-KGVX",
    ):
        police.goto("/directives/")
        police.get_by_role("link", name="Tháo gỡ vướng mắc về chữ ký số").click()
        answer = work(police, "answer")
        fill_in(answer, happened_on=today(), note="Đã ban hành hướng dẫn")
        store(answer)
        expect(police.locator("main [role=alert], main .error").first).to_be_visible()
        carry_out(police, "answer", happened_on=today(), note="Đã ban hành hướng dẫn", paper=PDF)
        assert not scrolls_sideways(police)
        department.goto(police.url)
        carry_out(department, "close", happened_on=today())
        expect(department.locator("dl.facts").first).to_contain_text("đúng hạn")
        leader.reload()
        expect(leader.locator("main")).to_contain_text("Đã ban hành hướng dẫn")


@screens
def test_the_department_holds_a_session_and_concludes_it(visit, screen):
    page = visit(DEPARTMENT, viewport=screen)
    with made(
        page,
        "/sessions/new/",
        held_on=today(),
        name_vi="Giao ban triển khai bệnh án điện tử",
        chair="Giám đốc Sở Y tế",
    ) as address:
        carry_out(page, "item", name_vi="Tiến độ chữ ký số")
        page.get_by_role("link", name=words("Brief"), exact=True).click()
        expect(page.locator("main")).to_contain_text("17")
        assert not scrolls_sideways(page)
        page.goto(address)
        carry_out(page, "conclude", text_vi="Các đơn vị báo cáo hằng tuần.")
        expect(page.locator("main")).to_contain_text("Các đơn vị báo cáo hằng tuần.")
        assert not scrolls_sideways(page)


def test_papers_are_fetched_as_word_and_as_pdf(visit):
    page = visit(DEPARTMENT)
    page.goto("/papers/" + ON)
    section = page.locator("section", has=page.locator("#paper-report"))
    for button, start in (("Word (DOCX)", b"PK"), ("PDF", b"%PDF")):
        with page.expect_download() as download:
            section.get_by_role("button", name=button).click()
        assert download.value.path().read_bytes().startswith(start)
