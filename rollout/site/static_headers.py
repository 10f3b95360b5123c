"""What a static file is sent with, beyond WhiteNoise's own."""

from wsgiref.headers import Headers


def scope_of_worker(headers: Headers, _path: str, url: str) -> None:
    """The script that shows the offline copy lies below /static/ and answers for every page."""
    if url.startswith("/static/js/offline."):
        headers["Service-Worker-Allowed"] = "/"
