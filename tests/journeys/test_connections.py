"""Signals of a connection, calls of other systems, and what if a date moved."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.browsing import (
    OWN,
    PHONE,
    barriers,
    fill_in,
    scrolls_sideways,
    store,
    words,
    work,
)

OFFICER, DEPARTMENT, LEADER = "lucnam", "soyte", "lanhdao"
CONNECTION = f"/connections/{OWN}/bach-mai/"
FORECAST = "/forecast/?on=2025-05-21"


def shown_once(page: Page) -> str:
    """The address on the page that tells it, and on no page after it."""
    address = page.locator(".secret").first.inner_text()
    expect(page.locator(".secret").last).to_contain_text(address)
    assert not scrolls_sideways(page)
    page.locator("main .button").click()
    expect(page.locator("#work")).to_be_visible()
    assert address.rsplit("/", 1)[1] not in page.content()
    return address


def test_a_connection_gets_an_address_lives_and_loses_it(visit):
    department, officer, gateway = visit(DEPARTMENT), visit(OFFICER, viewport=PHONE), visit()

    def call(address: str, method: str = "POST"):
        return gateway.request.fetch(f"{address}?sent=12&errors=0", method=method)

    department.goto(CONNECTION)
    issue = work(department, "issue")
    fill_in(issue, interval_minutes="0", grace_minutes="45")
    store(issue)
    issue = work(department, "issue")
    expect(issue.locator(".wrong [name=interval_minutes]")).to_have_value("0")
    expect(issue.locator(".wrong [name=interval_minutes]")).to_be_focused()
    expect(issue.locator("[name=grace_minutes]")).to_have_value("45")
    fill_in(issue, interval_minutes="60")
    store(issue)
    assert barriers(department) == ""
    first = shown_once(department)
    expect(department.locator("dl.facts")).to_contain_text(
        words("first sign awaited", context="gateway")
    )

    for method in ("GET", "HEAD", "POST"):
        assert call(first, method).status == 204
    assert call(first, "PUT").status == 405
    department.goto("/connections/?show=live")
    line = department.locator("tbody tr")
    expect(line).to_have_count(1)
    expect(line.locator("svg.strip")).to_be_visible()
    line.get_by_role("link").click()
    expect(department.locator("dl.facts")).to_contain_text(words("active", context="gateway"))
    expect(department.locator("tbody tr").first).to_contain_text("36")
    department.go_back()
    expect(line).to_have_count(1)

    # The officer of the facility replaces it on a phone, and in the end takes it away.
    officer.goto(CONNECTION)
    replace = work(officer, "issue")
    fill_in(replace, interval_minutes="30")
    store(replace)
    replace = work(officer, "issue")
    expect(replace.locator(".wrong [name=because]")).to_be_focused()
    expect(replace.locator("[name=interval_minutes]")).to_have_value("30")
    fill_in(replace, because="Đổi máy chủ kết nối")
    store(replace)
    second = shown_once(officer)
    assert (call(first).status, call(second).status) == (404, 204)
    officer.reload()
    assert not scrolls_sideways(officer)
    assert barriers(officer) == ""
    expect(officer.locator("#earlier ~ .list")).to_contain_text("Đổi máy chủ kết nối")

    revoke = work(officer, "revoke")
    fill_in(revoke, because="Chỉ là thử nghiệm")
    store(revoke)
    expect(officer.locator("main .nothing")).to_be_visible()
    answers = [call(address) for address in (first, second, f"{second[:-6]}nobody")]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body() for answer in answers}) == 1


def test_another_system_is_added_called_and_called_no_more(visit):
    page = visit(DEPARTMENT, viewport=PHONE)
    name = "Trục liên thông thử"
    page.goto("/desk/webhooks/")
    add = work(page, "add")
    fill_in(add, name=name, url="chưa biết")
    store(add)
    expect(add.locator(".wrong [name=url]")).to_have_value("chưa biết")
    expect(add.locator(".wrong [name=url]")).to_be_focused()
    expect(add.locator("[name=name]")).to_have_value(name)
    fill_in(add, url="http://127.0.0.1:9/mot-dia-chi-dai-cua-he-thong-khac/nhan-canh-bao/v1")
    store(add)
    key = page.locator(".secret").inner_text()
    assert key.startswith("whsec_")
    assert not scrolls_sideways(page)
    assert barriers(page) == ""
    page.locator("#secret ~ .acts a").click()
    expect(page.locator(".secret")).to_have_count(0)
    page.go_back()
    expect(page.locator("h1")).to_be_visible()
    assert key not in page.content()

    page.goto("/desk/webhooks/")
    system = page.locator("tbody tr").filter(has=page.locator("button[value=end]"))
    call = page.locator("section tbody tr").filter(has_text=name)
    system.locator("button[value=test]").click()
    expect(call).to_have_count(1)
    call.locator("summary").click()
    expect(call.locator("code")).to_contain_text('"type": "test"')
    assert not scrolls_sideways(page)
    assert barriers(page) == ""
    system.locator("button[value=end]").click()
    expect(system).to_have_count(0)
    expect(call).to_contain_text(words("the address is called no more"))


def test_a_what_if_says_beside_the_question_who_becomes_late(visit):
    page = visit(LEADER, viewport=PHONE)
    page.goto(FORECAST)
    question = page.locator("section", has=page.locator("#what-if"))
    choice = page.locator("#shift option").filter(has_text="BG-2025-03")
    page.locator("#shift").select_option(value=choice.get_attribute("value"))
    page.locator("#to").fill("2025-05-20")
    page.keyboard.press("Enter")
    error = question.get_by_role("alert")
    expect(error).to_be_in_viewport()
    expect(page.locator("#to")).to_have_value("2025-05-20")
    expect(page.locator("#shift option:checked")).to_contain_text("BG-2025-03")

    page.locator("#to").fill("2025-08-29")
    question.get_by_role("button").click()
    answer = question.locator("li")
    expect(answer).to_be_in_viewport()
    expect(answer).to_contain_text("Bệnh viện Phổi")
    expect(answer).to_contain_text(words("becomes late"))
    assert not scrolls_sideways(page)
    assert barriers(page) == ""
    expect(page.locator(".band")).to_contain_text("21/05/2025")
    page.emulate_media(media="print")
    expect(page.get_by_text(words("This is a what-if: nothing of it is saved."))).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("link", name=words("Back to the forecast")).click()
    expect(question.locator("li")).to_have_count(0)
    page.go_back()
    expect(answer).to_contain_text(re.compile(r"\+\d+"))
