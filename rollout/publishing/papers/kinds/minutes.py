"""Minutes of an evaluation council: everything that was written down about it, blank where nothing was."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from rollout.models import CouncilExamined, CouncilMember
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind
from rollout.publishing.papers.kinds.of_a_council import Council, council, subjects
from rollout.publishing.papers.paper import (
    Block,
    Bullets,
    Heading,
    Paper,
    Paragraph,
    Signature,
    Table,
)
from rollout.templatetags.figures import day, number


def build(asked: Asked) -> Paper:
    found = council(asked)
    ruling = found.dossier.ruling
    chairs = [m for m in found.dossier.members if m.seat == "chair"]
    secretaries = [m for m in found.dossier.members if m.seat == "secretary"]
    blocks = [*_opening(found), *_examined(found), *_results(found), *_conclusion(found)]
    number_of = wording.number_on_record(ruling.minutes_number if ruling else "")
    # Minutes carry the day of the meeting, whenever they are printed.
    held = _held(found)
    return Paper(
        **wording.heading(replace(asked, on=held) if held else asked),
        number=_("No.: %(number)s") % {"number": number_of} if number_of else wording.number("BB"),
        kind=_("MINUTES"),
        subject=_("Of the council evaluating the electronic medical records of %(facility)s")
        % {"facility": wording.unbroken(found.facility_name)},
        blocks=tuple(blocks),
        signatures=(
            Signature((pgettext("signature", "SECRETARY"),), _name(secretaries), _("(signature)")),
            Signature((pgettext("signature", "CHAIR"),), _name(chairs), _("(signature)")),
        ),
        recipients=wording.recipients(f"{found.facility_name};"),
        file_name=f"bien-ban-{found.meeting.code}",
        note=wording.sample_note() if ruling and ruling.assumed else "",
    )


def _held(found: Council) -> date | None:
    """The day it met, or is to meet."""
    dossier = found.dossier
    if dossier.ruling:
        return dossier.ruling.happened_on
    return dossier.dates[-1].scheduled_on if dossier.dates else None


def _name(members: Sequence[CouncilMember]) -> str:
    return members[0].name if members else wording.BLANK


def _opening(found: Council) -> list[Block]:
    meeting, dossier = found.meeting, found.dossier
    when = _held(found)
    members = tuple(
        f"{m.name}, "
        + ", ".join(filter(None, (m.position, m.organisation)))
        + f": {m.get_seat_display()}"
        for m in dossier.members
    )
    set_up = _("Decision %(number)s of %(day)s") % {
        "number": wording.blank(meeting.set_up_number),
        "day": day(meeting.set_up_on) or wording.BLANK,
    }
    return [
        Heading(_("I. Basis, time and place")),
        Paragraph(wording.blank(found.basis), bold=_("Basis:")),
        Paragraph(f"{set_up}.", bold=_("Council set up by:")),
        Paragraph(str(meeting.get_level_display()), bold=_("Level:")),
        Paragraph(
            _("%(hours)s, on %(day)s")
            % {"hours": wording.BLANK, "day": day(when) or wording.BLANK},
            bold=_("Started at:"),
        ),
        Paragraph(wording.blank(meeting.place), bold=_("Place:")),
        Heading(_("II. Members present")),
        Bullets(members or (wording.BLANK,)),
    ]


def _examined(found: Council) -> list[Block]:
    def of(kind: str) -> tuple[str, ...]:
        rows = [row for row in found.dossier.examined if row.kind == kind]
        return tuple(f"{r.what}. {r.remark}".strip() for r in rows) or (wording.BLANK,)

    return [
        Heading(_("III. Documents examined and wards surveyed")),
        Paragraph("", bold=_("Documents:")),
        Bullets(of(CouncilExamined.Kind.DOCUMENT)),
        Paragraph("", bold=_("Wards:")),
        Bullets(of(CouncilExamined.Kind.WARD)),
    ]


def _results(found: Council) -> list[Block]:
    if not found.dossier.sheet:
        return [Heading(_("IV. Results")), Paragraph(wording.BLANK)]
    rows = []
    for group in found.dossier.sheet:
        result = group.result
        rows.append(
            (
                group.group.number,
                group.group.name,
                str(result.get_result_display()) if result else "",
                result.remark if result else "",
            )
        )
    table = Table(
        head=(
            pgettext("running number", "No"),
            _("Group of criteria"),
            _("Result"),
            pgettext("of a council", "Remarks"),
        ),
        rows=tuple(rows),
        widths=(0.08, 0.42, 0.18, 0.32),
    )
    marked = []
    for group in found.dossier.sheet:
        for one in group.criteria:
            if counts := "; ".join(f"{label}: {number(n)}" for label, n in one.counts):
                marked.append((one.criterion.number, one.criterion.name, counts))
    blocks: list[Block] = [Heading(_("IV. Results")), table]
    if marked:
        blocks.append(
            Table(
                caption=_("Marks of the members by criterion"),
                head=(pgettext("running number", "No"), _("Criterion"), _("Marks")),
                rows=tuple(marked),
                widths=(0.1, 0.55, 0.35),
            )
        )
    return blocks


def _conclusion(found: Council) -> list[Block]:
    ruling = found.dossier.ruling
    votes = wording.BLANK
    if ruling and ruling.votes_for is not None:
        votes = _("%(for)s for, %(against)s against, %(abstained)s abstained") % {
            "for": number(ruling.votes_for),
            "against": number(ruling.votes_against or 0),
            "abstained": number(ruling.votes_abstained or 0),
        }
    blocks: list[Block] = [
        Heading(_("V. Vote and conclusion")),
        Paragraph(f"{votes}.", bold=_("Votes:")),
        Paragraph(
            f"{ruling.get_conclusion_display()}." if ruling else wording.BLANK,
            bold=_("Conclusion:"),
        ),
    ]
    if found.dossier.conditions:
        blocks.append(
            Table(
                caption=_("What is to be put right"),
                head=(_("What"), _("Who answers for it"), _("Due on")),
                rows=tuple(
                    (c.condition.text, c.condition.owner, day(c.condition.due_on))
                    for c in found.dossier.conditions
                ),
                widths=(0.5, 0.3, 0.2),
            )
        )
    blocks.append(
        Paragraph(
            _("The minutes were read to all members, who agreed. The meeting ended at %(hours)s.")
            % {"hours": wording.BLANK}
        )
    )
    return blocks


KIND = Kind(
    slug="minutes",
    label=gettext_lazy("Minutes of a council"),
    subjects=subjects,
    build=build,
    of_facilities=True,
)
