"""From where somebody asks, for whoever writes it down; set by the edge that knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_address: ContextVar[str] = ContextVar("address", default="")


def address() -> str:
    """The network address of this request; empty in jobs and commands."""
    return _address.get()


@contextmanager
def asked_from(whence: str) -> Iterator[None]:
    """What is written within comes from there."""
    token = _address.set(whence)
    try:
        yield
    finally:
        _address.reset(token)
