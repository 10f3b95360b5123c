"""Mail that goes out once, or is visibly not delivered.

Notices are gathered into messages, one summary a day for a person and the gravest at once; a row is
written before anything is sent. A worker claims a message, writes down that it begins, hands it
over, and writes down that it was sent. Who dies before it begins has done nothing. Who dies after
leaves it in doubt: nobody knows whether it went out, so only a person sends it again. So does a
server that falls silent half-way; one that says no, or is not there, is tried again.
"""

import smtplib
import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Exists, F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities import clock
from facilities.models import User
from rollout.models import Alert, Message, Notice, PostBox
from rollout.models.reminders import WAITING
from rollout.notices.notices import open_of_the_same_cause
from rollout.turns import one_at_a_time

log = structlog.get_logger(__name__)

STALE = timedelta(days=7)  # what was told longer ago and never mailed stays in the inbox only
CLAIM = timedelta(minutes=15)  # a worker that has not gone on by then is dead
BACKOFF = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180))
GIVE_UP_AFTER = timedelta(days=3)
MOST_IN_TEST = 20  # things in the test of a rule


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
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM)
    due = (
        Message.objects.filter(WAITING, free, begun_at__isnull=True, not_before__lte=now)
        .order_by("made_at", "pk")
        .values_list("pk", flat=True)
    )
    link, sent = get_connection(), 0
    try:
        for pk in list(due):
            sent += _send(pk, link, now)
    finally:
        link.close()
    return sent


def _send(pk: int, link: BaseEmailBackend, now: datetime) -> bool:
    claim = uuid.uuid4()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM)
    rows = Message.objects.filter(WAITING, free, pk=pk, begun_at__isnull=True)
    if not rows.update(claimed_at=now, claim=claim):
        return False  # somebody else has it
    message = Message.objects.select_related("person").get(pk=pk)
    mine = Message.objects.filter(pk=pk, claim=claim)
    mail = _mail(message, link)
    if mail is None:
        mine.update(cancelled_at=now)
        return False
    if not mine.filter(begun_at__isnull=True).update(
        begun_at=now,
        to=message.person.email,
        subject=mail.subject[:200],
        text=mail.body,
        attempts=F("attempts") + 1,
    ):
        return False
    opened = False
    try:
        link.open()
        opened = True
        mail.send()
    except OSError as error:  # what smtplib raises is among them
        link.close()  # it may be broken, and the next message needs one that is not
        if opened and not _refused(error):
            # It fell silent half-way and may have taken the mail: in doubt, as if we had died here.
            log.warning("mail_in_doubt", message=message.pk, error=type(error).__name__)
            mine.update(error=_said(error))
        else:
            _put_back(mine, message, error, now)
        return False
    mine.update(sent_at=now, error="")
    return True


def _refused(error: OSError) -> bool:
    """The server said no; a connection that breaks says nothing."""
    silent = smtplib.SMTPServerDisconnected
    return isinstance(error, smtplib.SMTPException) and not isinstance(error, silent)


def _said(error: OSError) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _put_back(mine: QuerySet[Message], message: Message, error: OSError, now: datetime) -> None:
    """It was not taken, so it may be tried again."""
    log.warning("mail_not_sent", message=message.pk, error=type(error).__name__)
    said = _said(error)
    if now - message.made_at > GIVE_UP_AFTER:
        mine.update(given_up_at=now, error=said)
        return
    wait = BACKOFF[min(message.attempts, len(BACKOFF) - 1)]
    mine.update(begun_at=None, claimed_at=None, claim=None, error=said, not_before=now + wait)


def _mail(message: Message, link: BaseEmailBackend) -> EmailMessage | None:
    """As things stand now; None when nothing of it is left to tell."""
    person = message.person
    with translation.override(person.language):
        if message.kind == Message.Kind.TEST:
            subject, text = _("Test of reminders"), message.text
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
            subject = ngettext(
                "EMR rollout: %(count)s reminder", "EMR rollout: %(count)s reminders", len(notices)
            ) % {"count": len(notices)}
            text = _text(person, notices)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return EmailMessage(
        subject=subject,
        body=text,
        to=[person.email],
        connection=link,
        headers={"Message-ID": f"<{message.key.replace(':', '.')}@{host}>"},
    )


def _text(person: User, notices: list[Notice]) -> str:
    due = [n for n in notices if n.kind == Notice.Kind.DUE]
    return render_to_string(
        "mail/digest.txt",
        {
            "person": person,
            "late": [n for n in due if n.offset > 0],
            "coming": [n for n in due if n.offset <= 0],
            "clear": [n for n in notices if n.kind == Notice.Kind.CLEAR],
            "site": settings.SITE_URL,
        },
    )


def in_doubt(now: datetime) -> QuerySet[Message]:
    """Begun by somebody who never came back: perhaps it went out, perhaps not."""
    return Message.objects.filter(WAITING, begun_at__lt=now - CLAIM)


def send_again(*, message: Message, now: datetime) -> None:
    """A person decides that it goes out once more, although it may have gone out before."""
    again = Message.objects.filter(
        Q(given_up_at__isnull=False) | Q(begun_at__lt=now - CLAIM), pk=message.pk, sent_at=None
    ).update(begun_at=None, claimed_at=None, claim=None, given_up_at=None, not_before=now, error="")
    if not again:
        raise ValidationError(
            _("Only what was given up or is in doubt is sent again."), code="state"
        )


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
                + _text(person, told[:MOST_IN_TEST])
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
