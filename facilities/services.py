"""Writing a fact, checking it, taking it back. Whoever calls has settled the permission."""

from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities import clock
from facilities.models import Record, User

Fact = TypeVar("Fact", bound=Record)


class AlreadyWithdrawn(ValidationError):
    """Somebody else took the fact back first."""

    def __init__(self) -> None:
        super().__init__(
            _("This entry has already been withdrawn. Reload the page to see what stands now."),
            code="already_withdrawn",
        )


@transaction.atomic
def record(fact: Fact, *, by: User, at: datetime | None = None) -> Fact:
    """Store a new fact. Raises ValidationError naming the field; nothing is stored then."""
    fact.recorded_by = by
    fact.recorded_at = at or timezone.now()
    _refuse_future(fact, clock.day_of(fact.recorded_at))
    fact.full_clean()
    fact.save(force_insert=True)
    return fact


def day_of_writing() -> date:
    """The day at the keyboard: what lies after it is still to come, whatever day a page speaks of."""
    return clock.day_of(timezone.now())


# The fields that say on which day something happened. What is planned has its own tables.
HAPPENED = ("happened_on", "raised_on", "cleared_on", "issued_on", "met_on")


def _refuse_future(fact: Record, written_on: date) -> None:
    """What is written down as happened has happened by the day of writing."""
    for name in HAPPENED:
        day = getattr(fact, name, None)
        if day is not None and day > written_on:
            raise ValidationError(
                {name: _("This day is still to come. Record it once it has happened.")},
                code="future",
            )


@transaction.atomic
def withdraw(*, fact: Fact, because: str, by: User, at: datetime | None = None) -> Fact:
    """Say that a fact was wrong. It stays readable, with who, when and why; figures drop it from now on.

    Raises ValidationError without a reason or with one of more than 500 letters, AlreadyWithdrawn
    if another writer was first.
    """
    because = because.strip()
    if not because:
        raise ValidationError({"because": _("Give the reason.")}, code="required")
    try:
        # The update below asks no validator, and PostgreSQL refuses what is too long.
        type(fact).withdrawn_because.field.run_validators(because)
    except ValidationError as error:
        raise ValidationError({"because": error}) from None
    at = at or timezone.now()
    # One conditional update instead of a row lock: the same on SQLite and PostgreSQL.
    withdrawn = (
        type(fact)
        .objects.filter(pk=fact.pk, withdrawn_at__isnull=True)
        .update(withdrawn_at=at, withdrawn_by=by, withdrawn_because=because)
    )
    if not withdrawn:
        raise AlreadyWithdrawn
    fact.refresh_from_db()
    return fact


@transaction.atomic
def correct(*, fact: Fact, because: str, by: User, **changes: object) -> Fact:
    """Withdraw a fact and record it anew with `changes`, in one go at one moment. Returns the new one.

    Refused while other rows hang on this one: they would go on hanging on what was withdrawn.
    """
    for relation in fact._meta.related_objects:
        if relation.related_model._base_manager.filter(**{relation.field.name: fact.pk}).exists():
            raise ValidationError(
                _("Other entries refer to this one. Correct those first."), code="referred_to"
            )
    at = timezone.now()
    withdraw(fact=fact, because=because, by=by, at=at)
    return record(fact.for_correction(**changes), by=by, at=at)


@transaction.atomic
def check(*, fact: Fact, by: User, at: datetime | None = None) -> Fact:
    """The Department has compared the fact with its paper. A second check changes nothing.

    Raises ValidationError when there is no paper, or when the checker entered the fact.
    """
    if not fact.document_id:
        raise ValidationError(
            {
                "document": _(
                    "Attach the document first: without it there is nothing to compare with."
                )
            },
            code="no_document",
        )
    # Four eyes: a check says that a second person has seen the paper.
    if fact.recorded_by_id == by.pk:
        raise ValidationError(
            _("You cannot verify data you entered. Ask a colleague."), code="own_fact"
        )
    # Who was first decides: a check and a withdrawal at the same moment must not both hold.
    checked = (
        type(fact)
        .objects.filter(pk=fact.pk, checked_at__isnull=True, withdrawn_at__isnull=True)
        .update(checked_at=at or timezone.now(), checked_by=by)
    )
    fact.refresh_from_db()
    if not checked and fact.withdrawn_at:
        raise AlreadyWithdrawn
    return fact
