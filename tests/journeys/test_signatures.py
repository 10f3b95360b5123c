"""A signature from the staff list to the signed copy: the officer asks, a clerk matches, the ward signs."""

import io
import re
from zipfile import ZipFile

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.journeys.browsing import OWN, barriers, fill_in, scrolls_sideways, store, tab_to, words
from tests.papers import PDF

OFFICER, CLERK = "lucnam", "soyte"
NAME, UNIT = "Trịnh Thị Thử", "Khoa Ký thử"
NUMBER, BIRTH = "024189009876", "05/09/1989"
ASKED = "\n".join(
    "\t".join(cells)
    for cells in (
        (
            *("Họ và tên", "Ngày sinh", "Số CCCD", "Ngày cấp", "Nơi cấp", "Email công vụ"),
            *("Khoa, phòng", "Chức vụ"),
        ),
        (NAME, BIRTH, NUMBER, "10/01/2022", "Cục Cảnh sát", "thu@bacgiang.gov.vn", UNIT, "Bác sĩ"),
    )
)
CAME = "\n".join(
    "\t".join(cells)
    for cells in (
        ("Họ và tên", "Số hiệu chứng thư", "Ngày cấp", "Ngày hết hạn"),
        ("Trịnh Thị Thứ", "54019ABCDE77", "{day}", "01/01/2030"),
    )
)


def test_from_the_staff_list_to_the_signed_copy(visit):
    officer, clerk = visit(OFFICER), visit(CLERK)
    acts = 0
    try:
        for page, act in (
            (officer, _enters_a_person),
            (officer, _makes_the_sheet),
            (clerk, _matches_the_list),
            (officer, _brings_the_signed_copy),
        ):
            act(page)
            acts += 1
    finally:
        _take_back(clerk, acts)


def _enters_a_person(page: Page) -> None:
    page.goto("/my/staff/new/")
    form = page.locator("form.cells")
    fill_in(form, name=NAME, unit=UNIT, email="thu@bacgiang.gov.vn")
    store(form)
    expect(page).not_to_have_url(re.compile("/new/"))


def _makes_the_sheet(page: Page) -> None:
    page.goto(f"/facilities/{OWN}/coverage/?show=none")
    expect(page.locator("#rows ~ table")).to_contain_text(NAME)
    assert not barriers(page)
    page.goto(f"/facilities/{OWN}/sheets/01/")
    with page.expect_download() as filling:
        page.get_by_role("link", name=words("Sheet to fill in (XLSX)")).click()
    book = load_workbook(io.BytesIO(filling.value.path().read_bytes()))
    assert NAME in [cell.value for row in book.active.iter_rows() for cell in row]

    page.locator("[name=pasted]").fill(ASKED)
    page.locator("[name=record]").check()
    with page.expect_download() as finished:
        page.get_by_role("button", name=words("Make the sheet and the letter")).click()
    with ZipFile(finished.value.path()) as archive:
        (sheet,) = [name for name in archive.namelist() if name.endswith(".xlsx")]
        cells = [
            str(cell.value)
            for row in load_workbook(io.BytesIO(archive.read(sheet))).active.iter_rows()
            for cell in row
        ]
    assert any(NUMBER in cell for cell in cells)
    assert BIRTH in cells
    page.reload()
    assert NUMBER not in page.content()


def _matches_the_list(page: Page) -> None:
    page.goto(f"/facilities/{OWN}/returned/")
    page.locator("[name=title]").fill("CV 77/CTS")
    today = page.evaluate("new Date().toLocaleDateString('en-GB', {timeZone: 'Asia/Ho_Chi_Minh'})")
    page.locator("[name=pasted]").fill(CAME.format(day=today))
    page.get_by_role("button", name=words("Hold it against the requests")).click()

    # A near name waits for a person's yes, which the keyboard gives.
    line = page.locator("tr", has_text="Trịnh Thị Thứ")
    expect(line).to_contain_text(NAME)
    expect(line.locator("[name=row]")).not_to_be_checked()
    tab_to(page, line.locator("[name=row]"))
    page.keyboard.press("Space")
    meant = line.locator("label", has_text=NAME).locator("input")
    tab_to(page, meant)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name=words("Yes: record what is ticked as issued")))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(words("Every line of this list is settled."))
    assert not barriers(page)


def _brings_the_signed_copy(page: Page) -> None:
    page.goto(f"/facilities/{OWN}/handovers/")
    row = page.locator("tr", has_text=UNIT)
    with page.expect_download() as minutes:
        row.get_by_role("link", name="DOCX").click()
    assert minutes.value.suggested_filename.endswith(".docx")
    row.locator("th a").click()
    form = page.locator("form.cells")
    expect(form).to_contain_text(NAME)
    assert not scrolls_sideways(page)
    fill_in(form, file=PDF)
    page.get_by_role("button", name=words("Save the signed copy")).click()
    expect(page.locator("main")).to_contain_text(
        words("Everybody has signed: these minutes are closed.")
    )


def _take_back(page: Page, acts: int) -> None:
    """The latest first, so that others find the house as it was."""
    page.goto("/desk/acts/")
    links = page.locator("main a[href*='/desk/acts/']")
    latest = links.evaluate_all(
        "all => [...new Set(all.map(one => one.pathname))].filter(one => one.length > 15)"
    )
    for address in latest[:acts]:
        page.goto(address)
        page.locator("details.panel summary").click()
        page.locator("#because").fill("Nhập thử")
        page.get_by_role("button", name=words("Undo"), exact=True).click()
        expect(page.get_by_text(words("This takes back an earlier act."))).to_be_visible()
