"""A mail server of the tests: it delivers, is away, or takes the worker with it."""

from django.core.mail.backends.base import BaseEmailBackend

DELIVERED: list = []
TROUBLE: dict[str, BaseException] = {}  # moment (open, send, sent) -> what happens then


class Killed(BaseException):
    """The worker got SIGKILL: nothing after this line runs."""


class Postman(BaseEmailBackend):
    def open(self):
        if "open" in TROUBLE:
            raise TROUBLE["open"]

    def send_messages(self, messages):
        if "send" in TROUBLE:
            raise TROUBLE["send"]
        DELIVERED.extend(messages)
        if "sent" in TROUBLE:
            raise TROUBLE["sent"]
        return len(messages)
