"""A real Chromium: the system's own, so that no browser is downloaded."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests import product
from tests.journeys.browsing import CHROMIUM, HERE, QUIET, Watch, sign_in

# Playwright's synchronous interface runs inside an event loop, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PATIENCE = 10_000  # milliseconds; a missing button should not hold up the others for long


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker("journey")
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, **HERE}


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the product, started once: people come to a house that is already running.

    Whoever changes a fact on a journey takes the change back, so that the figures stand for others.
    """
    with product.running() as address:
        yield address


@pytest.fixture(scope="session")
def signed_in(site, browser, browser_context_args) -> Callable[[str], dict]:
    """`signed_in(username)`: the cookies of that demo user, who signs in only once."""
    kept: dict[str, dict] = {}

    def state(username: str) -> dict:
        if username not in kept:
            context = browser.new_context(**browser_context_args, base_url=site)
            page = context.new_page()
            page.goto("/sign-in/?next=/")
            sign_in(page, username)
            page.wait_for_url(lambda address: "/sign-in/" not in address)
            kept[username] = context.storage_state()
            context.close()
        return kept[username]

    return state


@pytest.fixture
def visit(site, signed_in, new_context) -> Iterator[Callable[..., Page]]:
    """`visit(username)`: a page of a new browser in which that demo user is signed in, or nobody.

    Other arguments go to the browser context; `page.watch` tells what was asked for. At the end
    no page may have asked another host for anything, nor complained on the console.
    """
    watches = []

    def start(username: str = "", **options) -> Page:
        if username:
            options["storage_state"] = signed_in(username)
        context = new_context(base_url=site, **options)
        context.set_default_timeout(PATIENCE)
        watches.append(Watch(context, site))
        page = context.new_page()
        page.watch = watches[-1]
        return page

    yield start
    for watch in watches:
        assert watch.complaints == []
        assert watch.strangers == []
