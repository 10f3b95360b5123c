"""The Department of Health: looks after the programme, records what happened, takes back what was wrong."""

from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.journeys.browsing import OWN, SESSION, headline, words

DEPARTMENT, LEADER = "soyte", "lanhdao"
AFTER_COUNCIL = "/?on=2025-05-30"
REASON = "Nhầm cơ sở"


def test_sees_the_state_of_things_at_the_top_of_the_administration(visit):
    page = visit(DEPARTMENT)
    page.goto("/")
    page.locator("details.menu > summary").click()
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
    alerts.locator(".tiles a").first.click()
    expect(page.locator("#result_list tbody tr").first).to_be_visible()


def test_records_what_makes_one_more_facility_official_and_takes_it_back(visit):
    department, leader = visit(DEPARTMENT), visit(LEADER)
    leader.goto(AFTER_COUNCIL)
    expect(headline(leader)).to_contain_text("5/17")

    with official_use(department):
        leader.reload()
        # Without a council that passed it, official use is a word only.
        expect(headline(leader)).to_contain_text("5/17")
        with passed_by_council(department):
            leader.reload()
            expect(headline(leader)).to_contain_text("6/17")
            leader.goto(SESSION)
            expect(headline(leader)).to_contain_text("5/17")

    expect(department.locator("#milestoneevent_form")).to_contain_text(REASON)
    leader.goto(AFTER_COUNCIL)
    expect(headline(leader)).to_contain_text("5/17")


def test_a_reason_must_be_given(visit):
    page = visit(DEPARTMENT)
    with official_use(page):
        take_back(page, because="   ")
        expect(page.get_by_role("alert")).to_contain_text(words("Give the reason."))


def test_a_day_that_is_none_is_refused_beside_its_field(visit):
    page = visit(DEPARTMENT)
    page.goto("/admin/rollout/milestoneevent/add/")
    fill_in(page, facility=OWN, milestone="official", happened_on="31/02/2025")
    page.locator("input[name=_save]").click()

    expect(page.locator(".field-happened_on .errorlist")).to_be_visible()


def official_use(page: Page):
    return recorded(
        page, "milestoneevent", facility=OWN, milestone="official", happened_on="26/05/2025"
    )


def passed_by_council(page: Page):
    return recorded(
        page,
        "councilruling",
        meeting=f"{OWN}-2025-1",
        conclusion="pass",
        happened_on="23/05/2025",
        minutes_number="01/BB-HĐ",
    )


@contextmanager
def recorded(page: Page, table: str, **fields: str):
    """A fact recorded through its form, and taken back in the end."""
    page.goto(f"/admin/rollout/{table}/add/")
    fill_in(page, **fields)
    page.locator("input[name=_continue]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    address = page.url
    try:
        yield
    finally:
        page.goto(address)
        take_back(page, because=REASON)
        expect(page.locator(".messagelist .success")).to_be_visible()


def fill_in(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        field = page.locator(f"form [name={name}]")
        if name in ("facility", "meeting"):
            field.select_option(label=field.locator("option", has_text=value).inner_text())
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def take_back(page: Page, *, because: str) -> None:
    page.get_by_role("link", name=words("Withdraw"), exact=True).click()
    page.locator("#because").fill(because)
    page.locator("form .submit-row input").click()
