"""Verbs of working sessions: agenda, conclusion, directives. Whoever calls has settled the permission.

The session itself is a row of a register (`rollout.registers.steering`): planned, described, withdrawn there.
"""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from facilities.models import Agency, User
from facilities.services import AlreadyWithdrawn, day_of_writing, record
from rollout.models import AgendaItem, Directive, SessionConclusion, WorkingSession
from rollout.programme.directives import services as directive_keeping


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


def _standing(session: WorkingSession) -> WorkingSession:
    row = WorkingSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    return row


def _conclusion(session: WorkingSession) -> SessionConclusion | None:
    return SessionConclusion.objects.known().filter(session=session).first()
