"""The vice-chairman in a working session: on the wall, on a phone, on paper."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import (
    OWN,
    PHONE,
    SESSION,
    WIDE,
    barriers,
    figure,
    headline,
    scrolls_sideways,
    sheets,
    sign_in,
    tile,
    words,
)

LEADER, DEPARTMENT = "lanhdao", "soyte"
MOST_BYTES = 100_000
"""Of the leader page on the first visit: three seconds on a poor telephone line."""

screens = pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])


def asked_for(page: Page) -> dict[str, list[str]]:
    """The parameters in the address."""
    return parse_qs(urlsplit(page.url).query)


def test_signs_in_at_the_second_attempt_and_lands_where_he_wanted(visit):
    page = visit()
    page.goto(SESSION)
    sign_in(page, LEADER, "not this one")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(headline(page)).to_have_count(0)

    sign_in(page, LEADER)

    expect(headline(page)).to_be_visible()
    assert asked_for(page) == {"on": ["2025-05-21"]}


@screens
def test_reads_the_figures_of_the_session(visit, screen):
    page = visit(LEADER, viewport=screen)
    page.goto(SESSION)

    expect(headline(page)).to_contain_text("5/17")
    expect(headline(page)).to_contain_text("29,4")
    for code, shown in {
        "servers": "11/17",
        "devices": "17/17",
        "launched": "17/17",
        "official": "5/17",
        "connected_public": "17/17",
        "signatures_registered": "4.187",
    }.items():
        expect(figure(page, code)).to_contain_text(shown)
        if screen is WIDE:
            expect(figure(page, code)).to_be_in_viewport()
    # In ten seconds, without a touch: verdict, the worst three, pace, what to decide.
    finding = page.locator(".finding > li")
    expect(finding).to_have_count(4)
    for line in finding.all():
        expect(line).to_be_in_viewport(ratio=1)
    assert not scrolls_sideways(page)


@screens
def test_follows_a_figure_to_its_rows_to_a_facility_and_back(visit, screen):
    page = visit(LEADER, viewport=screen)
    page.goto(SESSION)
    figure(page, "servers").click()

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("table.stack tbody tr")).to_have_count(17)
    page.locator("a[href*='show=open']").click()
    without = page.locator("table.stack tbody tr")
    expect(without).to_have_count(6)
    name = without.first.locator("a").inner_text()
    without.first.locator("a").click()

    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(".band")).to_contain_text("21/05/2025")
    assert asked_for(page) == {"on": ["2025-05-21"]}
    assert not scrolls_sideways(page)
    page.go_back()
    expect(without).to_have_count(6)
    page.locator(".crumb a").click()
    expect(headline(page)).to_contain_text("5/17")
    assert asked_for(page) == {"on": ["2025-05-21"]}


def test_every_link_of_the_page_keeps_the_day(visit):
    page = visit(LEADER)
    page.goto(f"{SESSION}&compare=2025-02-18")

    # The list of days is there to leave the day; what is in the menu beside it has none.
    links = page.locator(".brand, .nav a, main a:not(.days a)").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    elsewhere = [
        link
        for link in links
        if link.startswith("/") and "on=2025-05-21&compare=2025-02-18" not in link
    ]
    assert len(links) > 40
    assert elsewhere == []


@screens
def test_goes_back_to_the_baseline_and_compares(visit, screen):
    page = visit(LEADER, viewport=screen)
    page.goto(SESSION)
    on, compare = page.locator("#on"), page.locator("#compare")
    show = page.locator("form.asof button")
    now = figure(page, "servers").inner_text()

    page.locator(".asked > summary").click()
    on.fill("2025-02-18")
    show.click()
    expect(page.locator(".band")).to_contain_text("18/02/2025")
    expect(headline(page)).to_contain_text("1/17")
    before = figure(page, "servers").inner_text()
    assert before != now

    page.locator(".asked > summary").click()
    on.fill("2025-05-21")
    compare.fill("2025-02-18")
    show.click()
    expect(headline(page)).to_contain_text("5/17")
    expect(on).to_have_value("2025-05-21")
    expect(compare).to_have_value("2025-02-18")
    change = int(now.partition("/")[0]) - int(before.partition("/")[0])
    expect(tile(page, "servers").locator("summary b")).to_have_text(f"+{change}")
    tile(page, "servers").locator("summary").click()
    expect(tile(page, "servers").locator("details")).to_contain_text("18/02/2025")
    assert not scrolls_sideways(page)


@pytest.mark.parametrize(
    ("parameter", "label"),
    [("on", "Ngày"), ("compare", "So với ngày"), ("known_at", "Số liệu đã nhập đến")],
)
def test_an_impossible_day_is_refused_by_name(visit, parameter, label):
    page = visit(LEADER)

    answer = page.goto(f"/?{parameter}=2025-02-31")

    assert answer.status == 400
    expect(page.locator(".note strong")).to_have_text(label)
    expect(page.locator(".note")).to_contain_text("2025-02-31")
    page.locator("main a").click()
    expect(headline(page)).to_be_visible()


def test_changes_the_language_and_stays(visit):
    page = visit(LEADER)
    address = "/measures/servers/?on=2025-05-21&compare=2025-02-18&show=open"
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("lang", "vi")

    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="6 of 17 facilities")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))

    page.get_by_role("button", name="Tiếng Việt").click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))


@screens
def test_needs_no_javascript(visit, screen):
    page = visit(java_script_enabled=False, viewport=screen)
    page.goto(SESSION)
    sign_in(page, LEADER)
    expect(headline(page)).to_contain_text("5/17")

    tile(page, "servers").locator("summary").click()
    expect(tile(page, "servers").locator("details p").first).to_be_visible()
    cell = page.locator(".matrix details").first
    cell.locator("summary").click()
    expect(cell.locator("p")).to_be_visible()
    cell.locator("summary").click()
    page.locator(".asked > summary").click()
    page.locator("#on").fill("2025-02-18")
    page.locator("form.asof button").click()
    expect(headline(page)).to_contain_text("1/17")
    page.get_by_role("button", name="English").click()
    expect(headline(page)).to_contain_text("1 of 17")
    figure(page, "official").click()
    expect(page.locator("table.stack tbody tr")).to_have_count(17)
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


HELD = (  # a phone, a tablet held upright, a desk
    {"width": 390, "height": 844},
    {"width": 820, "height": 1180},
    {"width": 1440, "height": 900},
)
MOST_SCREENS = 3  # of a phone


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_screen_answers_and_a_phone_holds_all_of_it_on_three(visit, language):
    page = visit(LEADER)
    speak(page, language)
    for held in HELD:
        page.set_viewport_size(held)
        page.goto("/?on=2025-05-21")
        expect(page.locator("html")).to_have_attribute("lang", language)
        verdict, worst, pace, decisions = page.locator(".finding > li").all()
        for line in (headline(page), page.locator(".hero > p"), verdict, worst, pace, decisions):
            expect(line).to_be_in_viewport(ratio=1)
        expect(worst.locator("a[href*='/facilities/']")).to_have_count(3)
        expect(decisions.locator("a[href*='/directives/']").first).to_be_in_viewport(ratio=1)
        if held["width"] == 390:
            height = page.evaluate("document.documentElement.scrollHeight")
            assert height <= MOST_SCREENS * held["height"]
            # What is folded is one touch away.
            facilities = page.locator(".matrix tbody tr:visible")
            expect(facilities).to_have_count(3)
            page.locator("label[for=all-facilities]").click()
            expect(facilities).to_have_count(17)
            expect(page.locator(".chart")).to_be_hidden()
            page.locator("label[for=all-curve]").click()
            expect(page.locator(".chart")).to_be_visible()
        else:
            expect(page.locator(".matrix tbody tr:visible")).to_have_count(17)
            expect(page.locator(".fold:visible")).to_have_count(0)


SMALLEST = """() => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const holder = walk.currentNode.parentElement;
        const box = holder.getBoundingClientRect();
        if (!walk.currentNode.data.trim() || box.width < 2 || !holder.checkVisibility()) continue;
        const drawing = holder.closest("svg");
        const drawn = drawing && drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
        const points = parseFloat(getComputedStyle(holder).fontSize) * (drawn || 1) * 0.75;
        found.push([points, walk.currentNode.data.trim()]);
    }
    return found.sort((a, b) => a[0] - b[0])[0];
}"""
"""The smallest text of what is shown, in points, and the text."""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_prints_both_sides_of_one_sheet_in_readable_type(visit, language):
    page = visit(LEADER)
    speak(page, language)
    page.goto(SESSION + "&compare=2025-02-18")
    expect(page.locator("html")).to_have_attribute("lang", language)

    assert sheets(page.pdf(prefer_css_page_size=True)) == 2
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1047})  # A4 within its margins
    points, text = page.evaluate(SMALLEST)
    assert points >= 8.9, text
    assert page.locator(".matrix tbody tr:visible").count() == 17
    sizes = page.locator(".finding").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert sizes * 0.75 >= 12


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_meeting_asks_one_question_a_screen(visit, scripts):
    page = visit(LEADER, viewport=HELD[1], java_script_enabled=scripts)
    page.goto(SESSION)
    page.get_by_role("link", name=words("For the meeting")).click()
    screens = page.locator(".screen")
    expect(screens).to_have_count(7)
    assert asked_for(page) == {"on": ["2025-05-21"]}
    expect(screens.first).to_contain_text("5/17")
    if not scripts:
        page.locator(".next a").first.click()
        expect(screens.nth(1).locator("h2")).to_be_in_viewport()
        return
    points, text = page.evaluate(
        SMALLEST.replace("document.body", "document.querySelector('main')")
    )
    assert points >= 18 * 0.75, text
    screens.first.evaluate("screen => screen.scrollIntoView()")
    for key, index in (("ArrowRight", 1), ("PageDown", 2), ("ArrowLeft", 1)):
        page.keyboard.press(key)
        expect(screens.nth(index).locator("h2")).to_be_in_viewport()
    assert not scrolls_sideways(page)
    assert barriers(page) == ""


def speak(page: Page, language: str) -> None:
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": page.watch.site}]
    )


WIDTHS = (360, 390, 768, 820, 1024)  # phones, a tablet held upright, an old screen


TOO_SMALL = """wanted => {
    const tall = (element) => {
        const own = element.getBoundingClientRect().height;
        const reach = getComputedStyle(element, "::after");
        return Math.max(own, reach.position === "absolute" ? parseFloat(reach.height) || 0 : 0);
    };
    const alone = "button, .button, select, input:not([type=hidden], [type=checkbox], [type=radio]), summary";
    return [...document.querySelectorAll(alone)]
        .filter((e) => e.checkVisibility() && !e.closest(".hush") && e.getBoundingClientRect().width > 1)
        .filter((e) => tall(e) < wanted - 0.5)
        .map((e) => [e.outerHTML.slice(0, 100), Math.round(tall(e))]);
}"""
"""What is pressed on its own and is lower than so many pixels; links in a sentence are as tall as it."""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_page_scrolls_sideways_at_any_width(visit, language):
    page = visit(DEPARTMENT)
    speak(page, language)
    wide, small = [], []
    for path in (
        "/",
        "/meeting/",
        "/money/",
        "/todo/",
        "/inbox/",
        "/measures/progress/",
        "/compare/",
        "/timeline/",
        "/forecast/",
        "/month/",
        "/measures/signatures_registered/",
        "/figures/device/tablet/",
        f"/facilities/{OWN}/",
        f"/facilities/{OWN}/certificates/",
        "/councils/",
        "/obstacles/",
        "/directives/",
        "/sessions/",
        "/deadlines/",
        "/alerts/",
        "/connections/",
        "/papers/",
        "/search/",
        "/desk/",
        "/desk/facilities/",
        "/desk/assets/",
        "/desk/procurements/",
        "/desk/councils/",
        "/desk/kinds/",
        "/desk/shortfalls/",
        "/desk/reporting/",
        "/imports/",
        "/desk/contradictions/",
        "/desk/checking/",
        "/copy/",
        "/account/",
        "/nation/",
        "/waiting/",
        "/campaigns/",
        "/people/new/",
        "/councils/criteria/",
        "/councils/new/",
        "/obstacles/new/",
        "/directives/new/",
        "/sessions/new/",
        "/papers/report/issue/",
    ):
        answer = page.goto(f"{path}?on=2025-05-21&compare=2025-02-18")
        assert answer.status == 200, path
        expect(page.locator("h1").first).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if scrolls_sideways(page):
                wide.append((width, path))
            for wanted, at in ((44, 390), (24, 1024)):
                if width == at:
                    small += [(path, *one) for one in page.evaluate(TOO_SMALL, wanted)]
    assert wide == []
    assert small == []


def test_the_first_visit_is_light(visit):
    page = visit(LEADER)
    page.goto(SESSION, wait_until="networkidle")

    assert len(page.watch.arrived) > 5
    assert page.watch.bytes < MOST_BYTES


def test_finds_the_way_with_the_keyboard(visit):
    page = visit(LEADER)
    page.goto(SESSION)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=words("Skip to the content"))).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    first = figure(page, "servers")
    for _stop in range(40):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    expect(first).to_be_focused()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/measures/servers/"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/measures/servers/",
        "/measures/signatures_registered/",
        f"/facilities/{OWN}/",
        f"/facilities/{OWN}/certificates/",
    ],
)
def test_is_open_to_readers_with_a_disability(visit, path, scheme):
    page = visit(LEADER, color_scheme=scheme)
    page.goto(f"{path}?on=2025-05-21&compare=2025-02-18")

    assert barriers(page) == ""


def test_signing_in_is_open_to_readers_with_a_disability(visit):
    page = visit()
    page.goto("/")
    assert barriers(page) == ""
    sign_in(page, LEADER, "not this one")
    expect(page.get_by_role("alert")).to_be_visible()

    assert barriers(page) == ""


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_timeline_shows_each_facilitys_way_and_one_milestone_of_all(visit, size):
    page = visit("lanhdao", viewport=size)
    page.goto("/timeline/?on=2025-05-21")
    lanes = page.locator(".lanes tbody tr")
    expect(lanes).to_have_count(17)
    expect(lanes.first.locator("svg.lane .forecast")).to_have_count(1)
    assert lanes.first.locator("svg.lane use").count() > 2
    assert not scrolls_sideways(page)
    assert barriers(page) == ""
    page.get_by_role("link", name=words("Launch"), exact=True).click()
    expect(lanes.first).to_contain_text("+28")
    assert lanes.first.locator("svg.lane use").count() == 1
    lanes.first.get_by_role("link").click()
    expect(page.locator("#line")).to_be_in_viewport()
    page.go_back()
    expect(lanes.first).to_contain_text("+28")


COPY_IS_KEPT = """async () => {
    const [worker, kept] = [await navigator.serviceWorker.getRegistration(), await caches.keys()];
    return Boolean(worker?.active && kept.includes("copy"));
}"""


def test_without_a_connection_the_last_summary_and_brief_show_until_he_signs_out(visit):
    """He signs in by himself: signing out must not end what others' journeys are signed in with."""
    page = visit(viewport=PHONE)
    page.goto("/sign-in/?next=/")
    sign_in(page, LEADER)
    expect(headline(page)).to_be_visible()
    assert eventually(page, COPY_IS_KEPT)

    page.context.set_offline(True)
    for address in ("/", "/councils/"):
        page.goto(address)
        expect(page).to_have_title(re.compile(words("Offline copy")))
        expect(headline(page)).to_contain_text("5/17")
        expect(page.locator(".finding > li").first).to_be_visible()
        expect(
            page.locator(".brief h3", has_text=words("Changes since the previous session"))
        ).to_be_visible()
        expect(page.locator("main a[href^='/'], a[href^='tel:'], form[method=post]")).to_have_count(
            0
        )
        assert not scrolls_sideways(page)
    page.context.set_offline(False)

    page.goto("/councils/")
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name=words("Sign out")).click()
    expect(page.get_by_role("heading", name=words("Sign in"))).to_be_visible()
    assert eventually(
        page, f"async () => !(await ({COPY_IS_KEPT})()) && !(await caches.keys()).length"
    )
    page.watch.complaints.clear()  # a browser notes that it was offline


def eventually(page: Page, found: str) -> bool:
    """What a page does by itself after it is shown, waited for within the page."""
    return page.evaluate(
        f"""async () => {{
            const found = {found};
            for (let left = 100; left; left--) {{
                if (await found()) return true;
                await new Promise((again) => setTimeout(again, 50));
            }}
            return false;
        }}"""
    )
