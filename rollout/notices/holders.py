"""Holders are told before their certificate ends, where an official e-mail is on record.

90, 30, 15 and 2 days before the last valid day, whatever the working days: people of the facility and
the Department are told besides by the ladder. Of the steps that have come only the latest is told, so
a missed night is made up for once. The key of a message names the certificate, its end and the step:
nobody is told twice, and a renewal begins anew. Neither the name nor the address is kept here.
"""

from contextlib import closing
from datetime import date, datetime, time, timedelta
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities import clock
from rollout.models import HolderMessage
from rollout.notices.delivery import Parcel, deliver
from rollout.notices.posting import Post, headers_of
from rollout.templatetags.figures import day as shown
from rollout.turns import one_at_a_time
from signatures.ending import ending
from signatures.models import Certificate

STEPS = (2, 15, 30, 90)  # days before the last valid day
FIRST_HOUR = time(7)  # of the day; nobody is woken


def compose(now: datetime) -> int:
    """Write the messages that the day calls for, nothing is sent; returns how many are new."""
    on = clock.day_of(now)
    morning = timezone.make_aware(datetime.combine(timezone.localtime(now).date(), FIRST_HOUR))
    with one_at_a_time():
        due = {
            f"holder:{pk}:{end.isoformat()}:{step}": (pk, end, step)
            for pk, end in ending(on, timedelta(days=STEPS[-1] + 1)).values_list("pk", "end")
            if (step := step_on(on, end)) is not None
        }
        told = HolderMessage.objects.filter(certificate__in={pk for pk, *_rest in due.values()})
        new = due.keys() - set(told.values_list("key", flat=True))
        HolderMessage.objects.bulk_create(
            [
                HolderMessage(
                    key=key,
                    certificate_id=due[key][0],
                    valid_until=due[key][1],
                    days_before=due[key][2],
                    made_at=now,
                    not_before=max(now, morning),
                )
                for key in sorted(new)
            ],
            batch_size=500,
            ignore_conflicts=True,
        )
    return len(new)


def step_on(on: date, end: date) -> int | None:
    """The latest step that has come on a day; `end`: first day on which it is no longer valid."""
    left = (end - timedelta(days=1) - on).days
    return next((step for step in STEPS if left <= step), None) if left >= 0 else None


def send_waiting(now: datetime) -> int:
    """Send what may go out now; returns how many were sent. Nothing without a mail server."""
    if not settings.MAILS:
        return 0
    with closing(_HolderPost(clock.day_of(now))) as post:
        return deliver(HolderMessage.objects.all(), post, now)


class _HolderPost(Post[HolderMessage]):
    receiver = "certificate"

    def __init__(self, on: date) -> None:
        super().__init__()
        self.on = on

    def pack(self, row: HolderMessage) -> Parcel | None:
        """As things stand now: not to whoever has left, been renewed or revoked meanwhile."""
        near = ending(self.on, timedelta(days=STEPS[-1] + 1)).filter(pk=row.certificate_id)
        certificate = near.filter(end=row.valid_until).first()
        if certificate is None or step_on(self.on, row.valid_until) != row.days_before:
            return None
        mail = mail_of(row, certificate, certificate.email, self.on)
        mail.message()  # what cannot be written as a mail fails before it begins
        return Parcel(partial(self._send, mail))


def mail_of(row: HolderMessage, certificate: Certificate, to: str, on: date) -> EmailMessage:
    """In the language of the house; no name in it, least of all in the subject."""
    last = row.valid_until - timedelta(days=1)
    days = (last - on).days
    with translation.override(settings.LANGUAGE_CODE):
        subject = ngettext(
            "Your digital signature certificate ends in %(days)s day",
            "Your digital signature certificate ends in %(days)s days",
            days,
        ) % {"days": days}
        text = _(
            "The certificate %(serial)s of your digital signature for public service is valid up to "
            "and including %(day)s.\n\n"
            "Ask the IT officer of your facility for its renewal before that day; one that has ended "
            "is not renewed. If it was renewed already, nothing is to be done.\n\n"
            "This message was written by the register of the rollout. Nobody reads answers to it."
        ) % {"serial": certificate.serial or f"#{certificate.pk}", "day": shown(last)}
    return EmailMessage(subject=subject, body=text, to=[to], headers=headers_of(row.key))
