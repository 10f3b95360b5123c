"""The letter that urges an agency: its overdue directives, and the obstacles that wait for it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from facilities.models import Agency
from rollout.programme.directives.reading import DirectiveOnDay
from rollout.programme.obstacles import ObstacleOnDay, obstacles
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.provinces import programmes_at
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind, NoSuchSubject
from rollout.publishing.papers.paper import Block, Paper, Paragraph, Table
from rollout.templatetags.figures import day, number


def subjects(asked: Asked) -> list[tuple[str, str]]:
    """Agencies that something waits for, by name."""
    waited = {pk for d in _open(asked) for pk in d.agency_ids}
    waited |= {o.agency_id for o in _standing(asked) if o.agency_id}
    agencies = Agency.objects.filter(pk__in=waited).order_by("name_vi")
    return [(agency.code, agency.name) for agency in agencies if not wording.is_sender(agency)]


def _open(asked: Asked) -> list[DirectiveOnDay]:
    return [
        d
        for d in directives_of(asked.as_of, programmes_at(asked.area, asked.on, asked.known_at))
        if d.closed_on is None
    ]


def _standing(asked: Asked) -> list[ObstacleOnDay]:
    return [o for o in obstacles(asked.as_of) if o.cleared_on is None]


def build(asked: Asked) -> Paper:
    agency = Agency.objects.filter(code=asked.about).first()
    if agency is None or wording.is_sender(agency):
        raise NoSuchSubject
    above = wording.is_above(agency)
    committee = wording.peoples_committee(asked)
    due = [d for d in _open(asked) if agency.pk in d.agency_ids]
    held = [o for o in _standing(asked) if o.agency_id == agency.pk]
    blocks: list[Block] = [
        Paragraph(
            _(
                "The %(department)s has gone over the work on electronic medical records on "
                "%(day)s and asks the %(committee)s to consider writing to %(agency)s, so that what "
                "is listed below is settled."
            )
            % {
                "department": wording.department(asked),
                "day": day(asked.on),
                "committee": committee,
                "agency": agency.name,
            }
        )
        if above
        else Paragraph(
            _(
                "The %(department)s has gone over the work on electronic medical records on "
                "%(day)s and asks %(agency)s to carry out what is listed below."
            )
            % {
                "department": wording.department(asked),
                "day": day(asked.on),
                "agency": agency.name,
            }
        )
    ]
    if due:
        overdue = tuple(
            (
                d.document_number,
                d.text,
                day(d.issued_on),
                day(d.due_on) or _("none set"),
                number(d.days_late(asked.on)) if d.days_late(asked.on) else "",
            )
            for d in due
        )
        blocks.append(
            Table(
                caption=_("Directives not yet completed"),
                head=(
                    pgettext("head of a column", "Document number"),
                    _("Directive"),
                    _("Issued on"),
                    _("Due on"),
                    _("Working days overdue"),
                ),
                rows=overdue,
                widths=(0.15, 0.43, 0.16, 0.16, 0.1),
                right=frozenset({2, 3, 4}),
            )
        )
    if held:
        holding = tuple(
            (o.name, day(o.since), number(len(o.facility_ids)), number(o.facility_days))
            for o in held
        )
        blocks.append(
            Table(
                caption=_("Obstacles to be resolved"),
                head=(_("Obstacle"), _("Since"), _("Facilities blocked"), _("Facility-days lost")),
                rows=holding,
                widths=(0.5, 0.18, 0.16, 0.16),
                right=frozenset({1, 2, 3}),
            )
        )
    urged = sum(d.urgings for d in due)
    if urged and not above:
        blocks.append(
            Paragraph(
                ngettext(
                    "We have asked about these matters %(count)s time.",
                    "We have asked about these matters %(count)s times.",
                    urged,
                )
                % {"count": number(urged)}
            )
        )
    if above:
        blocks.append(
            Paragraph(
                _("The %(department)s submits this to the %(committee)s for consideration.")
                % {"department": wording.department(asked), "committee": committee}
            )
        )
    else:
        blocks.append(_answer(committee))
    return Paper(
        **wording.heading(asked),
        number=wording.number(""),
        kind="",
        subject=_("Re: proposing a letter to %(agency)s on obstacles of electronic medical records")
        % {"agency": wording.unbroken(agency.name)}
        if above
        else _("Re: follow-up on directives on electronic medical records"),
        addressees=(committee if above else agency.name,),
        blocks=tuple(blocks),
        signatures=(wording.director(),),
        recipients=wording.recipients(_("As above;"))
        if above
        else wording.recipients(_("As above;"), f"{committee};"),
        file_name=f"don-doc-{agency.code}",
        note=wording.sample_note() if any(d.assumed for d in due) else "",
    )


def _answer(committee: str) -> Paragraph:
    return Paragraph(
        _(
            "Please answer in writing before %(day)s, so that it can be reported to the "
            "%(committee)s."
        )
        % {"day": wording.BLANK, "committee": committee}
    )


KIND = Kind(slug="urging", label=gettext_lazy("Follow-up letter"), subjects=subjects, build=build)
