"""How lines of the log are written: never with an address that is itself a key."""

import logging
import re

import structlog

# Addresses that open without signing in; what follows is the secret.
SECRET = re.compile(r"(/(?:beat|feeds|unsubscribe|welcome|reset)/)[^\s\"'<>?#]+")
KEY = re.compile(r"\bemr_[A-Za-z0-9_-]{20,}")


def without_secrets(text: str) -> str:
    """The same text; of a secret address only what kind it is, of an API key only that it was one."""
    return KEY.sub("emr_…", SECRET.sub(r"\1…", text))


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Works on the finished line, so it holds for every logger, for arguments and for tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
