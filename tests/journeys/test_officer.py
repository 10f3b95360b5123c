"""The IT officer of one facility: sees the own house in full and the others from outside."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import (
    OTHER,
    OWN,
    PHONE,
    SESSION,
    WIDE,
    headline,
    scrolls_sideways,
    words,
)

OFFICER = "lucnam"
ON = "?on=2025-05-21"

screens = pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])


@screens
def test_sees_the_own_facility_down_to_the_names_on_certificates(visit, screen):
    page = visit(OFFICER, viewport=screen)
    page.goto(SESSION)
    expect(headline(page)).to_contain_text("5/17")
    if screen == PHONE:  # where the first rows alone are shown
        page.locator("label[for=all-facilities]").click()
    page.locator(f".matrix a[href*='/{OWN}/']").click()

    for part in ("files", "devices", "funnel", "links", "councils", "history"):
        expect(page.locator(f"section[aria-labelledby={part}]")).to_be_visible()
    page.locator("section[aria-labelledby=funnel] a").first.click()

    holders = page.locator(f"td[data-name='{words('Holder')}']")
    expect(holders.first).to_be_visible()
    assert all(name.strip() for name in holders.all_inner_texts())
    assert not scrolls_sideways(page)


def test_sees_another_facility_from_outside(visit):
    page = visit(OFFICER)
    page.goto(f"/facilities/{OTHER}/{ON}")

    for part in ("line", "measures"):
        expect(page.locator(f"section[aria-labelledby={part}]")).to_be_visible()
    for part in ("files", "devices", "funnel", "links", "councils", "history"):
        expect(page.locator(f"section[aria-labelledby={part}]")).to_have_count(0)
    expect(page.locator("a[href*='/certificates/']")).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        f"/facilities/{OTHER}/certificates/",
        "/councils/",
        "/obstacles/",
        "/directives/",
        "/deadlines/",
        "/alerts/",
        "/admin/",
        "/admin/rollout/milestoneevent/add/",
    ],
)
def test_is_turned_away_politely(visit, path):
    page = visit(OFFICER)

    answer = page.goto(path)

    assert answer.status == 403
    expect(page.locator("h1")).to_have_text(words("This page is not open to your role"))
    page.locator("main a").click()
    expect(headline(page)).to_be_visible()


def test_is_offered_only_what_opens(visit):
    page = visit(OFFICER)
    page.goto(SESSION)
    offered = page.locator("a[href^='/']").evaluate_all(
        "links => [...new Set(links.map(link => link.href))]"
    )

    statuses = {address: page.request.get(address).status for address in offered}

    assert len(statuses) > 20
    assert {address for address, status in statuses.items() if status != 200} == set()
