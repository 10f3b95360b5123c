"""The second factor of signing in: codes by time (RFC 6238), and recovery codes for a lost telephone."""

import hashlib
import secrets
import time
from base64 import b32encode
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from facilities import access_log
from facilities.models import LogEntry, RecoveryCode, Role, RoleAssignment, SecondFactor, User
from facilities.permissions import Access
from facilities.sessions import SECOND

DEMANDED_OF = (Role.DEPARTMENT, Role.LEADER, Role.ADMINISTRATOR)
STEP_SECONDS = 30
AROUND = 1  # steps before and after: clocks of telephones are not exact
CODES = 10
WRONG = 5  # codes in a row; then nothing opens for a while
PAUSE = timedelta(minutes=15)
Kind = LogEntry.Kind


def is_demanded(user: User, on: date) -> bool:
    """Whether the roles of the day ask for it, where the installation does."""
    return (
        settings.SECOND_FACTOR
        and RoleAssignment.objects.on(on).filter(user=user, role__in=DEMANDED_OF).exists()
    )


def is_missing(access: Access, session: SessionBase) -> bool:
    """Whether a session was opened without it that should not have been."""
    return (
        settings.SECOND_FACTOR
        and any(grant.role in DEMANDED_OF for grant in access.grants)
        and not session.get(SECOND)
    )


def is_set_up(user: User) -> bool:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def offered(user: User) -> SecondFactor:
    """The authenticator to set up: the one that was offered and not confirmed, or a new one."""
    return SecondFactor.objects.get_or_create(
        user=user, defaults={"secret": secrets.token_hex(20)}
    )[0]


def address_of(factor: SecondFactor) -> str:
    """What an authenticator reads from the QR code."""
    issuer = "EMR rollout"
    query = urlencode({"secret": typed_secret(factor), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(factor.user.get_username())}?{query}"


def typed_secret(factor: SecondFactor) -> str:
    """The same for whoever types it."""
    return b32encode(bytes.fromhex(factor.secret)).decode()


def confirm(user: User, code: str) -> list[str] | None:
    """Set it up with the first code it shows. Returns new recovery codes; None for a wrong code."""
    with transaction.atomic():
        factor = offered(user)
        if factor.confirmed_at is not None or not _is_right(factor, code):
            return None
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=timezone.now())
        access_log.note(Kind.FACTOR_ON, by=user, about=user)
        return new_codes(user)


def opens(user: User, code: str) -> bool:
    """Whether this code, or recovery code, opens the account now. Each opens once; wrong ones count."""
    if is_paused(user):
        return False
    factor = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    if factor is not None and _is_right(factor, code):
        return True
    used = RecoveryCode.objects.filter(
        user=user, digest=_digest(user, code), used_at__isnull=True
    ).update(used_at=timezone.now())
    if factor is not None and used:
        access_log.note(Kind.RECOVERY, by=user, about=user)
        return True
    access_log.note(Kind.REFUSED, about=user, subject="second-factor")
    return False


def is_paused(user: User) -> bool:
    """Whether so many wrong codes were tried that even a right one has to wait."""
    tried = LogEntry.objects.filter(
        kind=Kind.REFUSED,
        about=user,
        subject="second-factor",
        at__gte=timezone.now() - PAUSE,
    )
    return tried.count() >= WRONG


def new_codes(user: User) -> list[str]:
    """Recovery codes, which replace those of before. They cannot be shown again."""
    codes = [secrets.token_hex(8) for _ in range(CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            [RecoveryCode(user=user, digest=_digest(user, code)) for code in codes]
        )
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def remove(user: User, *, by: User) -> bool:
    """Take it away with its recovery codes: of somebody whose telephone is lost, or of oneself."""
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        gone, _of_each = SecondFactor.objects.filter(user=user).delete()
        if gone:
            access_log.note(Kind.FACTOR_OFF, by=by, about=user)
        return bool(gone)


def _digest(user: User, code: str) -> str:
    plain = code.replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(f"{user.pk}:{plain}".encode()).hexdigest()


def _is_right(factor: SecondFactor, code: str) -> bool:
    """A code of now, or of the step before or after, later than the last that opened."""
    from django_otp.oath import TOTP

    plain = code.replace(" ", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) == 6):
        return False
    clock = TOTP(bytes.fromhex(factor.secret), step=STEP_SECONDS)
    clock.time = time.time()
    if not clock.verify(int(plain), AROUND, factor.last_step + 1):
        return False
    # Of two who send the same code at the same moment only one gets in.
    return bool(
        SecondFactor.objects.filter(pk=factor.pk, last_step__lt=clock.t()).update(
            last_step=clock.t()
        )
    )
