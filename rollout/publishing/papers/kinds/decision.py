"""The draft of the decision by which a facility uses electronic medical records instead of paper."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from rollout.models import Milestone, MilestoneEvent
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind
from rollout.publishing.papers.kinds.of_a_council import council, subjects
from rollout.publishing.papers.paper import Block, Paper, Paragraph, Signature
from rollout.templatetags.figures import day


def build(asked: Asked) -> Paper:
    found = council(asked)
    ruling = found.dossier.ruling
    minutes = _("the minutes No. %(number)s of %(day)s of the evaluating council") % {
        "number": wording.blank(wording.number_on_record(ruling.minutes_number if ruling else "")),
        "day": day(ruling.happened_on) if ruling else wording.BLANK,
    }
    decided, official = _on_record(asked, found.meeting.facility_id)
    values = {
        "facility": found.facility_name,
        "day": day(official.happened_on) if official else wording.BLANK,
    }
    named = found.facility.name_vi if found.facility else ""
    paper = decided.document if decided else None
    head = pgettext("signature", "DIRECTOR")
    blocks: list[Block] = [
        Paragraph(
            f"{head} {wording.unbroken(found.facility_name).upper()}", centred=True, strong=True
        ),
        Paragraph(_("Pursuant to %(basis)s;") % {"basis": wording.blank(found.basis)}, italic=True),
        Paragraph(_("Pursuant to %(minutes)s;") % {"minutes": minutes}, italic=True),
        Paragraph(_("At the proposal of the head of the General Planning Office,"), italic=True),
        Paragraph(_("DECIDES:"), centred=True, strong=True),
        Paragraph(
            _(
                "%(facility)s officially uses electronic medical records instead of paper ones from "
                "%(day)s."
            )
            % values,
            bold=_("Article 1."),
        ),
        Paragraph(
            _(
                "Wards and offices of %(facility)s create, sign, store and use electronic "
                "medical records by the regulation in force."
            )
            % values,
            bold=_("Article 2."),
        ),
        Paragraph(
            _(
                "This decision takes effect on the day of its signing. The heads of wards and "
                "offices carry it out."
            ),
            bold=_("Article 3."),
        ),
    ]
    unfinished = [c for c in found.dossier.conditions if c.met is None]
    warnings = []
    if ruling is None or ruling.conclusion not in ("pass", "conditions"):
        warnings.append(_("Draft: no council has passed this facility yet."))
    if unfinished:
        warnings.append(_("Draft: conditions of the council are not met yet."))
    return Paper(
        superior=wording.unbroken(wording.department(asked)).upper(),
        issuer=wording.unbroken(found.facility_name).upper(),
        number=_("No.: %(number)s") % {"number": wording.number_on_record(paper.number)}
        if paper and paper.number
        else _("No.:        /QĐ-%(unit)s") % {"unit": wording.abbreviation(named)},
        place=wording.seat(asked, found.facility),
        on=decided.happened_on if decided else asked.on,
        kind=_("DECISION"),
        subject=_("On the official use of electronic medical records"),
        blocks=tuple(blocks),
        signatures=(
            Signature((pgettext("signature", "DIRECTOR"),), "", _("(signature, full name, seal)")),
        ),
        recipients=(_("As in Article 3;"), f"{wording.department(asked)};", _("Filed: Registry.")),
        file_name=f"quyet-dinh-{found.meeting.code}",
        note=" ".join(warnings),
    )


def _on_record(
    asked: Asked, facility_id: int
) -> tuple[MilestoneEvent | None, MilestoneEvent | None]:
    """The decision and the beginning of official use, as far as they have happened."""
    rows = MilestoneEvent.objects.as_of(asked.on, asked.known_at).filter(
        facility=facility_id, milestone__in=(Milestone.DECISION, Milestone.OFFICIAL)
    )
    found = {row.milestone: row for row in rows.select_related("document")}
    return found.get(Milestone.DECISION), found.get(Milestone.OFFICIAL)


KIND = Kind(
    slug="decision",
    label=gettext_lazy("Draft decision to use electronic medical records"),
    subjects=subjects,
    build=build,
    of_facilities=True,
)
