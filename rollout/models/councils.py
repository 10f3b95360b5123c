"""Evaluation councils: when they are to meet, and what they ruled."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import DatedFact, Entry, Facility, Record, Yardstick
from facilities.models.facts import NOBODY
from rollout.models.criteria import CriteriaGroup, CriteriaSet, Criterion


class Conclusion(models.TextChoices):
    PASS = "pass", _("Pass")
    CONDITIONS = "conditions", _("Pass with conditions")
    FAIL = "fail", _("Fail")
    POSTPONED = "postponed", _("Postponed")


PASSING = (Conclusion.PASS, Conclusion.CONDITIONS)


class CouncilMeeting(Entry):
    """A meeting of a council on one facility. When it is to meet is dated, since meetings are moved."""

    reaches = "facility_id"

    class Level(models.TextChoices):
        FACILITY = "facility", _("Council of the facility")
        SECTOR = "sector", _("Council of the health sector")

    code = models.CharField(_("code"), max_length=40)
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        related_name="council_meetings",
        verbose_name=_("facility"),
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    criteria_set = models.ForeignKey(
        CriteriaSet,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        verbose_name=_("criteria set"),
    )
    basis = models.CharField(
        _("legal basis"),
        max_length=300,
        blank=True,
        help_text=_("Must be written where the criteria set is not in force on the day."),
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    set_up_number = models.CharField(
        _("number of the decision that set it up"), max_length=80, blank=True
    )
    set_up_on = models.DateField(_("set up on"), null=True, blank=True)
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("follows the meeting"),
        help_text=_("The meeting that failed the facility, where this one evaluates it again."),
    )

    class Meta(Entry.Meta):
        verbose_name = _("council meeting")
        verbose_name_plural = _("council meetings")
        ordering = ["code", "pk"]
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                # The code of a meeting that was entered by mistake is free again.
                name="rollout_council_meeting_code",
                fields=["code"],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message=_("This code is taken. Choose another one."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouncilDate(Yardstick):
    """The day a meeting is to be held, as fixed on `effective_from`; moving it is a new row."""

    reaches = "meeting__facility_id"

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.CASCADE,
        related_name="dates",
        verbose_name=_("council meeting"),
    )
    scheduled_on = models.DateField(_("scheduled on"))
    because = models.CharField(_("reason"), max_length=300, blank=True)
    override = models.CharField(
        _("why although not ready"),
        max_length=300,
        blank=True,
        help_text=_("Who fixed the day answers for it by name."),
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("date of a council meeting")
        verbose_name_plural = _("dates of council meetings")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_council_date_one_a_day",
                fields=["meeting", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class CouncilRuling(DatedFact):
    """What the council concluded, on the day it met. Only a ruling makes a facility evaluated."""

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.PROTECT,
        related_name="rulings",
        verbose_name=_("council meeting"),
    )
    conclusion = models.CharField(_("conclusion"), max_length=12, choices=Conclusion.choices)
    minutes_number = models.CharField(_("number of the minutes"), max_length=60, blank=True)
    votes_for = models.PositiveSmallIntegerField(_("votes for"), null=True, blank=True)
    votes_against = models.PositiveSmallIntegerField(_("votes against"), null=True, blank=True)
    votes_abstained = models.PositiveSmallIntegerField(_("abstentions"), null=True, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("council conclusion")
        verbose_name_plural = _("council conclusions")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                # Putting off is no ruling: the same meeting may be fixed anew, and then rule.
                name="rollout_one_ruling_per_meeting",
                fields=["meeting"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(conclusion="postponed"),
            ),
            models.UniqueConstraint(
                name="rollout_one_sitting_a_day",
                fields=["meeting", "happened_on"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class CouncilMember(Record):
    """Who sits on the council of a meeting, for whom and as what."""

    reaches = NOBODY

    class Seat(models.TextChoices):
        CHAIR = "chair", _("Chair")
        DEPUTY = "deputy", _("Deputy chair")
        SECRETARY = "secretary", _("Secretary")
        MEMBER = "member", _("Member")

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.PROTECT,
        related_name="members",
        verbose_name=_("council meeting"),
    )
    name = models.CharField(_("full name"), max_length=150)
    position = models.CharField(_("position"), max_length=150, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200)
    seat = models.CharField(_("seat"), max_length=10, choices=Seat.choices, default=Seat.MEMBER)

    class Meta(Record.Meta):
        verbose_name = _("council member")
        verbose_name_plural = _("council members")
        ordering = ["pk"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_council_member_once",
                fields=["meeting", "name", "organisation"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="rollout_council_one_chair",
                fields=["meeting"],
                condition=Q(withdrawn_at__isnull=True, seat="chair"),
            ),
        ]


class CouncilExamined(Record):
    """A document the council examined, or a ward it surveyed."""

    reaches = NOBODY

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Document examined")
        WARD = "ward", _("Ward surveyed")

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.PROTECT,
        related_name="examined",
        verbose_name=_("council meeting"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    what = models.CharField(_("what"), max_length=300)
    remark = models.CharField(_("remark"), max_length=500, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("examined by a council")
        verbose_name_plural = _("examined by councils")
        ordering = ["pk"]


class Mark(models.TextChoices):
    MET = "met", _("Met")
    BASICALLY = "basically", _("Basically met")
    NOT_MET = "not_met", _("Not met")


class CouncilScore(Record):
    """What one member found of one criterion."""

    reaches = NOBODY

    member = models.ForeignKey(
        CouncilMember, on_delete=models.PROTECT, related_name="scores", verbose_name=_("member")
    )
    criterion = models.ForeignKey(
        Criterion, on_delete=models.PROTECT, related_name="scores", verbose_name=_("criterion")
    )
    mark = models.CharField(_("mark"), max_length=10, choices=Mark.choices)
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("mark of a member")
        verbose_name_plural = _("marks of members")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_one_mark_a_member",
                fields=["member", "criterion"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class GroupResult(Record):
    """What the council as a whole found of a group of criteria."""

    reaches = NOBODY

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.PROTECT,
        related_name="group_results",
        verbose_name=_("council meeting"),
    )
    group = models.ForeignKey(
        CriteriaGroup, on_delete=models.PROTECT, related_name="+", verbose_name=_("group")
    )
    result = models.CharField(_("result"), max_length=10, choices=Mark.choices)
    remark = models.CharField(_("remark"), max_length=1000, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("result of a group of criteria")
        verbose_name_plural = _("results of groups of criteria")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_one_result_a_group",
                fields=["meeting", "group"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class CouncilCondition(Record):
    """What a council asked to be put right: by whom, by when."""

    reaches = "meeting__facility_id"

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.PROTECT,
        related_name="conditions",
        verbose_name=_("council meeting"),
    )
    text = models.CharField(_("what is to be put right"), max_length=500)
    owner = models.CharField(_("who answers for it"), max_length=200)
    due_on = models.DateField(_("due on"))

    class Meta(Record.Meta):
        verbose_name = _("condition of a council")
        verbose_name_plural = _("conditions of councils")
        ordering = ["due_on", "pk"]


class ConditionMet(Record):
    reaches = "condition__meeting__facility_id"

    condition = models.ForeignKey(
        CouncilCondition,
        on_delete=models.PROTECT,
        related_name="fulfilments",
        verbose_name=_("condition"),
    )
    met_on = models.DateField(_("met on"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("condition met")
        verbose_name_plural = _("conditions met")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_condition_met_once",
                fields=["condition"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
