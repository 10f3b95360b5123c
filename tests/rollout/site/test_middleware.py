"""The language of a page, and what is compressed."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import translation

from rollout.site.middleware import LanguageMiddleware, TextGZipMiddleware


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
