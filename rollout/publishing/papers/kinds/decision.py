"""The draft of the decision by which a facility uses electronic medical records instead of paper."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind
from rollout.publishing.papers.kinds.of_a_council import council, subjects
from rollout.publishing.papers.paper import Block, Paper, Paragraph, Signature
from rollout.templatetags.figures import day


def build(asked: Asked) -> Paper:
    found = council(asked)
    ruling = found.dossier.ruling
    minutes = _("the minutes No. %(number)s of %(day)s of the evaluating council") % {
        "number": wording.blank(ruling.minutes_number if ruling else ""),
        "day": day(ruling.happened_on) if ruling else wording.BLANK,
    }
    values = {"facility": found.facility_name, "day": wording.BLANK}
    blocks: list[Block] = [
        Paragraph(_("Pursuant to %(basis)s;") % {"basis": wording.blank(found.basis)}, italic=True),
        Paragraph(_("Pursuant to %(minutes)s;") % {"minutes": minutes}, italic=True),
        Paragraph(_("At the proposal of the head of the General Planning Office,"), italic=True),
        Paragraph(_("DECIDES:"), centred=True),
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
                "Wards and offices of %(facility)s keep, store and hand over electronic medical "
                "records by the regulation in force."
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
        superior=pgettext("issuing body of a paper", "Department of Health").upper(),
        issuer=found.facility_name.upper(),
        number=_("No.:        /QĐ-"),
        place=wording.place(asked),
        on=asked.on,
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


KIND = Kind(
    slug="decision",
    label=gettext_lazy("Draft decision to use electronic medical records"),
    subjects=subjects,
    build=build,
    of_facilities=True,
)
