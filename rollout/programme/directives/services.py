"""Verbs of directives. Whoever calls has settled the permission.

Closed by a second person, never without evidence: nobody accepts an answer of their own. Both
rules are constraints of the database too.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import count
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.models import Agency, Document, Record, User
from facilities.services import AlreadyWithdrawn, day_of_writing, record, withdraw
from rollout.models import Directive, DirectiveDue, DirectiveEvent, Urging, WorkingSession
from rollout.programme.directives import rules

Kind = DirectiveEvent.Kind

Fact = TypeVar("Fact", bound=Record)


def next_codes(on: date) -> Iterator[str]:
    """The numbers of a day that are free, one after another: 2025-05-21-1."""
    taken = set(Directive.objects.known().values_list("code", flat=True))
    codes = (f"{on.isoformat()}-{number}" for number in count(1))
    return (code for code in codes if code not in taken)


@transaction.atomic
def issue(
    *,
    text_vi: str,
    issued_on: date,
    issued_by: str,
    lead: Agency | None,
    by: User,
    code: str = "",
    text_en: str = "",
    coordinating: Iterable[Agency] = (),
    due_on: date | None = None,
    session: WorkingSession | None = None,
    document_number: str = "",
    document: Document | None = None,
    source: str = "",
) -> Directive:
    """A new directive: born from a working session, or from a document with a number.

    `lead` None: the agencies of `coordinating` carry it out together, two of them at least.
    Without a code it gets the next number of its day. Raises ValidationError naming the field.
    """
    if session is None and not document_number.strip():
        raise ValidationError(
            {"document_number": rules.without_origin()},
            code="required",
        )
    if fault := rules.before_its_session(issued_on, session.held_on if session else None):
        raise ValidationError({"issued_on": fault}, code="before")
    code = code or next(next_codes(issued_on))
    if code in rules.ADDRESSES or Directive.objects.known().filter(code=code).exists():
        raise ValidationError({"code": rules.code_taken()}, code="taken")
    if fault := rules.due_too_early(issued_on, due_on):
        raise ValidationError({"due_on": fault}, code="before")
    others = {agency for agency in coordinating if agency != lead}
    if fault := rules.nobody_answers(lead, others):
        raise ValidationError({"lead": fault}, code="required")
    made = _once(
        Directive(
            code=code,
            name_vi=text_vi,
            name_en=text_en,
            issued_on=issued_on,
            issued_by=issued_by,
            lead=lead,
            due_on=due_on,
            session=session,
            document_number=document_number.strip(),
            document=document,
            source=source,
        ),
        by=by,
        refused={"code": rules.code_taken()},
    )
    made.coordinating.set(others)
    return made


@transaction.atomic
def note_progress(
    *,
    directive: Directive,
    agency: Agency,
    happened_on: date,
    note: str,
    by: User,
    document: Document | None = None,
) -> DirectiveEvent:
    """An agency tells how far it is. Nothing is asked of anybody by it."""
    return _happened(directive, Kind.PROGRESS, happened_on, by, agency, note, document)


@transaction.atomic
def answer(
    *,
    directive: Directive,
    agency: Agency,
    happened_on: date,
    note: str,
    by: User,
    document: Document | None = None,
) -> DirectiveEvent:
    """An agency says that its part is done, and shows the paper. To be judged by somebody else."""
    if document is None:
        raise ValidationError(
            {"paper": _("Attach the document that proves the result.")},
            code="no_document",
        )
    return _happened(directive, Kind.ANSWERED, happened_on, by, agency, note, document)


@transaction.atomic
def return_answer(
    *, directive: Directive, agency: Agency, happened_on: date, note: str, by: User
) -> DirectiveEvent:
    """The answer of an agency is not enough; `note` says what is missing."""
    row = _open(directive)
    given = _standing_answers(row, agency).last()
    if given is None:
        raise ValidationError(
            {"agency": _("This agency has given no answer that could be returned.")},
            code="no_answer",
        )
    if happened_on < given.happened_on:
        raise ValidationError(
            {"happened_on": _("It cannot be returned before it was given.")}, code="before"
        )
    return _happened(row, Kind.RETURNED, happened_on, by, agency, note, None)


@transaction.atomic
def close(
    *,
    directive: Directive,
    happened_on: date,
    by: User,
    note: str = "",
    document: Document | None = None,
) -> DirectiveEvent:
    """It is done. The evidence is `document`, or that of the latest answer that stands.

    Refused to anybody whose answer stands, and without evidence.
    """
    row = _open(directive)
    answers = list(_standing_answers(row))
    if any(given.recorded_by_id == by.pk for given in answers):
        raise ValidationError(
            _("You gave an answer to this directive: somebody else has to close it."),
            code="own_answer",
        )
    latest = answers[-1] if answers else None
    if latest and happened_on < latest.happened_on:
        raise ValidationError(
            {"happened_on": _("It cannot be closed before its last answer.")}, code="before"
        )
    evidence = document or (latest.document if latest else None)
    if evidence is None:
        raise ValidationError(
            {"paper": _("Attach the document that proves it: nothing is closed without evidence.")},
            code="no_document",
        )
    return _happened(
        row,
        Kind.CLOSED,
        happened_on,
        by,
        None,
        note,
        evidence,
        answer_by=latest.recorded_by if latest else None,
    )


@transaction.atomic
def move(*, directive: Directive, on: date, due_on: date, because: str, by: User) -> DirectiveDue:
    """From day `on` it is due on another day. The day first promised is kept beside it."""
    row = _open(directive)
    if fault := rules.due_too_early(row.issued_on, due_on):
        raise ValidationError({"due_on": fault}, code="before")
    if on < row.issued_on:
        raise ValidationError({"on": _("On this day it had not been issued yet.")}, code="before")
    if on > day_of_writing():
        raise ValidationError(
            {"on": _("This day is still to come. Record it once it has happened.")}, code="future"
        )
    taken = _("Its day was moved on this day already. Withdraw that first.")
    if DirectiveDue.objects.known().filter(directive=row, effective_from=on).exists():
        raise ValidationError({"on": taken}, code="taken")
    return _once(
        DirectiveDue(directive=row, effective_from=on, due_on=due_on, because=because),
        by=by,
        refused={"on": taken},
    )


@transaction.atomic
def urge(
    *,
    directive: Directive,
    agency: Agency,
    happened_on: date,
    by: User,
    letter_number: str = "",
    note: str = "",
    document: Document | None = None,
) -> Urging:
    """An agency of the directive was chased, when, and by which letter."""
    row = _standing(directive)
    if agency.pk != row.lead_id and not row.coordinating.filter(pk=agency.pk).exists():
        raise ValidationError(
            {"agency": _("This agency has no part in the directive.")}, code="stranger"
        )
    if happened_on < row.issued_on:
        raise ValidationError(
            {"happened_on": _("On this day it had not been issued yet.")}, code="before"
        )
    return record(
        Urging(
            directive=row,
            agency=agency,
            happened_on=happened_on,
            letter_number=letter_number,
            note=note,
            document=document,
        ),
        by=by,
    )


@transaction.atomic
def withdraw_directive(*, directive: Directive, because: str, by: User) -> None:
    """It was entered by mistake: it goes with all that was written about it."""
    at = timezone.now()
    for row in hanging(directive):
        withdraw(fact=row, because=because, by=by, at=at)
    withdraw(fact=directive, because=because, by=by, at=at)


def hanging(directive: Directive) -> list[Record]:
    """What is withdrawn with it: what was said about it, its moves, its urgings."""
    own = {"directive": directive}
    return [
        *DirectiveEvent.objects.known().filter(**own),
        *DirectiveDue.objects.known().filter(**own),
        *Urging.objects.known().filter(**own),
    ]


def _happened(
    directive: Directive,
    kind: str,
    happened_on: date,
    by: User,
    agency: Agency | None,
    note: str,
    document: Document | None,
    *,
    answer_by: User | None = None,
) -> DirectiveEvent:
    row = _open(directive)
    if happened_on < row.issued_on:
        raise ValidationError(
            {"happened_on": _("On this day it had not been issued yet.")}, code="before"
        )
    return _once(
        DirectiveEvent(
            directive=row,
            kind=kind,
            happened_on=happened_on,
            agency=agency,
            note=note.strip(),
            document=document,
            answer_by=answer_by,
        ),
        by=by,
        refused={"happened_on": _("Somebody else closed it meanwhile. Reload the page.")},
    )


def _standing(directive: Directive) -> Directive:
    """Locked, so that two who close it take turns."""
    row = Directive.objects.select_for_update(no_key=True).get(pk=directive.pk)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    return row


def _open(directive: Directive) -> Directive:
    row = _standing(directive)
    if row.events.filter(withdrawn_at=None, kind=Kind.CLOSED).exists():
        raise ValidationError(rules.is_closed(), code="closed")
    return row


def _standing_answers(row: Directive, agency: Agency | None = None) -> QuerySet[DirectiveEvent]:
    """The answers that were not returned since, oldest first."""
    events = list(
        DirectiveEvent.objects.known()
        .filter(directive=row, kind__in=(Kind.ANSWERED, Kind.RETURNED))
        .order_by("happened_on", "recorded_at", "pk")
    )
    returned: dict[int | None, int] = {}
    for place, event in enumerate(events):
        if event.kind == Kind.RETURNED:
            returned[event.agency_id] = place
    standing = [
        event.pk
        for place, event in enumerate(events)
        if event.kind == Kind.ANSWERED
        and place > returned.get(event.agency_id, -1)
        and (agency is None or event.agency_id == agency.pk)
    ]
    return (
        DirectiveEvent.objects.filter(pk__in=standing)
        .select_related("document", "recorded_by")
        .order_by("happened_on", "recorded_at", "pk")
    )


def _once(row: Fact, *, by: User, refused: dict[str, str]) -> Fact:
    """Record it; what the database refuses because another was first is said in words."""
    try:
        with transaction.atomic():
            return record(row, by=by)
    except IntegrityError:
        raise ValidationError(refused, code="taken") from None
