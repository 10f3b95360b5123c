"""The access log: the one way to write it, to bind its entries to a chain, and to verify that.

An entry is stored in the transaction of what it tells about, so both are there or neither. Bound it
is afterwards, in a short transaction of its own: writers wait for each other for the time of one
digest, never for somebody's long import. A process that dies in between leaves its entry loose,
and the next one, or the watch, binds it.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from facilities import bulk, whence
from facilities.models import (
    ChangeSet,
    Edit,
    LogEnd,
    LogEntry,
    RoleAssignment,
    User,
)
from facilities.signals import role_given_to_oneself

Kind = LogEntry.Kind
AT_ONCE = 500  # entries bound, or verified, in one go
BLANK = "…"  # in place of a name whose time is over
LOOSE_FOR = timedelta(hours=1)  # after that an entry should long have been bound


def note(
    kind: str,
    *,
    by: User | None = None,
    about: User | None = None,
    about_id: int | None = None,
    facility_id: int | None = None,
    subject: str = "",
    count: int | None = None,
    because: str = "",
) -> None:
    """Write one entry; from where it came is known to `whence`."""
    write(
        [
            LogEntry(
                kind=kind,
                by=by,
                about_id=about.pk if about else about_id,
                facility_id=facility_id,
                subject=subject,
                count=count,
                because=because.strip()[:300],
            )
        ]
    )


def write(entries: Sequence[LogEntry]) -> None:
    """Write entries, and bind them once the transaction around has held."""
    if not entries:
        return
    address = whence.address()[:45]
    for entry in entries:
        entry.address = address
        entry.subject = entry.subject or whence.key()
    if len(entries) == 1:
        entries[0].save(force_insert=True)
    else:
        bulk.insert(entries)
    # What cannot be bound now is bound with the next entry; nobody's page fails for it.
    transaction.on_commit(bind, robust=True)


def roles_given(rows: Iterable[RoleAssignment], *, by: User | None) -> None:
    """Write down roles that were given; a role given to oneself is told to others, too."""
    rows = list(rows)
    own = [row for row in rows if by is not None and row.user_id == by.pk]
    write(
        [_of_role(Kind.ROLE_TO_ONESELF if row in own else Kind.ROLE_GIVEN, row, by) for row in rows]
    )
    for row in own:
        role_given_to_oneself.send(sender=RoleAssignment, assignment=row)


def roles_ended(rows: Iterable[RoleAssignment], *, by: User | None) -> None:
    """Write down that an end of roles was set or moved."""
    write([_of_role(Kind.ROLE_ENDED, row, by) for row in rows])


def roles_taken_back(rows: Iterable[RoleAssignment], *, by: User | None) -> None:
    """Write down that roles which had been given by mistake are gone."""
    write([_of_role(Kind.ROLE_TAKEN_BACK, row, by) for row in rows])


def _of_role(kind: str, row: RoleAssignment, by: User | None) -> LogEntry:
    return LogEntry(
        kind=kind, by=by, about_id=row.user_id, facility_id=row.facility_id, subject=row.role
    )


# --- The chain --------------------------------------------------------------------------------


def bind() -> int:
    """Give loose entries their place in the chain. Returns how many.

    What is costly, reading what a change set holds, is done before the end of the chain is held.
    """
    bound = 0
    while True:
        loose = list(LogEntry.objects.filter(number__isnull=True).order_by("pk")[:AT_ONCE])
        if not loose:
            return bound
        contents = _contents(loose)
        with transaction.atomic():
            end = _end()
            still = set(
                LogEntry.objects.filter(
                    pk__in=[entry.pk for entry in loose], number__isnull=True
                ).values_list("pk", flat=True)
            )
            mine = [entry for entry in loose if entry.pk in still]
            for entry in mine:
                end.number += 1
                end.digest = _digest(end.number, end.digest, contents[entry.pk])
                entry.number, entry.digest = end.number, end.digest
            bulk.update(mine, ["number", "digest"])
            end.save()
        bound += len(mine)
        if len(loose) < AT_ONCE:
            return bound


def _end() -> LogEnd:
    """The end of the chain, held until the transaction ends."""
    LogEnd.objects.get_or_create(pk=1)
    return LogEnd.objects.select_for_update().get(pk=1)


def _digest(number: int, before: str, content: str) -> str:
    return hashlib.sha256(f"{number}\n{before}\n{content}".encode()).hexdigest()


def _contents(entries: Sequence[LogEntry]) -> dict[int, str]:
    """What each entry says, in one form; of a change set all that was written in it."""
    sets = [entry.change_set_id for entry in entries if entry.change_set_id]
    written: dict[object, list[list[object]]] = {pk: [] for pk in sets}
    for change_set in ChangeSet.objects.filter(pk__in=sets):
        written[change_set.pk].append(
            [
                change_set.kind,
                change_set.by_id,
                _moment(change_set.at),
                change_set.facility_id,
                change_set.because,
                change_set.file_sha256,
                str(change_set.undoes_id or ""),
            ]
        )
    edits = Edit.objects.filter(change_set__in=sets).order_by("pk")
    cells = ("change_set_id", "pk", "register", "row", "column", "old", "new", "because")
    for change_set_id, *cell in edits.values_list(*cells):
        written[change_set_id].append(cell)
    return {
        entry.pk: json.dumps(
            [
                entry.pk,
                _moment(entry.at),
                entry.kind,
                entry.by_id,
                entry.about_id,
                entry.facility_id,
                entry.address,
                entry.subject,
                entry.count,
                entry.because,
                str(entry.change_set_id or ""),
                written.get(entry.change_set_id, []),
            ],
            ensure_ascii=False,
        )
        for entry in entries
    }


class NotAsWritten(Exception):
    """What was to be blanked had been changed before; first find out by whom."""


@contextmanager
def without_names(change_sets: Collection[UUID], *, by: User | None) -> Iterator[None]:
    """Names may be taken out of these change sets within, and nothing else of the log.

    The digest of an entry was made of the names, so it can be made no more. What is left is pledged
    by a new entry, which is bound itself: `verify` holds the older one against it. Whatever had
    been changed before is not covered up: it raises NotAsWritten. Within a transaction.
    """
    bind()
    entries = list(LogEntry.objects.filter(change_set__in=change_sets).order_by("pk"))
    before, pledged = _contents(entries), _pledges()
    for entry in entries:
        if entry.number is None or not _stands(entry, before[entry.pk], pledged):
            raise NotAsWritten(str(entry.pk))
    yield
    after = _contents(entries)
    write(
        [
            LogEntry(kind=Kind.BLANKED, by=by, because=f"{entry.pk}:{_plain(after[entry.pk])}")
            for entry in entries
            if after[entry.pk] != before[entry.pk]
        ]
    )


def _stands(entry: LogEntry, content: str, pledged: dict[int, str]) -> bool:
    """Whether an entry says what it said when it was bound, or when names were last taken out of it."""
    if entry.pk in pledged:
        return pledged[entry.pk] == _plain(content)
    number = entry.number or 0
    last = LogEntry.objects.filter(number=number - 1).values_list("digest", flat=True).first()
    return entry.digest == _digest(number, last or "", content)


def _pledges() -> dict[int, str]:
    """By entry: the digest of what was left when names were last taken out of it."""
    told = LogEntry.objects.filter(kind=Kind.BLANKED, because__contains=":").order_by("pk")
    pairs = (because.split(":") for because in told.values_list("because", flat=True))
    return {int(key): digest for key, digest in pairs}


def _plain(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found.

    `broken_at`: the number of the first entry that is not as it was written; None: the chain is
    whole. `entry`: its key, None where it is gone. `loose`: entries not bound for over an hour.
    """

    entries: int
    digest: str  # of the last entry: kept elsewhere, it proves later that nothing was cut off
    broken_at: int | None = None
    entry: int | None = None
    why: str = ""
    loose: int = 0
    unlogged: int = 0  # change sets that the log does not know

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None and not self.loose and not self.unlogged


GONE, CHANGED, CUT, NOT_THERE = "gone", "changed", "cut", "not_there"


def verify(expected: str = "") -> Verdict:
    """Read the whole chain. `expected`: a digest noted earlier, which must still be in it."""
    # Asked first: while the chain is read, others may bind more.
    end = LogEnd.objects.filter(pk=1).first() or LogEnd()
    number, digest, seen, pledged = 0, "", not expected, _pledges()
    while True:
        some = list(LogEntry.objects.filter(number__gt=number).order_by("number")[:AT_ONCE])
        if not some:
            break
        contents = _contents(some)
        for entry in some:
            if entry.number != number + 1:
                return Verdict(number, digest, number + 1, None, GONE)
            wanted = _digest(number + 1, digest, contents[entry.pk])
            if pledged.get(entry.pk) == _plain(contents[entry.pk]):
                wanted = entry.digest  # its names are gone, the rest is as it was pledged
            if entry.digest != wanted:
                return Verdict(number, digest, entry.number, entry.pk, CHANGED)
            number, digest = entry.number, wanted
            seen = seen or digest == expected
            if number == end.number and digest != end.digest:
                return Verdict(number, digest, number, entry.pk, CHANGED)
    if number < end.number:
        return Verdict(number, digest, number + 1, None, CUT)
    if not seen:
        return Verdict(number, digest, number + 1, None, NOT_THERE)
    return Verdict(
        number,
        digest,
        loose=LogEntry.objects.filter(
            number__isnull=True, at__lt=timezone.now() - LOOSE_FOR
        ).count(),
        unlogged=ChangeSet.objects.filter(log_entry=None).count(),
    )


def of_facility(facility_id: int) -> Q:
    """The entries that concern a facility: its people's names, and the accounts of its officers."""
    own = RoleAssignment.objects.filter(facility=facility_id).values("user")
    about_people = Q(kind__in=OF_ACCOUNTS) & (Q(about__in=own) | Q(by__in=own, about=None))
    return (Q(facility=facility_id) & ~Q(kind=Kind.CHANGES)) | about_people


OF_NAMES = (Kind.PAGE, Kind.EXPORT, Kind.SHEET)
OF_ROLES = (Kind.ROLE_GIVEN, Kind.ROLE_TO_ONESELF, Kind.ROLE_ENDED, Kind.ROLE_TAKEN_BACK)
OF_KEYS = (Kind.KEY_MADE, Kind.KEY_REVOKED, Kind.KEY_REFUSED)
OF_ACCOUNTS = tuple(
    kind for kind in Kind if kind not in (*OF_NAMES, *OF_ROLES, *OF_KEYS, Kind.CHANGES)
)
