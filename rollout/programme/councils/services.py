"""Verbs of evaluation councils. Whoever calls has settled the permission.

Only a ruling makes a facility evaluated. What a council marked, found and asked for is kept beside
it, each row with who wrote it down.
"""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.models import Document, Facility, User
from facilities.services import record, withdraw
from rollout.models import (
    Conclusion,
    ConditionMet,
    CouncilCondition,
    CouncilExamined,
    CouncilMeeting,
    CouncilMember,
    CouncilRuling,
    CouncilScore,
    CriteriaGroup,
    CriteriaSet,
    Criterion,
    GroupResult,
    Mark,
)
from rollout.programme.councils import rules
from rollout.programme.services import record_ruling

# Codes that are addresses of other pages.
ADDRESSES = ("new", "criteria")


@transaction.atomic
def open_council(
    *,
    code: str,
    facility: Facility,
    level: str,
    criteria_set: CriteriaSet | None = None,
    basis: str = "",
    place: str = "",
    set_up_number: str = "",
    set_up_on: date | None = None,
    follows: CouncilMeeting | None = None,
) -> CouncilMeeting:
    """A council of one facility; its day is fixed by
    `rollout.meetings.councils.fix`. Raises ValidationError naming the field.

    `follows`: the meeting that failed the facility, where this one evaluates it again.
    """
    if code in ADDRESSES or CouncilMeeting.objects.standing().filter(code=code).exists():
        raise ValidationError({"code": rules.code_taken()}, code="taken")
    if fault := rules.without_criteria(criteria_set, basis):
        raise ValidationError({"criteria_set": fault}, code="required")
    if follows is not None:
        _refuse_wrong_follow_up(follows, facility)
    made = CouncilMeeting(
        code=code,
        facility=facility,
        level=level,
        criteria_set=criteria_set,
        basis=basis.strip(),
        place=place,
        set_up_number=set_up_number,
        set_up_on=set_up_on,
        follows=follows,
    )
    made.full_clean()
    made.save(force_insert=True)
    return made


def _refuse_wrong_follow_up(follows: CouncilMeeting, facility: Facility) -> None:
    failed = CouncilRuling.objects.known().filter(meeting=follows, conclusion=Conclusion.FAIL)
    if follows.facility_id != facility.pk or not failed.exists():
        raise ValidationError(
            {"follows": _("Choose the meeting that failed this facility.")}, code="not_failed"
        )


@transaction.atomic
def write_basis(*, meeting: CouncilMeeting, basis: str) -> CouncilMeeting:
    """On what the council judges, where its set of criteria is not in force or there is none."""
    meeting.basis = basis.strip()
    meeting.full_clean()
    meeting.save(update_fields=["basis"])
    return meeting


@transaction.atomic
def add_member(
    *,
    meeting: CouncilMeeting,
    name: str,
    organisation: str,
    seat: str,
    by: User,
    position: str = "",
) -> CouncilMember:
    standing = CouncilMember.objects.known().filter(meeting=meeting)
    if standing.filter(name=name, organisation=organisation).exists():
        raise ValidationError({"name": _("This person sits on the council already.")}, code="taken")
    if seat == CouncilMember.Seat.CHAIR and standing.filter(seat=seat).exists():
        raise ValidationError({"seat": _("The council has a chair already.")}, code="taken")
    return record(
        CouncilMember(
            meeting=meeting, name=name, position=position, organisation=organisation, seat=seat
        ),
        by=by,
    )


def add_examined(
    *, meeting: CouncilMeeting, kind: str, what: str, by: User, remark: str = ""
) -> CouncilExamined:
    """A document it examined, or a ward it surveyed."""
    return record(CouncilExamined(meeting=meeting, kind=kind, what=what, remark=remark), by=by)


@transaction.atomic
def mark(*, member: CouncilMember, marks: Mapping[Criterion, str], by: User) -> int:
    """What a member found of each criterion; a mark given before is replaced. Returns how many changed."""
    standing = {row.criterion_id: row for row in CouncilScore.objects.known().filter(member=member)}
    at = timezone.now()
    changed = 0
    for criterion, value in marks.items():
        if criterion.group.criteria_set_id != member.meeting.criteria_set_id:
            raise ValidationError(
                _("This criterion does not belong to the council's set."), code="stranger"
            )
        if Mark(value) == getattr(standing.get(criterion.pk), "mark", None):
            continue
        if old := standing.get(criterion.pk):
            withdraw(fact=old, because=_("Marked again"), by=by, at=at)
        record(CouncilScore(member=member, criterion=criterion, mark=value), by=by, at=at)
        changed += 1
    return changed


@transaction.atomic
def find(
    *, meeting: CouncilMeeting, group: CriteriaGroup, result: str, by: User, remark: str = ""
) -> GroupResult:
    """What the council as a whole found of a group; found anew, it replaces what was found before."""
    if group.criteria_set_id != meeting.criteria_set_id:
        raise ValidationError(
            {"group": _("This group does not belong to the council's set.")}, code="stranger"
        )
    at = timezone.now()
    if old := GroupResult.objects.known().filter(meeting=meeting, group=group).first():
        withdraw(fact=old, because=_("Found again"), by=by, at=at)
    return record(
        GroupResult(meeting=meeting, group=group, result=result, remark=remark), by=by, at=at
    )


@transaction.atomic
def rule(
    *,
    meeting: CouncilMeeting,
    held_on: date,
    conclusion: str,
    by: User,
    minutes_number: str = "",
    votes_for: int | None = None,
    votes_against: int | None = None,
    votes_abstained: int | None = None,
    document: Document | None = None,
) -> CouncilRuling:
    """The council met and concluded. From this day on the facility is what the council said.

    Refused: more votes than members on record, a second ruling, a day on which the criteria were
    not in force without a written basis.
    """
    row = CouncilMeeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    if ruling_of(row):
        raise ValidationError(rules.has_ruled(), code="ruled")
    if fault := rules.not_in_force(row.criteria_set, row.basis, held_on):
        raise ValidationError({"held_on": fault}, code="no_basis")
    cast = [votes for votes in (votes_for, votes_against, votes_abstained) if votes is not None]
    members = CouncilMember.objects.known().filter(meeting=row).count()
    if members and sum(cast) > members:
        raise ValidationError(
            {
                "votes_for": _(
                    "There are more votes than members. Check the votes or add the missing members."
                )
            },
            code="votes",
        )
    try:
        ruling = record_ruling(
            meeting=row,
            conclusion=conclusion,
            held_on=held_on,
            by=by,
            minutes_number=minutes_number,
            document=document,
        )
    except ValidationError as error:
        if "happened_on" in getattr(error, "error_dict", {}):
            raise ValidationError({"held_on": error.error_dict["happened_on"]}) from None
        raise
    if cast:
        ruling.votes_for, ruling.votes_against = votes_for, votes_against
        ruling.votes_abstained = votes_abstained
        ruling.full_clean()
        ruling.save(update_fields=["votes_for", "votes_against", "votes_abstained"])
    return ruling


@transaction.atomic
def ask(
    *, meeting: CouncilMeeting, text: str, owner: str, due_on: date, by: User
) -> CouncilCondition:
    """What is to be put right after a ruling, by whom, by when."""
    ruling = ruling_of(meeting)
    if ruling is None:
        raise ValidationError(rules.conditions_before_ruling(), code="no_ruling")
    if fault := rules.due_too_early(due_on, ruling.happened_on):
        raise ValidationError({"due_on": fault}, code="before")
    return record(CouncilCondition(meeting=meeting, text=text, owner=owner, due_on=due_on), by=by)


@transaction.atomic
def fulfil(
    *,
    condition: CouncilCondition,
    met_on: date,
    by: User,
    note: str = "",
    document: Document | None = None,
) -> ConditionMet:
    ruling = ruling_of(condition.meeting)
    if ruling is not None and met_on < ruling.happened_on:
        raise ValidationError({"met_on": _("The day lies before the conclusion.")}, code="before")
    if ConditionMet.objects.known().filter(condition=condition).exists():
        raise ValidationError(_("This condition was met already."), code="taken")
    return record(
        ConditionMet(condition=condition, met_on=met_on, note=note, document=document), by=by
    )


def ruling_of(meeting: CouncilMeeting) -> CouncilRuling | None:
    """The one that stands; putting off is no ruling."""
    return (
        CouncilRuling.objects.known()
        .filter(meeting=meeting)
        .exclude(conclusion=Conclusion.POSTPONED)
        .first()
    )
