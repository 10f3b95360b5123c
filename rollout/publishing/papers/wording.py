"""Words that all papers share: who writes, where, and how days and blanks are written."""

import re
from datetime import date
from typing import TypedDict

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from facilities.areas import Areas
from facilities.as_of import FacilityOnDay
from facilities.models import Agency
from facilities.models.places import in_language
from rollout.programme.provinces import names_of_all, province_of, provinces_on
from rollout.publishing.papers.kind import Asked
from rollout.publishing.papers.paper import Signature

BLANK = "…………"  # to be filled in by hand: the record is not there, and nothing is made up


def national_name() -> str:
    return _("SOCIALIST REPUBLIC OF VIET NAM")


def motto() -> str:
    return _("Independence - Freedom - Happiness")


def province(asked: Asked) -> str:
    """Its full name on the day, as the register has it."""
    provinces = provinces_on(asked.on, asked.known_at)
    if len(provinces) < 2:
        return in_language(*names_of_all(provinces))
    tree = Areas(asked.on, asked.known_at).on(asked.on)
    found = province_of(provinces, tree, asked.area)
    return found.name if found else BLANK  # no one Department writes for several


def place(asked: Asked) -> str:
    """The province as letters are dated from: its name without the word for its level."""
    name = province(asked)
    for level in ("Tỉnh ", "tỉnh ", "Thành phố ", "thành phố "):
        name = name.removeprefix(level)
    return name.removesuffix(" province").removesuffix(" Province")


def seat(asked: Asked, facility: FacilityOnDay | None) -> str:
    """Where a facility's papers are dated from: its area without the word for the level."""
    name = facility.area if facility else ""
    for level in ("Huyện ", "huyện ", "Thị xã ", "thị xã ", "Xã ", "xã ", "Phường ", "phường "):
        name = name.removeprefix(level)
    return name.removeprefix("Thành phố ").removesuffix(" district").removesuffix(
        " District"
    ) or place(asked)


def peoples_committee(asked: Asked) -> str:
    return _("People's Committee of %(province)s") % {"province": _in_full(province(asked))}


def department(asked: Asked) -> str:
    return _("Department of Health of %(province)s") % {"province": _in_full(province(asked))}


def _in_full(name: str) -> str:
    """With the word for its level, which registers often leave out; small inside a sentence."""
    if not (get_language() or "vi").startswith("vi"):
        has_level = name.lower().endswith((" province", " city"))
        return name if has_level else _("%(name)s province") % {"name": name}
    if name.lower().startswith(("tỉnh ", "thành phố ")):
        return name[0].lower() + name[1:]
    return _("%(name)s province") % {"name": name}


class Heading(TypedDict):
    superior: str
    issuer: str
    place: str
    on: date


def heading(asked: Asked) -> Heading:
    """Superior, issuing body, place and day: the same on every paper of the Department."""
    return {
        "superior": unbroken(
            pgettext("body above the issuing one", "People's Committee of %(province)s")
            % {"province": _in_full(province(asked))}
        ).upper(),
        "issuer": pgettext("issuing body of a paper", "Department of Health").upper(),
        "place": place(asked),
        "on": asked.on,
    }


def unbroken(name: str) -> str:
    """The proper name at the end of a body's stays on one line, with the word for its level.

    A name that is short enough for half a line does not break at all.
    """
    if len(name) <= SHORTEST_BROKEN:
        return name.replace(" ", "\N{NO-BREAK SPACE}")
    if not (get_language() or "vi").startswith("vi"):
        return name  # there the proper name comes first, and what follows may be long
    *before, third, second, last = name.rsplit(" ", 3) if name.count(" ") > 2 else ("", "", "", "")
    if not last:
        return name
    return " ".join([*before, "\N{NO-BREAK SPACE}".join((third, second, last))])


SHORTEST_BROKEN = 22  # letters: as "Ban Cơ yếu Chính phủ"
SHORT = {"trung tâm y tế": "TTYT", "bệnh viện": "BV", "trạm y tế": "TYT", "phòng khám": "PK"}


def abbreviation(name_vi: str) -> str:
    """Of a unit that issues papers, for their numbers: "TTYT"; blank where its kind says nothing."""
    lower = name_vi.lower()
    return next((short for begin, short in SHORT.items() if lower.startswith(begin)), BLANK)


def number_on_record(number: str) -> str:
    """Without a mark of sample data: that stands at the foot, never inside a number."""
    return MARKED.sub("", number).strip()


MARKED = re.compile(r"\s*[\[(](?:giả định|assumed)[\])]", re.IGNORECASE)

# Bodies above the province by what they are called: no department urges them.
CENTRAL = (
    "bộ ",
    "ban cơ yếu",
    "chính phủ",
    "văn phòng chính phủ",
    "thủ tướng",
    "ngân hàng nhà nước",
)


def is_above(agency: Agency) -> bool:
    """Written to by the People's Committee, not by a department of it."""
    name = agency.name_vi.lower()
    return name.startswith(CENTRAL) or name == "bảo hiểm xã hội việt nam"


def is_sender(agency: Agency) -> bool:
    """The Department itself, which all these papers come from."""
    return agency.name_vi.lower().startswith("sở y tế")


def number(kind_code: str) -> str:
    """ "Số:      /BC-SYT": the clerk's office gives the number."""
    if kind_code:
        return _("No.:        /%(kind)s-SYT") % {"kind": kind_code}
    return _("No.:        /SYT-NVY")


def place_and_day(where: str, on: date) -> str:
    """Days below 10 and the first two months have a leading zero, as the decree asks."""
    if (get_language() or "vi").startswith("vi"):
        month = f"{on.month:02d}" if on.month < 3 else f"{on.month}"
        return f"{where}, ngày {on.day:02d} tháng {month} năm {on.year}"
    return f"{where}, {on.day} {on:%B} {on.year}"


def director() -> Signature:
    return Signature(
        lines=(pgettext("signature", "DIRECTOR"),), note=_("(signature, full name, seal)")
    )


def recipients(*first: str) -> tuple[str, ...]:
    return (*first, _("Filed: Registry, Professional Office."))


def sample_note() -> str:
    return _("Contains assumed sample data. Replace it before signing.")


def blank(text: object) -> str:
    return str(text) if text not in (None, "") else BLANK
