"""The letter to the Ministry that asks for norms of IT equipment, with what there is today."""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from equipment.models import DeviceType
from equipment.stock import Line
from rollout.models import Obstacle
from rollout.programme.obstacles import obstacles
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.provinces import programmes_at
from rollout.programme.tracking import known_stock
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked, Kind, of_the_province
from rollout.publishing.papers.paper import Block, Bullets, Paper, Paragraph, Table
from rollout.templatetags.figures import day, number

MINISTRY = "bo-y-te"  # the code of the Ministry of Health among the agencies


def build(asked: Asked) -> Paper:
    standing = [o for o in obstacles(asked.as_of) if o.cleared_on is None and o.kind in NORM_KINDS]
    asked_for = [
        d
        for d in directives_of(asked.as_of, programmes_at(asked.area, asked.on, asked.known_at))
        if d.closed_on is None and any(agency.code == MINISTRY for agency in d.agencies)
    ]
    blocks: list[Block] = [
        Paragraph(
            _(
                "Carrying out the rollout of electronic medical records, the %(department)s reports "
                "the need of IT equipment of the medical facilities on %(day)s and asks the "
                "Ministry of Health to issue or guide the standards and norms of IT equipment."
            )
            % {"department": wording.department(asked), "day": day(asked.on)}
        )
    ]
    if asked_for:
        blocks.append(Paragraph(_("The letter carries out these directives:")))
        blocks.append(
            Bullets(
                tuple(
                    f"{d.text.rstrip('.')} ({d.issued_by}, {day(d.issued_on)})." for d in asked_for
                )
            )
        )
    if standing:
        blocks.append(Paragraph(_("Without norms the facilities meet these obstacles:")))
        lines = []
        for obstacle in standing:
            basis = f" ({obstacle.legal_reference})" if obstacle.legal_reference else ""
            lines.append(f"{obstacle.name.rstrip('.')}{basis}.")
        blocks.append(Bullets(tuple(lines)))
    blocks.append(_needs(asked))
    blocks.append(
        Paragraph(
            _(
                "Where no norm is known, the table leaves the place empty; that is what the "
                "Ministry is asked to settle. The %(department)s submits this for consideration."
            )
            % {"department": wording.department(asked)}
        )
    )
    return Paper(
        **wording.heading(asked),
        number=wording.number(""),
        kind="",
        subject=_(
            "Re: proposing standards and norms of IT equipment for electronic medical records"
        ),
        addressees=(_("Ministry of Health"),),
        blocks=tuple(blocks),
        signatures=(wording.director(),),
        recipients=wording.recipients(_("As above;"), f"{wording.peoples_committee(asked)};"),
        file_name="de-xuat-dinh-muc",
        note=wording.sample_note()
        if any(line.evidence[0] for line in known_stock(asked.as_of))
        else "",
    )


NORM_KINDS = (Obstacle.Kind.STANDARDS, Obstacle.Kind.PROCUREMENT)


def _needs(asked: Asked) -> Table:
    """By device type: needed where a norm is known, installed, and what is missing of the norm."""
    kinds: dict[DeviceType, list[Line]] = defaultdict(list)
    for line in known_stock(asked.as_of):
        kinds[line.device_type].append(line)
    rows = []
    for place, (kind, lines) in enumerate(sorted(kinds.items(), key=lambda k: str(k[0].code)), 1):
        known = [(line.norm, line) for line in lines if line.norm is not None]
        needed = sum(norm for norm, _line in known) if known else None
        missing = sum(max(0, norm - line.installed) for norm, line in known) if known else None
        rows.append(
            (
                number(place),
                kind.name,
                number(len({line.facility_id for _norm, line in known})) if known else "",
                number(needed) if needed is not None else "",
                number(sum(line.installed for line in lines)),
                number(missing) if missing is not None else "",
            )
        )
    return Table(
        caption=_("IT equipment of the facilities"),
        head=(
            pgettext("running number", "No"),
            _("Device type"),
            _("Facilities with a norm"),
            pgettext("devices", "Needed"),
            pgettext("devices", "Installed"),
            pgettext("devices", "Missing"),
        ),
        rows=tuple(rows),
        widths=(0.07, 0.37, 0.14, 0.14, 0.14, 0.14),
        right=frozenset({0, 2, 3, 4, 5}),
    )


KIND = Kind(
    slug="norms-letter",
    label=gettext_lazy("Letter to the Ministry on norms of IT equipment"),
    subjects=of_the_province,
    build=build,
)
