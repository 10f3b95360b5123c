"""From where somebody asks, for whoever writes it down; set by the edge that knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_address: ContextVar[str] = ContextVar("address", default="")
_key: ContextVar[str] = ContextVar("key", default="")


def address() -> str:
    """The network address of this request; empty in jobs and commands."""
    return _address.get()


def key() -> str:
    """How the key begins through which a program asks; empty for people."""
    return _key.get()


def came_by_key(prefix: str) -> None:
    """Until this request ends, what is written bears the beginning of this key."""
    _key.set(prefix)


@contextmanager
def asked_from(whence: str) -> Iterator[None]:
    """What is written within comes from there."""
    token, of_key = _address.set(whence), _key.set("")
    try:
        yield
    finally:
        _address.reset(token)
        _key.reset(of_key)
