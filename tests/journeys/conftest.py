"""A real Chromium: the system's own, so that no browser is downloaded."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.test.testcases import LiveServerThread
from django.utils import timezone
from playwright.sync_api import Page

from facilities.models import User
from rollout import demo
from tests.journeys.browsing import Watch

# Playwright's synchronous interface runs inside an event loop, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
    return {**browser_context_args, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[str]:
    """The address of the product with Bac Giang and the demo users, loaded once for a module.

    pytest-django's `live_server` would empty the database after each test. WhiteNoise serves
    the static files as it does in the product, so that their sizes are the real ones.
    """
    with django_db_blocker.unblock():
        call_command("load_bacgiang", verbosity=0)
        demo.create_users(on=timezone.localdate())
        server = LiveServerThread("127.0.0.1", static_handler=lambda application: application)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        try:
            yield f"http://127.0.0.1:{server.port}"
        finally:
            server.terminate()
            call_command("flush", verbosity=0, interactive=False)


Visit = Callable[..., Page]


@pytest.fixture
def visit(site, new_context) -> Iterator[Visit]:
    """`visit(username)`: a new browser in which that demo user is signed in; without a name, nobody.

    Other arguments go to the browser context. At the end no page may have asked another host
    for anything, nor have written an error or a warning on the console.
    """
    watches = []

    def start(username: str = "", **options) -> Page:
        context = new_context(base_url=site, **options)
        if username:
            context.add_cookies([{"url": site, **_session_of(username)}])
        watches.append(Watch(context, site))
        page = context.new_page()
        page.watch = watches[-1]
        return page

    yield start
    for watch in watches:
        assert watch.complaints == []
        assert watch.strangers == []


def _session_of(username: str) -> dict[str, str]:
    client = Client()
    client.force_login(User.objects.get(username=username))
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}
