"""Verbs of working sessions. Whoever calls has settled the permission."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.models import Agency, ChangeSet, Edit, User
from facilities.services import AlreadyWithdrawn, day_of_writing, record, withdraw
from rollout.models import (
    AgendaItem,
    Directive,
    Programme,
    SessionConclusion,
    WorkingSession,
)
from rollout.programme.directives import services as directive_keeping

REGISTER = "sessions"  # under which changes are logged

DESCRIBING = (
    "programme",
    "name_vi",
    "name_en",
    "held_on",
    "chair",
    "chair_en",
    "place",
    "participants_vi",
    "participants_en",
)


@transaction.atomic
def plan(*, change_set: ChangeSet, **described: object) -> WorkingSession:
    """A session, to come or held already. `described`: fields of `DESCRIBING`.

    Where one province alone is steered, it is that province's.
    """
    if described.get("programme") is None:
        steered = Programme.objects.order_by("pk")[:2]
        described["programme"] = steered[0] if len(steered) == 1 else None
    return record(WorkingSession(**described), by=change_set.by)


@transaction.atomic
def change(*, session: WorkingSession, change_set: ChangeSet, **described: object) -> list[str]:
    """Change what describes a session. Returns the names of the changed fields, each logged.

    A session that was concluded keeps its day: its brief and its directives hang on it.
    """
    row = _standing(session)
    moved = described.get("held_on", row.held_on) != row.held_on
    if moved and (_conclusion(row) or Directive.objects.known().filter(session=row).exists()):
        raise ValidationError(
            {"held_on": _("The session was concluded or has directives: its day stays.")},
            code="concluded",
        )
    changed = [
        name for name in DESCRIBING if described.get(name, getattr(row, name)) != getattr(row, name)
    ]
    for name in changed:
        Edit.objects.create(
            change_set=change_set,
            register=REGISTER,
            row=row.pk,
            column=name,
            old=str(getattr(row, name)),
            new=str(described[name]),
            because=change_set.because,
        )
        setattr(row, name, described[name])
    if changed:
        row.full_clean()
        row.save(update_fields=changed)
    return changed


@transaction.atomic
def add_item(*, session: WorkingSession, name_vi: str, name_en: str = "", by: User) -> AgendaItem:
    """Something to talk about that no register brings."""
    return record(AgendaItem(session=_standing(session), name_vi=name_vi, name_en=name_en), by=by)


@transaction.atomic
def conclude(
    *, session: WorkingSession, text_vi: str, text_en: str = "", by: User, source: str = ""
) -> SessionConclusion:
    """What the chair concluded; once, and not before the session's day."""
    row = _standing(session)
    if row.held_on > day_of_writing():
        raise ValidationError(
            _("The session is still to come. Conclude it once it has been held."), code="future"
        )
    taken = _("The session was concluded already. Withdraw that conclusion first.")
    if _conclusion(row):
        raise ValidationError(taken, code="taken")
    try:
        with transaction.atomic():
            return record(
                SessionConclusion(session=row, text_vi=text_vi, text_en=text_en, source=source),
                by=by,
            )
    except IntegrityError:
        raise ValidationError(taken, code="taken") from None


@transaction.atomic
def order(
    *,
    session: WorkingSession,
    text_vi: str,
    lead: Agency | None,
    by: User,
    text_en: str = "",
    coordinating: Iterable[Agency] = (),
    due_on: date | None = None,
) -> Directive:
    """A directive on the spot: the next number of the session, issued by its chair on its day."""
    row = _standing(session)
    if row.held_on > day_of_writing():
        raise ValidationError(
            _("The session is still to come. Give the directive once it is held."), code="future"
        )
    return directive_keeping.issue(
        text_vi=text_vi,
        text_en=text_en,
        issued_on=row.held_on,
        issued_by=row.chair,
        lead=lead,
        coordinating=coordinating,
        due_on=due_on,
        session=row,
        by=by,
    )


@transaction.atomic
def withdraw_session(*, session: WorkingSession, because: str, by: User) -> None:
    """It was entered by mistake, or called off. Refused while directives, obstacles or briefs hang on it."""
    row = _standing(session)
    hanging = (
        row.briefs.exists()
        or row.directives.filter(withdrawn_at=None).exists()
        or row.obstacles.filter(withdrawn_at=None).exists()
    )
    if hanging:
        raise ValidationError(
            _("Directives, obstacles or briefs belong to this session. Withdraw those first."),
            code="referred_to",
        )
    at = timezone.now()
    for model in (AgendaItem, SessionConclusion):
        for fact in model.objects.known().filter(session=row):
            withdraw(fact=fact, because=because, by=by, at=at)
    withdraw(fact=row, because=because, by=by, at=at)


def _standing(session: WorkingSession) -> WorkingSession:
    row = WorkingSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    return row


def _conclusion(session: WorkingSession) -> SessionConclusion | None:
    return SessionConclusion.objects.known().filter(session=session).first()
