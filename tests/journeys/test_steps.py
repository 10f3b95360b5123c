"""The next step of a tender, with its paper, on a phone: counted in taps and in fields."""

import re

from playwright.sync_api import expect

from tests.journeys.browsing import PHONE, barriers, scrolls_sideways, today, words
from tests.papers import JPEG

LONG = 30_000  # milliseconds; a photo is stored and checked before the page answers
MOST_TAPS, MOST_FIELDS = 4, 5


class Counted:
    """What a person does, counted."""

    def __init__(self) -> None:
        self.taps = self.fields = 0

    def tap(self, target) -> None:
        self.taps += 1
        target.click()

    def fill(self, target, value) -> None:
        self.fields += 1
        if isinstance(value, bytes):
            file = {"name": "IMG_0042.jpg", "mimeType": "image/jpeg", "buffer": value}
            target.set_input_files(file)
        else:
            target.fill(value)


def test_records_the_next_step_of_the_own_file_with_its_paper(visit):
    page, person = visit("lucnam", viewport=PHONE), Counted()
    page.goto("/my/")
    line = page.locator("a[href*='/my/procurements/'][href$='/step/']").first
    label = line.inner_text()
    person.tap(line)
    expect(page.locator("h1")).to_have_text(label)
    assert not scrolls_sideways(page)
    assert barriers(page) == ""
    file = re.sub(r"step/.*", "", page.url)

    form = page.locator("form.step")
    day = form.locator("input[type=date][name^=reached-]")
    code = day.get_attribute("name")
    person.fill(day, today())
    person.fill(form.locator("input.num"), "1.250.000.000")
    person.fill(form.locator("[name=number]"), "31/BB-TTYT")
    person.fill(form.locator("[name=issuer]"), "Trung tâm Y tế Lục Nam")
    person.fill(form.locator("[name=file]"), JPEG)
    person.tap(form.get_by_role("button", name=words("Save"), exact=True))
    expect(page.locator("main .note[role=status]")).to_contain_text(
        words("Saved and reported to the Department."), timeout=LONG
    )
    print(f"advance a step: {person.taps} taps, {person.fields} fields")
    assert person.taps <= MOST_TAPS
    assert person.fields <= MOST_FIELDS

    # It stands with its paper, and is taken back so that others find the house as it was.
    page.goto(file)
    expect(page.locator("section .list")).to_contain_text("1.250.000.000")
    for name in (code, page.locator("input.num[name=paid]").get_attribute("name")):
        page.locator(f"form.cells [name='{name}']").fill("")
    page.locator("[name=because]").fill("Chỉ là thử nghiệm")
    page.locator("form.cells .do button.primary").click()
    expect(page).to_have_url(re.compile(r"/my/\?facility="), timeout=LONG)
