"""Uploads that never touch the disk, for what must not be kept."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile
from django.http import HttpRequest

LIMIT = 5 * 1024 * 1024  # bytes of one request


class MemoryOnly(MemoryFileUploadHandler):
    """Keeps a file in memory, where others go to the disk; what is too large is not taken at all."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        self.activated = True
        self.too_large = content_length > LIMIT

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.too_large:
            raise SkipFile
        super().new_file(*args, **kwargs)


def in_memory(request: HttpRequest) -> None:
    """From now on the request's files are held in memory alone. Before anything is read of it."""
    request.upload_handlers = [MemoryOnly(request)]
