"""Reminders, their ladder and their mail, the calendar they are counted by, and feeds to subscribe to."""

import re

import icalendar
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.browsing import (
    OWN,
    PHONE,
    WIDE,
    barriers,
    fill_in,
    made,
    scrolls_sideways,
    sheets,
    store,
    tab_to,
    today,
    words,
    work,
)

OFFICER, DEPARTMENT, LEADER, POLICE = "lucnam", "soyte", "lanhdao", "congan"
ON = "?on=2025-05-21"
PAGES = {
    OFFICER: ("/inbox/", f"/connections/{OWN}/bach-mai/"),
    LEADER: ("/inbox/", "/connections/"),
    DEPARTMENT: (
        "/inbox/",
        "/desk/ladder/",
        "/desk/ladder/?rule=milestone",
        "/desk/outbox/",
        "/desk/webhooks/",
        "/desk/calendar/",
        f"/connections/{OWN}/bach-mai/",
        f"/forecast/{ON}",
    ),
}


def speak(page: Page, language: str, site: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": site}])


@pytest.mark.parametrize("who", PAGES)
def test_pages_fit_both_screens_in_both_languages_and_hinder_nobody(visit, site, who):
    page = visit(who)
    wide, found = [], {}
    for path in PAGES[who]:
        for language in ("en", "vi"):
            speak(page, language, site)
            page.goto(path)
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.locator("h1")).to_be_visible()
            for screen in (WIDE, PHONE):
                page.set_viewport_size(screen)
                if scrolls_sideways(page):
                    wide.append((path, language, screen["width"]))
            if language == "vi" and (hindered := barriers(page)):
                found[path] = hindered
    assert wide == []
    assert found == {}


def reminders(page: Page) -> Locator:
    return page.locator("main > .frame > .worked > li")


@pytest.mark.parametrize("scripted", [True, False], ids=["with-script", "without"])
def test_an_officer_puts_a_reminder_off_for_too_long_and_loses_nothing(visit, scripted):
    page = visit(OFFICER, viewport=WIDE if scripted else PHONE, java_script_enabled=scripted)
    page.goto("/inbox/")
    expect(reminders(page).first.get_by_text(words("I'll handle this"))).to_be_visible()
    row = reminders(page).last
    told = row.locator("a").first.inner_text()
    row.locator("summary").click()
    row.locator("[name=until]").fill("2099-01-01")
    row.locator("[name=because]").fill("Nhà thầu xin lùi")
    row.get_by_role("button", name=words("Remind me later")).click()

    refused = page.locator(".worked li", has=page.locator(".error"))
    expect(refused).to_have_count(1)
    expect(refused.locator("a").first).to_have_text(told)
    expect(refused.locator(".wrong").get_by_role("alert")).to_be_visible()
    expect(refused.locator("[name=until]")).to_have_value("2099-01-01")
    expect(refused.locator("[name=until]")).to_be_focused()
    expect(refused.locator("[name=because]")).to_have_value("Nhà thầu xin lùi")
    assert not scrolls_sideways(page)


def test_a_reminder_leads_to_what_it_is_about_and_back(visit):
    page = visit(LEADER, viewport=PHONE)
    page.goto("/inbox/")
    count = reminders(page).count()
    assert count > 5
    expect(page.locator(".worked small .is-late").first).to_contain_text(
        re.compile(r"\d\d/\d\d/\d{4}")
    )
    reminders(page).nth(3).locator("a").click()
    expect(page).not_to_have_url(re.compile("/inbox/"))
    expect(page.locator("h1")).to_be_visible()
    page.go_back()
    expect(reminders(page)).to_have_count(count)
    # What stands below a long list is a tap away.
    page.locator(".choices").get_by_role("link", name=words("Mail"), exact=True).click()
    expect(page.locator("#box")).to_be_in_viewport()


def test_the_inbox_needs_no_mouse(visit):
    page = visit(OFFICER)
    page.goto("/inbox/")
    row = reminders(page).first
    tab_to(page, row.locator("summary"))
    page.keyboard.press("Enter")
    tab_to(page, row.locator("[name=because]"))
    page.keyboard.type("Gõ bằng bàn phím")
    expect(row.locator("[name=because]")).to_have_value("Gõ bằng bàn phím")
    panel = page.locator("details.panel").first
    tab_to(page, panel.locator("summary"))
    page.keyboard.press("Enter")
    tab_to(page, panel.locator("[name=ceiling]"))


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (OFFICER, "/inbox/"),
        (DEPARTMENT, "/desk/ladder/"),
        (DEPARTMENT, "/desk/calendar/"),
        (LEADER, "/forecast/" + ON),
    ],
)
def test_a_printed_page_has_no_controls(visit, who, path):
    page = visit(who)
    page.goto(path)
    page.emulate_media(media="print")
    expect(
        page.locator("main button:visible, main input:visible, main summary:visible")
    ).to_have_count(1 if "forecast" in path else 0)  # the durations may be opened
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("link", name=words("Change"), exact=True)).to_have_count(0)
    assert 1 <= sheets(page.pdf(prefer_css_page_size=True)) <= 3


def test_a_test_message_waits_in_the_outbox(visit):
    person, department = visit(POLICE, viewport=PHONE), visit(DEPARTMENT, viewport=PHONE)
    person.goto("/inbox/")
    box = work(person, "box")
    fill_in(box, ceiling="99")
    store(box)
    wrong = person.locator(".field.wrong", has=person.locator("[name=ceiling]"))
    expect(wrong.get_by_role("alert")).to_be_visible()
    expect(wrong.locator("[name=ceiling]")).to_have_value("99")
    expect(person.locator("[name=email]")).to_be_focused()  # mail is wanted: to which address?
    fill_in(work(person, "box"), ceiling="5", email="can-bo@congan.example.vn")
    store(work(person, "box"))
    try:
        person.get_by_role("button", name=words("Send me a test")).click()
        department.goto("/desk/outbox/")
        line = department.locator("tbody tr").first
        expect(line).to_contain_text("Công an tỉnh")
        expect(line).to_contain_text("đang chờ")
        assert not scrolls_sideways(department)
        assert barriers(department) == ""
    finally:
        person.goto("/inbox/")
        fill_in(work(person, "box"), by_mail=words("Also by e-mail"), email="")
        store(work(person, "box"))
        expect(person.get_by_role("button", name=words("Send me a test"))).to_have_count(0)


def rule(page: Page, code: str) -> Locator:
    return page.locator("tbody tr", has=page.locator(f'a.act[href="?rule={code}"]'))


def step(page: Page, number: int, name: str) -> Locator:
    return page.locator(f"[name=steps-{number}-{name}]")


def store_steps(page: Page, because: str) -> None:
    page.locator("[name=because]").fill(because)
    page.locator("button[value=set]").click()
    expect(page.get_by_role("status").filter(has_text=words("Saved."))).to_be_visible()


def test_the_department_changes_a_rule_of_the_ladder_and_changes_it_back(visit):
    page = visit(DEPARTMENT)
    page.goto("/desk/ladder/")
    before = rule(page, "milestone").locator("li").all_inner_texts()
    rule(page, "milestone").locator("a.act").click()
    expect(step(page, 0, "days")).to_have_value("10")
    page.go_back()
    expect(step(page, 0, "days")).to_have_count(0)
    page.go_forward()

    step(page, 1, "days").fill("")
    step(page, 1, "who").select_option("head")
    page.locator("button[value=preview]").click()
    expect(page.locator(".wrong", has=step(page, 1, "days")).get_by_role("alert")).to_be_visible()
    expect(step(page, 1, "who")).to_have_value("head")
    step(page, 1, "days").fill("1")
    step(page, 1, "who").select_option("officer")
    step(page, 0, "DELETE").check()
    page.locator("button[value=preview]").click()
    expect(page.locator("section .note")).to_contain_text(re.compile(r"\d"))
    expect(step(page, 0, "DELETE")).to_be_checked()
    assert rule(page, "milestone").locator("li").all_inner_texts() == before
    page.locator("button[value=set]").click()
    because = page.locator(".field.wrong", has=page.locator("[name=because]"))
    expect(because.get_by_role("alert")).to_be_visible()

    store_steps(page, "Bớt một lần nhắc")
    try:
        expect(rule(page, "milestone")).to_contain_text(words("changed by the Department"))
        assert rule(page, "milestone").locator("li").all_inner_texts() == before[1:]
    finally:
        page.goto("/desk/ladder/?rule=milestone")
        spare = len(before) - 1
        for field, value in (("when", "before"), ("who", "officer"), ("loud", "notice")):
            step(page, spare, field).select_option(value)
        step(page, spare, "days").fill("10")
        store_steps(page, "Chỉ là thử nghiệm")
    assert rule(page, "milestone").locator("li").all_inner_texts() == before


def test_the_department_enters_a_day_off_and_withdraws_it(visit):
    page = visit(DEPARTMENT, viewport=PHONE)
    page.goto("/desk/calendar/?year=2028")
    count = page.locator("h1 + p").inner_text()
    enter = work(page, "enter")
    fill_in(enter, lines="15/11/2028; nghỉ", source="Chỉ là thử nghiệm")
    store(enter)
    enter = work(page, "enter")
    expect(enter.locator(".field.wrong [name=lines]")).to_have_value("15/11/2028; nghỉ")
    expect(enter.locator("[name=source]")).to_have_value("Chỉ là thử nghiệm")
    fill_in(enter, lines="15/11/2028; nghỉ; Nghỉ thử")
    store(enter)
    expect(page.locator("h1")).to_contain_text("2028")
    entry = page.locator(".worked li", has_text="Nghỉ thử")
    try:
        expect(page.locator(".month td.off")).to_have_text("15: Nghỉ thử")
        assert page.locator("h1 + p").inner_text() != count
        assert not scrolls_sideways(page)
        assert barriers(page) == ""
    finally:
        entry.locator("summary").click()
        entry.locator("[name=because]").fill("Chỉ là thử nghiệm")
        entry.get_by_role("button").click()
        expect(entry).to_have_count(0)
    expect(page.locator("h1 + p")).to_have_text(count)


def subscribe(page: Page, kind: str) -> str:
    """A new address, which is shown on this page only."""
    page.goto("/inbox/")
    form = work(page, "feed")
    fill_in(form, kind=kind, language="vi")
    store(form)
    return page.locator(".secret").inner_text()


def test_a_leader_subscribes_to_the_calendar_and_revokes_it(visit):
    department, page, program = visit(DEPARTMENT), visit(LEADER, viewport=PHONE), visit()
    address = subscribe(page, "calendar")
    assert not scrolls_sideways(page)
    assert barriers(page) == ""
    page.locator("main .button").click()
    expect(page.locator("#feeds")).to_be_visible()
    assert address.rsplit("/", 1)[1].removesuffix(".ics") not in page.content()

    def read() -> dict[str, str]:
        answer = program.request.get(address)
        assert answer.status == 200
        found = icalendar.Calendar.from_ical(answer.body()).walk("VEVENT")
        return {str(event["SUMMARY"]): str(event["STATUS"]) for event in found}

    name = "Giao ban thử trên lịch"
    with made(department, "/sessions/new/", held_on=today(), name_vi=name, chair="Giám đốc"):
        assert [state for what, state in read().items() if name in what] == ["CONFIRMED"]
    assert "CONFIRMED" not in [state for what, state in read().items() if name in what]

    page.locator("section", has=page.locator("#feeds")).get_by_role(
        "button", name=words("Revoke")
    ).click()
    expect(page.locator("#feeds ~ .worked")).to_have_count(0)
    gone, never = program.request.get(address), program.request.get(f"{address[:-9]}nothing.ics")
    assert (gone.status, gone.body()) == (404, never.body()) == (never.status, gone.body())
