"""A clerk answers a line of what is to be done where it stands, and what was asked is asked no more."""

from playwright.sync_api import expect

from tests.journeys.browsing import PHONE, WIDE, barriers, scrolls_sideways, today, words


def test_a_clerk_answers_a_line_in_its_place(visit):
    page = visit("soyte", viewport=WIDE)
    page.goto("/todo/?when=late")
    lines = page.locator("ol.todo > li")
    what = lines.first.locator(".what b").inner_text()
    asked = page.locator("ol.todo .what b").filter(has_text=what)
    assert barriers(page) == ""
    # Two clicks and one field, from the list.
    lines.first.locator(".do a").click()
    form = page.locator("ol.todo form")
    expect(form).to_have_count(1)
    assert barriers(page) == ""
    page.set_viewport_size(PHONE)
    assert not scrolls_sideways(page)
    form.locator("input[type=date]").first.fill(today())
    form.get_by_role("button", name=words("Save"), exact=True).click()
    expect(page.locator("main .note[role=status]")).to_contain_text(words("Saved."))
    assert page.url.endswith("/todo/?when=late")
    expect(asked).to_have_count(0)

    # It is taken back, so that others find the house as it was.
    page.goto("/desk/acts/")
    page.locator("main tbody a[href*='/desk/acts/']").first.click()
    page.locator("details.panel summary").click()
    page.locator("#because").fill("Chỉ là thử nghiệm")
    page.locator("details.panel button").click()
    expect(page.locator("main .note").first).to_be_visible()
    page.goto("/todo/?when=late")
    expect(asked).to_have_count(1)
