"""Mail that goes out once, or is visibly not delivered.

Notices are gathered into messages, one summary a day for a person and the gravest at once; a row is
written before anything is sent. A server that falls silent half-way leaves a message in doubt, and
only a person sends it again. One that refuses for now, or is not there, is tried again; what it
refuses for good is given up and shown at once.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db.models import Exists, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities import clock
from facilities.models import User
from facilities.working_days import working_days
from rollout.models import Alert, Message, Notice, PostBox
from rollout.notices import reset, unsubscribe, welcome
from rollout.notices.delivery import Parcel, deliver
from rollout.notices.notices import open_of_the_same_cause
from rollout.notices.posting import Post, headers_of
from rollout.programme.late import days_late, thing_of, trouble
from rollout.turns import one_at_a_time

STALE = timedelta(days=7)  # what was told longer ago and never mailed stays in the inbox only
MOST_LINES = 15  # things named in a message; the rest is counted


def compose(now: datetime) -> int:
    """Write the messages that are due, nothing is sent; returns how many."""
    on, hour = clock.day_of(now), timezone.localtime(now).hour
    with one_at_a_time():
        waiting = list(
            Notice.objects.filter(message__isnull=True, on__lte=on, on__gt=on - STALE)
            .select_related("alert", "person")
            .order_by("person_id", "pk")
        )
        boxes = {box.person_id: box for box in PostBox.objects.all()}
        today = defaultdict(list)
        for person_id, kind in Message.objects.filter(on=on).values_list("person_id", "kind"):
            today[person_id].append(kind)
        made = 0
        for person, notices in groupby(waiting, key=lambda notice: notice.person):
            box = boxes.get(person.pk) or PostBox(person=person)
            if not (box.by_mail and person.email) or is_quiet(box, hour):
                continue
            made += _compose_for(person, box, list(notices), today[person.pk], now)
    return made


def is_quiet(box: PostBox, hour: int) -> bool:
    """From one hour up to, not including, the other; over midnight if it must."""
    if box.quiet_from <= box.quiet_until:
        return box.quiet_from <= hour < box.quiet_until
    return hour >= box.quiet_from or hour < box.quiet_until


def _compose_for(
    person: User, box: PostBox, notices: list[Notice], today: list[str], now: datetime
) -> int:
    worth = _worth_mailing(person, notices)
    left = box.ceiling - len(today)
    hour, on = timezone.localtime(now).hour, clock.day_of(now)
    # A summary hour that was quiet all the same waits for the end of the quiet hours.
    first = box.quiet_until if is_quiet(box, box.digest_hour) else box.digest_hour
    if worth and left > 0 and hour >= first and Message.Kind.DIGEST not in today:
        _write(Message.Kind.DIGEST, f"digest:{person.pk}:{on.isoformat()}", person, worth, now)
        return 1
    # The last place of the day is the summary's.
    grave = [n for n in worth if n.severity == Alert.Severity.LATE and n.kind == Notice.Kind.DUE]
    if grave and left > (Message.Kind.DIGEST not in today):
        _write(Message.Kind.AT_ONCE, f"now:{person.pk}:{grave[0].pk}", person, grave, now)
        return 1
    return 0


def _worth_mailing(person: User, notices: list[Notice]) -> list[Notice]:
    """Without what is solved already, and without the all-clear of what was never mailed."""
    cleared = [n.alert_id for n in notices if n.kind == Notice.Kind.CLEAR]
    mailed = set(
        Notice.objects.filter(
            person=person, kind=Notice.Kind.DUE, message__begun_at__isnull=False, alert__in=cleared
        ).values_list("alert_id", flat=True)
        if cleared
        else ()
    )
    return [
        n
        for n in notices
        if (n.alert_id in mailed if n.kind == Notice.Kind.CLEAR else n.alert.cleared_on is None)
    ]


def _write(kind: str, key: str, person: User, notices: list[Notice], now: datetime) -> None:
    message = Message.objects.create(
        kind=kind,
        key=key,
        person=person,
        on=clock.day_of(now),
        made_at=now,
        not_before=now,
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(message=message)


def send_waiting(now: datetime) -> int:
    """Send what may go out now; returns how many were sent. Nothing without a mail server."""
    if not settings.MAILS:
        return 0
    with closing(_Post()) as post:
        return deliver(Message.objects.select_related("person"), post, now)


class _Post(Post[Message]):
    receiver = "person"

    def pack(self, message: Message) -> Parcel | None:
        mail = _mail(message)
        if mail is None:
            return None
        mail.message()  # what cannot be written as a mail fails before it begins
        is_secret = message.kind in (
            Message.Kind.WELCOME,
            Message.Kind.RESET,
        )  # what holds a link that opens an account
        text = "" if is_secret else mail.body
        told = {"to": mail.to[0], "subject": mail.subject[:200], "text": text}
        return Parcel(partial(self._send, mail), told)


def _mail(message: Message) -> EmailMessage | None:
    """As things stand now; None when nothing of it is left to tell, or nobody wants to read it."""
    person = message.person
    asked_for = message.kind in (
        Message.Kind.TEST,
        Message.Kind.WELCOME,
        Message.Kind.SECURITY,
        Message.Kind.RESET,
    )
    wanted = asked_for or unsubscribe.gets_mail(person)
    if not (person.email and wanted):
        return None
    with translation.override(person.language):
        if message.kind == Message.Kind.TEST:
            subject, text = _("Test of reminders"), message.text
        elif message.kind == Message.Kind.SECURITY:
            subject, text = _("EMR rollout: about accounts"), message.text
        elif message.kind == Message.Kind.RESET:
            if reset.is_late(message, timezone.now()):
                return None
            subject, text = reset.words(person, reset.link_of(person))
        elif message.kind == Message.Kind.WELCOME:
            if not welcome.waits(person):
                return None
            subject, text = welcome.words(person, welcome.link_of(person))
        else:
            notices = list(
                message.notices.filter(
                    Q(kind=Notice.Kind.DUE, alert__cleared_on=None)
                    # It may have been opened again while its all-clear waited for the server.
                    | (Q(kind=Notice.Kind.CLEAR) & ~Exists(open_of_the_same_cause()))
                )
                .select_related("alert")
                .order_by("alert__due_on", "pk")
            )
            if not notices:
                return None
            cleared = sum(1 for notice in notices if notice.kind == Notice.Kind.CLEAR)
            count = len(lines_of(notices)) + cleared
            subject = ngettext(
                "EMR rollout: %(count)s reminder", "EMR rollout: %(count)s reminders", count
            ) % {"count": count}
            text = _text(person, notices)
    return EmailMessage(
        subject=subject,
        body=text,
        to=[person.email],
        headers=headers_of(message.key)
        | {
            "List-Unsubscribe": f"<{unsubscribe.address_of(person)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a message: the latest that the person was told of the worst of its alerts."""

    notice: Notice
    days_late: int
    more: int  # further alerts of the same thing


def lines_of(notices: Iterable[Notice]) -> list[Line]:
    """What is due, one line for each thing, in the order of every list of what is to be done: one query."""
    due = [notice for notice in notices if notice.kind == Notice.Kind.DUE]
    on, calendar = max((notice.on for notice in due), default=date.min), working_days()
    things: dict[str, dict[int, Line]] = defaultdict(dict)
    for notice in due:  # the latest of an alert stays
        alert = notice.alert
        late = days_late(alert.rule, alert.due_on, on, calendar)
        things[thing_of(alert.subject)][alert.pk] = Line(notice, late, 0)

    def order(line: Line) -> tuple:
        return *trouble(line.days_late, line.notice.alert.due_on), line.notice.alert.pk

    worst = [replace(min(some.values(), key=order), more=len(some) - 1) for some in things.values()]
    return sorted(worst, key=order)


def _text(person: User, notices: list[Notice]) -> str:
    lines = lines_of(notices)
    shown = lines[:MOST_LINES]
    return render_to_string(
        "mail/digest.txt",
        {
            "person": person,
            "late": [one for one in shown if one.days_late],
            "coming": [one for one in shown if not one.days_late],
            "rest": len(lines) - len(shown),
            "clear": [n.alert for n in notices if n.kind == Notice.Kind.CLEAR][:MOST_LINES],
            "site": settings.SITE_URL,
        },
    )


def send_again(*, message: Message, now: datetime) -> None:
    """A person decides that it goes out once more, although it may have gone out before."""
    rows = Message.objects.filter(pk=message.pk)
    if not (rows.in_doubt(now) | rows.filter(given_up_at__isnull=False)).queue_again(now):
        raise ValidationError(_("Only what failed or is unconfirmed is sent again."), code="state")


def trial_message(
    *, person: User, now: datetime, rule: object = "", notices: list[Notice] | None = None
) -> Message:
    """A message that says that messages arrive; of a rule, what it would tell now, to this person alone.

    Raises ValidationError without an address.
    """
    if not person.email:
        raise ValidationError(
            _("Your account has no e-mail address: give one under Reminders first."),
            code="required",
        )
    with translation.override(person.language):
        text = _("Reminders reach this address.") + "\n"
        if rule:
            told = notices or []
            text += (
                _(
                    "Test of the rule “%(rule)s”: today it would tell %(count)s things. You alone get this."
                )
                % {"rule": rule, "count": len(told)}
                + "\n\n"
                + _text(person, told)
            )
    return Message.objects.create(
        text=text,
        kind=Message.Kind.TEST,
        key=f"test:{person.pk}:{uuid.uuid4()}",
        person=person,
        on=clock.day_of(now),
        made_at=now,
        not_before=now,
    )
