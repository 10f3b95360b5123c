"""The invitation to a meeting of an evaluation council."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rollout.models import CouncilExamined
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind
from rollout.publishing.papers.kinds.of_a_council import council, next_subjects
from rollout.publishing.papers.paper import Block, Bullets, Paper, Paragraph
from rollout.templatetags.figures import day


def build(asked: Asked) -> Paper:
    found = council(asked)
    meeting, dossier = found.meeting, found.dossier
    when = day(dossier.dates[-1].scheduled_on) if dossier.dates else wording.BLANK
    documents = [d.what for d in dossier.examined if d.kind == CouncilExamined.Kind.DOCUMENT]
    wards = [d.what for d in dossier.examined if d.kind == CouncilExamined.Kind.WARD]
    agenda = [
        _("Report of %(facility)s on its electronic medical records and its self-assessment;")
        % {"facility": found.facility_name},
        _("Survey of wards: %(wards)s;") % {"wards": ", ".join(wards) or wording.BLANK},
        _("Marks of the members by group of criteria, discussion, vote and conclusion."),
    ]
    blocks: list[Block] = [
        Paragraph(
            _(
                "The %(department)s invites you to the meeting of the council that evaluates the "
                "electronic medical records of %(facility)s."
            )
            % {"department": wording.department(asked), "facility": found.facility_name}
        ),
        Paragraph(wording.blank(found.basis), bold=_("Basis:")),
        Paragraph(
            _("%(hours)s on %(day)s.") % {"hours": wording.BLANK, "day": when}, bold=_("Time:")
        ),
        Paragraph(wording.blank(meeting.place), bold=_("Place:")),
        Paragraph("", bold=_("Agenda:")),
        Bullets(tuple(agenda)),
        Paragraph(", ".join(documents) or wording.BLANK, bold=_("Documents:")),
        Paragraph(_("Please attend in full and on time, so that the meeting reaches its end.")),
    ]
    invited = tuple(
        ", ".join(filter(None, (m.name, m.position, m.organisation))) for m in dossier.members
    )
    return Paper(
        **wording.heading(asked),
        number=wording.number("GM"),
        kind=_("INVITATION"),
        subject=_("To a meeting of the council evaluating electronic medical records"),
        addressees=invited or (wording.BLANK,),
        blocks=tuple(blocks),
        signatures=(wording.director(),),
        recipients=wording.recipients(_("As above;"), f"{found.facility_name};"),
        file_name=f"giay-moi-{meeting.code}",
    )


KIND = Kind(
    slug="invitation",
    label=gettext_lazy("Invitation to a council"),
    subjects=next_subjects,
    build=build,
    of_facilities=True,
)
