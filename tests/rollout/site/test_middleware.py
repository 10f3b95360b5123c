"""The language of a page, and what is compressed."""

import logging

import pytest
import structlog
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import translation

from rollout.site.log_lines import Formatter
from rollout.site.middleware import LanguageMiddleware, TextGZipMiddleware
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def _own_language():
    with translation.override(None):
        yield


@pytest.mark.parametrize(
    ("path", "cookie", "accepts", "language"),
    [
        ("/", None, None, "vi"),
        ("/", None, "en-US,en;q=0.9", "vi"),
        ("/", "en", "vi", "en"),
        ("/", "xx", "en", "vi"),
        ("/api/v1/progress/", None, "en", "en"),
        ("/api/v1/progress/", None, "fr", "vi"),
        ("/api/v1/progress/", None, None, "vi"),
        ("/api/v1/progress/", "vi", "en", "vi"),
    ],
)
def test_the_language_is_the_chosen_one_else_vietnamese(rf, path, cookie, accepts, language):
    request = rf.get(path, headers={"Accept-Language": accepts} if accepts else None)
    if cookie:
        request.COOKIES["django_language"] = cookie
    seen = []

    def page(_request):
        seen.append(translation.get_language())
        return HttpResponse()

    response = LanguageMiddleware(page)(request)
    assert seen == [language]
    assert language == request.LANGUAGE_CODE
    assert response["Content-Language"] == language
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize(
    ("content_type", "status", "compressed"),
    [
        ("text/html; charset=utf-8", 200, True),
        ("application/json", 200, True),
        ("image/svg+xml", 200, True),
        ("font/woff2", 200, False),
        ("image/png", 200, False),
        ("text/css", 206, False),
    ],
)
def test_only_whole_texts_are_compressed(rf, content_type, status, compressed):
    request = rf.get("/", headers={"Accept-Encoding": "gzip"})
    response = TextGZipMiddleware(
        lambda _: StreamingHttpResponse(
            [b"progress "] * 500, status=status, content_type=content_type
        )
    )(request)
    assert response.has_header("Content-Encoding") == compressed


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_is_not_compressed_into_one(rf, status):
    """Files are answered as streams, also the one that says that nothing has changed."""
    request = rf.get("/static/app.css", headers={"Accept-Encoding": "gzip"})
    response = TextGZipMiddleware(lambda _: StreamingHttpResponse((), status=status))(request)
    assert b"".join(response.streaming_content) == b""
    assert not response.has_header("Content-Encoding")


@pytest.mark.django_db
class TestRefused:
    def test_what_is_too_large_is_not_read(self, client, settings):
        class Unread:
            def read(self, *args: int) -> bytes:
                raise AssertionError("it was read")

            readline = read

        def send(length: int) -> int:
            return client.generic(
                "POST", "/sign-in/", CONTENT_LENGTH=str(length), **{"wsgi.input": Unread()}
            ).status_code

        assert send(80_000_000) == send(65 * 1024) == 413
        client.force_login(UserFactory())
        assert send(settings.MOST_BYTES + 1) == 413
        big = client.post("/account/", {"act": "end", "more": "x" * 100_000})
        assert big.status_code == 404  # it was read, and asks for nothing there is

    def test_methods_that_no_page_answers_and_what_browsers_could_lend(self, client):
        for method in ("TRACE", "TRACK", "CONNECT"):
            assert client.generic(method, "/sign-in/").status_code == 405
        answer = client.get("/sign-in/")
        assert answer.status_code == 200
        assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize("logger", ["django.request", "gunicorn.error", "anything.else"])
def test_no_line_of_any_logger_holds_a_secret_address_or_key(logger):
    formatter = Formatter(processors=[structlog.dev.ConsoleRenderer(colors=False)])
    key = "emr_" + "k3y" * 12
    record = logging.getLogger(logger).makeRecord(
        logger,
        logging.ERROR,
        "file",
        1,
        "Not Found: %s and https://x.vn/feeds/s3cret-part.ics for %s",
        ("/reset/MQ/s3cret-part/", key),
        None,
    )
    line = formatter.format(record)
    assert "s3cret" not in line
    assert key not in line
    assert "/feeds/…" in line
    plain = logging.getLogger(logger).makeRecord(
        logger, logging.ERROR, "file", 1, "%s", ("/facilities/luc-nam/",), None
    )
    assert "/facilities/luc-nam/" in formatter.format(plain)
