"""Solutions as they stood on a day, and the verbs about them. Whoever calls has settled the permission."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from facilities.as_of import AsOf
from facilities.models import Agency, Facility, User
from facilities.models.places import in_language
from facilities.services import AlreadyWithdrawn, day_of_writing, record, withdraw
from rollout.models import Directive, Obstacle, Solution, SolutionOutcome, WorkingSession

Proposer = Solution.Proposer


@dataclass(frozen=True, slots=True)
class SolutionOnDay:
    """`outcome` None: what became of it is not recorded by the day."""

    pk: int
    obstacle_id: int | None  # None: about the obstacles of its session
    session_id: int | None
    text_vi: str
    text_en: str
    proposed_on: date
    whom_vi: str
    whom_en: str
    source: str
    assumed: str
    outcome: SolutionOutcome | None = None

    @property
    def settled_on(self) -> date | None:
        return self.outcome.happened_on if self.outcome else None

    @property
    def directive(self) -> Directive | None:
        """That takes it up."""
        return self.outcome.directive if self.outcome else None

    @property
    def because(self) -> str:
        """Why it was dropped."""
        return self.outcome.because if self.outcome else ""

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)

    @property
    def whom(self) -> str:
        return in_language(self.whom_vi, self.whom_en)


def solutions(as_of: AsOf) -> list[SolutionOnDay]:
    """Those proposed by the day, in that order: two queries."""
    on, known_at = as_of.until, as_of.known_at
    places = as_of.so_far(on)
    outcomes = SolutionOutcome.objects.known(known_at).filter(happened_on__lte=on)
    rows = (
        Solution.objects.known(known_at)
        .filter(proposed_on__lte=on)
        .select_related("agency")
        .prefetch_related(
            Prefetch("outcomes", queryset=outcomes.select_related("directive"), to_attr="settled")
        )
    )
    found = []
    for row in rows.order_by("proposed_on", "code"):
        place = places.get(row.facility_id) if row.facility_id else None
        if place:
            whom = place.name_vi or place.code, place.name_en
        elif row.agency:
            whom = row.agency.name_vi, row.agency.name_en
        else:
            whom = _in_both(row.proposer)
        found.append(
            SolutionOnDay(
                pk=row.pk,
                obstacle_id=row.obstacle_id,
                session_id=row.session_id,
                text_vi=row.text_vi,
                text_en=row.text_en,
                proposed_on=row.proposed_on,
                whom_vi=whom[0],
                whom_en=whom[1],
                source=row.source,
                assumed=row.assumed,
                outcome=row.settled[0] if row.settled else None,
            )
        )
    return found


def _in_both(proposer: str) -> tuple[str, str]:
    """A kind of proposer in Vietnamese and English."""
    words = []
    for language in ("vi", "en"):
        with override(language):
            words.append(str(Proposer(proposer).label))
    return words[0], words[1]


def of_obstacle(
    found: Iterable[SolutionOnDay], obstacle_id: int, session_id: int | None
) -> list[SolutionOnDay]:
    """Those about one obstacle, and those about all that were raised at its session."""
    return [
        one
        for one in found
        if one.obstacle_id == obstacle_id
        or (one.obstacle_id is None and session_id is not None and one.session_id == session_id)
    ]


def of_session(
    found: Iterable[SolutionOnDay], session_id: int, obstacle_ids: Iterable[int]
) -> list[SolutionOnDay]:
    """Those proposed at a session, or about what was raised at it."""
    raised = set(obstacle_ids)
    return [one for one in found if one.session_id == session_id or one.obstacle_id in raised]


def next_code(obstacle: Obstacle) -> str:
    """The next number of an obstacle: du-toan-1."""
    taken = set(Solution.objects.known().values_list("code", flat=True))
    number = 1
    while (code := f"{obstacle.code[:36]}-{number}") in taken:
        number += 1
    return code


@transaction.atomic
def propose(
    *,
    obstacle: Obstacle,
    text_vi: str,
    proposed_on: date,
    proposer: str,
    by: User,
    text_en: str = "",
    facility: Facility | None = None,
    agency: Agency | None = None,
    session: WorkingSession | None = None,
    source: str = "",
) -> Solution:
    """Somebody proposed a way out. Raises ValidationError where the proposer is not named, or two are."""
    row = Obstacle.objects.select_for_update(no_key=True).get(pk=obstacle.pk)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    if (proposer == Proposer.FACILITY) != (facility is not None):
        raise ValidationError(
            {"facility": _("Name the facility if a facility proposed it, and only then.")},
            code="proposer",
        )
    if (proposer == Proposer.AGENCY) != (agency is not None):
        raise ValidationError(
            {"agency": _("Name the agency if an agency proposed it, and only then.")},
            code="proposer",
        )
    if proposed_on > day_of_writing():
        raise ValidationError(
            {"proposed_on": _("This day is still to come. Record it once it has happened.")},
            code="future",
        )
    return record(
        Solution(
            code=next_code(row),
            obstacle=row,
            text_vi=text_vi,
            text_en=text_en,
            proposed_on=proposed_on,
            proposer=proposer,
            facility=facility,
            agency=agency,
            session=session,
            source=source,
        ),
        by=by,
    )


@transaction.atomic
def settle(
    *,
    solution: Solution,
    happened_on: date,
    by: User,
    directive: Directive | None = None,
    because: str = "",
) -> SolutionOutcome:
    """A directive takes it up, or it is dropped because of something; once."""
    row = Solution.objects.select_for_update(no_key=True).get(pk=solution.pk)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn
    because = because.strip()
    if (directive is None) == (not because):
        raise ValidationError(
            {"directive": _("Choose the directive that takes it up, or say why it was discarded.")},
            code="required",
        )
    first = max(row.proposed_on, directive.issued_on if directive else row.proposed_on)
    if happened_on < first:
        raise ValidationError(
            {"happened_on": _("On this day it had not been proposed, or directed, yet.")},
            code="before",
        )
    if happened_on > day_of_writing():
        raise ValidationError(
            {"happened_on": _("This day is still to come. Record it once it has happened.")},
            code="future",
        )
    try:
        with transaction.atomic():
            return record(
                SolutionOutcome(
                    solution=row, happened_on=happened_on, directive=directive, because=because
                ),
                by=by,
            )
    except (IntegrityError, ValidationError) as error:
        if not SolutionOutcome.objects.known().filter(solution=row).exists():
            raise
        taken = _("What became of it is recorded already. Withdraw that first.")
        raise ValidationError({"solution": taken}, code="taken") from error


@transaction.atomic
def withdraw_solution(*, solution: Solution, because: str, by: User) -> None:
    """It was entered by mistake: it goes with what became of it."""
    at = timezone.now()
    for outcome in SolutionOutcome.objects.known().filter(solution=solution):
        withdraw(fact=outcome, because=because, by=by, at=at)
    withdraw(fact=solution, because=because, by=by, at=at)
