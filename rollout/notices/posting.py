"""How mail leaves the house: one connection to the server, and what its answers mean."""

from contextlib import suppress
from datetime import timedelta
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from rollout.notices.delivery import Outcome, Result, Row, Transport, said

BACKOFF = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180))


class Post(Transport[Row]):
    """One connection to the mail server, for one message after the other."""

    backoff = BACKOFF
    repeats_doubtful = False

    def __init__(self) -> None:
        self._line = get_connection()

    def close(self) -> None:
        with suppress(Exception):  # it may be broken already
            self._line.close()

    def _send(self, mail: EmailMessage) -> Result:
        opened = False
        try:
            self._line.open()
            opened = True
            self._line.send_messages([mail])
        except Exception as error:
            self.close()  # the next message needs one that is not broken
            outcome = _came_of(error) if opened else Outcome.REFUSED_FOR_NOW
            return Result(outcome, said(error))
        return Result(Outcome.DELIVERED)


def _came_of(error: Exception) -> Outcome:
    """A server that says no has not taken the mail; one that falls silent may have."""
    if isinstance(error, SMTPServerDisconnected) or not isinstance(error, SMTPException):
        return Outcome.IN_DOUBT
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
    elif isinstance(error, SMTPDataError):
        codes = [error.smtp_code]
    else:  # of our name, our password, our sender: nothing this mail could help
        return Outcome.REFUSED_FOR_NOW
    for_good = codes and all(500 <= code < 600 for code in codes)
    return Outcome.REFUSED_FOR_GOOD if for_good else Outcome.REFUSED_FOR_NOW


def headers_of(key: str) -> dict[str, str]:
    """What every mail says of itself: by its key the reader's server knows a second copy."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return {
        "Message-ID": f"<{key.replace(':', '.')}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
