"""Names of holders are blanked some years after the end of what they stand for.

What happened, and when, stays: no figure knows a name. The name goes from the row, from what change
sets remember of its cells, and from returned lists. The blanking is a change set of its own that
does not hold the old name; the access log pledges anew what is left of the older ones.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from facilities import access_log
from facilities.access_log import BLANK
from facilities.models import ChangeSet, Edit, LogEntry, User
from facilities.registers.entering import begin
from signatures.models import Certificate, CertificateEvent, ReturnedLine, StaffEvent, StaffMember

AT_ONCE = 200  # rows of one change set
Kind = CertificateEvent.Kind
CERTIFICATES, STAFF = "certificates", "staff"


def years_before(on: date, years: int) -> date:
    """The same day so many years earlier; of 29 February the 28th."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def ended_certificates(until: date) -> QuerySet[Certificate]:
    """Those that bear a name and had ended by that day: revoked, expired and not renewed, or withdrawn."""
    events = CertificateEvent.objects.known().filter(certificate=OuterRef("pk"))
    good = events.filter(valid_until__gt=until)
    over = events.filter(Q(valid_until__lte=until) | Q(kind=Kind.REVOKED, happened_on__lte=until))
    revoked = events.filter(kind=Kind.REVOKED, happened_on__lte=until)
    return (
        Certificate.objects.exclude(holder__in=("", BLANK))
        .filter(
            Q(withdrawn_at__date__lte=until) | Exists(revoked) | (Exists(over) & ~Exists(good)),
        )
        .order_by("pk")
    )


def staff_who_left(until: date) -> QuerySet[StaffMember]:
    """Those with a name who had left by that day, and none of whose certificates bears a name any more."""
    left = StaffEvent.objects.known().filter(
        member=OuterRef("pk"), kind=StaffEvent.Kind.LEFT, happened_on__lte=until
    )
    named = Certificate.objects.filter(member=OuterRef("pk")).exclude(holder__in=("", BLANK))
    return (
        StaffMember.objects.exclude(name=BLANK)
        .filter(Q(withdrawn_at__date__lte=until) | Exists(left))
        .exclude(Exists(named))
        .order_by("pk")
    )


def blank_names(on: date, years: int, *, by: User) -> int:
    """Blank what is due on a day; 0 years: nothing ever is. Returns how many names went.

    Each change set is a transaction of its own, so whatever is killed goes on where it stopped.
    """
    if not years:
        return 0
    until = years_before(on, years)
    because = f"≤ {until:%d/%m/%Y}"
    count = 0
    for certificates in _some(ended_certificates(until)):
        count += _blank(CERTIFICATES, certificates, {"holder": BLANK}, by, because)
    for people in _some(staff_who_left(until)):
        count += _blank(STAFF, people, {"name": BLANK, "email": ""}, by, because)
    lines = ReturnedLine.objects.filter(of__at__date__lte=until).exclude(name=BLANK)
    return count + lines.update(name=BLANK, email="")


def _some(rows: QuerySet) -> Iterable[list]:
    """Pieces of what is due; those of before are not due any more, once they are blanked."""
    while found := list(rows[:AT_ONCE]):
        yield found


def _blank(
    register: str,
    rows: Sequence[Certificate | StaffMember],
    values: dict[str, str],
    by: User,
    because: str,
) -> int:
    keys = [row.pk for row in rows]
    cells = Edit.objects.filter(register=register, row__in=keys, column__in=values)
    older = set(cells.values_list("change_set", flat=True))
    # What the row was called stands in the cell that says it was made or withdrawn.
    whole = Edit.objects.filter(register=register, row__in=keys, column="")
    older |= set(whole.values_list("change_set", flat=True))
    with transaction.atomic():
        with access_log.without_names(older, by=by):
            cells.exclude(old="").update(old=BLANK)
            cells.exclude(new="").update(new=BLANK)
            whole.exclude(old="").update(old=BLANK)
            whole.exclude(new="").update(new=BLANK)
        change_set = begin(kind=ChangeSet.Kind.BLANKING, by=by, because=because)
        edits = []
        for row in rows:
            for name, value in values.items():
                if getattr(row, name) in ("", value):
                    continue
                setattr(row, name, value)
                edits.append(
                    Edit(
                        change_set=change_set,
                        register=register,
                        row=row.pk,
                        column=name,
                        facility_id=row.facility_id,
                        old=BLANK,
                        new=value,
                    )
                )
            row.save()
        Edit.objects.bulk_create(edits)
        access_log.note(LogEntry.Kind.BLANKED, by=by, subject=register, count=len(rows))
    return len(rows)
