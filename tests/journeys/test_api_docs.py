"""A programmer reads the description of the API, under the strict content security policy."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from facilities.models import Role
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_the_docs_are_readable_and_break_no_rule_of_the_page(page: Page, live_server, client):
    client.force_login(factories.user_with(Role.CLIENT))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/api/docs/")

    operation = page.locator("#operations-progress-progress")
    expect(operation).to_be_visible()
    operation.locator(".opblock-summary-control").click()
    expect(operation.get_by_text("known_at").first).to_be_visible()
    operation.get_by_role("button", name=re.compile("Try it out")).click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".responses-table.live-responses-table")).to_contain_text("200")
    assert said == []
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {
        live_server.url.removeprefix("http://")
    }
