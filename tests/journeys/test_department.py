"""The Department of Health: looks after the programme, records what happened, takes back what was wrong."""

from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.journeys.browsing import OWN, SESSION, headline, words

DEPARTMENT, LEADER = "soyte", "lanhdao"
ADD = "/admin/rollout/milestoneevent/add/"


def test_sees_the_state_of_things_at_the_top_of_the_administration(visit):
    page = visit(DEPARTMENT)
    page.goto("/")
    page.locator("details.menu summary").click()
    page.locator("details.menu a[href='/admin/']").click()

    progress, alerts, jobs = (
        page.locator(f"section[aria-labelledby={name}-heading]")
        for name in ("progress", "alerts", "jobs")
    )
    expect(progress).to_contain_text("17")
    assert progress.locator(".tiles li").count() > 5
    expect(alerts.locator(".tiles li")).to_have_count(3)
    counts = [int(text) for text in alerts.locator("strong").all_inner_texts()]
    assert sum(counts) > 0
    assert jobs.locator("tbody tr").count() >= 2
    late = alerts.locator("a").first
    late.click()
    expect(page.locator("#result_list tbody tr").first).to_be_visible()


def test_records_a_milestone_and_takes_it_back(visit):
    department, leader = visit(DEPARTMENT), visit(LEADER)
    leader.goto(SESSION)
    expect(headline(leader)).to_contain_text("5/17")

    with recorded_milestone(department):
        leader.reload()
        expect(headline(leader)).to_contain_text("6/17")
        leader.goto("/?on=2025-05-19")
        expect(headline(leader)).to_contain_text("5/17")

    leader.goto(SESSION)
    expect(headline(leader)).to_contain_text("5/17")
    expect(department.locator("form")).to_contain_text("Nhầm cơ sở")


def test_a_reason_must_be_given(visit):
    page = visit(DEPARTMENT)
    with recorded_milestone(page):
        page.get_by_role("link", name=words("Withdraw"), exact=True).click()
        page.locator("#because").fill("   ")
        page.locator("form .submit-row input").click()
        expect(page.get_by_role("alert")).to_contain_text(words("Give the reason."))


def test_what_cannot_be_is_refused_beside_the_field(visit):
    page = visit(DEPARTMENT)
    page.goto(ADD)
    _fill_in(page, day="31/02/2025")
    page.locator("input[name=_save]").click()

    expect(page.locator(".field-happened_on .errorlist")).to_be_visible()


@contextmanager
def recorded_milestone(page: Page):
    """Official use of one more facility on 20/05/2025, recorded through the form and then withdrawn."""
    page.goto(ADD)
    _fill_in(page, day="20/05/2025")
    page.locator("input[name=_continue]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    address = page.url
    try:
        yield
    finally:
        page.goto(address)
        page.get_by_role("link", name=words("Withdraw"), exact=True).click()
        page.locator("#because").fill("Nhầm cơ sở")
        page.locator("form .submit-row input").click()
        expect(page.locator(".messagelist .success")).to_be_visible()


def _fill_in(page: Page, *, day: str) -> None:
    facility = page.locator("select[name=facility]")
    facility.select_option(label=facility.locator("option", has_text=OWN).inner_text())
    page.locator("input[name=happened_on]").fill(day)
    page.locator("select[name=milestone]").select_option("official")
    page.locator("[name=source]").fill("Báo cáo của đơn vị")
