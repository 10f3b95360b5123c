"""A province of 60 facilities, twelve kinds, five managing bodies: as a folder, none of it ours.

Three districts; one facility lies in none. Two take part without having to, two are only watched.
"""

import csv
from itertools import cycle
from pathlib import Path

SOURCE = "Báo cáo của Sở, 03/2026"
DISTRICTS = ("dong-hai", "tay-son", "nam-giang")
KINDS = (
    "general_hospital",
    "specialised_hospital",
    "traditional_hospital",
    "medical_centre",
    "infirmary",
    "maternity_home",
    "polyclinic",
    "regional_polyclinic",
    "health_station",
    "cdc",
    "dialysis",
    "army_clinic",  # a kind of its own, that no list of the country has
)
BODIES = ("province", "commune", "defence", "university", "private")
PLACES = [f"cs-{number:02}" for number in range(1, 61)]
BEYOND, WATCHED = ("cs-04", "cs-16"), ("cs-34", "cs-46")
NOWHERE = "cs-60"  # nobody has recorded where it lies

KIND_OF = dict(zip(PLACES, cycle(KINDS), strict=False))
BODY_OF = dict(zip(PLACES, cycle(BODIES), strict=False))
AREA_OF = dict(zip(PLACES, cycle(DISTRICTS), strict=False)) | {NOWHERE: ""}
HOSPITALS = [p for p in PLACES if KIND_OF[p].endswith("hospital")]
STATIONS = [p for p in PLACES if KIND_OF[p] == "health_station"]


def scope_of(place: str) -> str:
    return "beyond" if place in BEYOND else "none" if place in WATCHED else "rollout"


def write(folder: Path) -> None:
    """The files of the province, ready to be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    _table(
        folder,
        "areas",
        "area,level,effective_from,name_vi,name_en,parent,source",
        [
            ("hai-son", "province", "2025-01-01", "Hải Sơn", "Hai Son", "", SOURCE),
            *(
                (code, "district", "2025-01-01", f"Huyện {code.title()} <&>", "", "hai-son", SOURCE)
                for code in DISTRICTS
            ),
        ],
    )
    _table(folder, "programme", "area", [("hai-son",)])
    _table(
        folder,
        "kinds",
        "kind,effective_from,name_vi,name_en,deadline_group,source",
        [("army_clinic", "2025-01-01", "Phòng khám quân y", "Army clinic", "others", SOURCE)],
    )
    _table(
        folder,
        "facilities",
        "facility,effective_from,name_vi,kind,ownership,managed_by,scope,because,area,has_beds,beds,source",
        [
            (
                place,
                "2025-01-01",
                f"Cơ sở “{place}” Đức Thọ, Sản & Nhi",
                KIND_OF[place],
                "private" if BODY_OF[place] == "private" else "public",
                BODY_OF[place],
                scope_of(place),
                "Tự nguyện" if place in BEYOND else "",
                AREA_OF[place],
                "yes" if KIND_OF[place] == "medical_centre" else "",
                "120" if KIND_OF[place] == "medical_centre" else "",
                SOURCE,
            )
            for place in PLACES
        ],
    )
    official = [*HOSPITALS[:9], *STATIONS[:3], *BEYOND]
    _table(
        folder,
        "milestone_events",
        "facility,milestone,happened_on,source",
        [(place, "preparing", "2025-09-01", SOURCE) for place in STATIONS[:3]]
        + [(place, "launch", "2025-09-15", SOURCE) for place in (*official, *HOSPITALS[9:12])]
        + [(place, "decision", "2025-11-20", SOURCE) for place in official]
        + [(place, "official", "2025-12-01", SOURCE) for place in official],
    )
    ruled = [place for place in official if place not in STATIONS]
    _table(
        folder, "council_meetings", "code,facility,level", [(f"hd-{p}", p, "sector") for p in ruled]
    )
    _table(
        folder,
        "council_rulings",
        "meeting,facility,happened_on,conclusion,minutes_number,source",
        [(f"hd-{p}", p, "2025-11-10", "pass", "01/BB", SOURCE) for p in ruled],
    )
    _table(
        folder,
        "legal_deadlines",
        "code,effective_from,due_on,applies_to,set_by,name_vi,name_en,basis,source",
        [
            (
                "muc-tieu-tinh",
                "2026-01-05",
                "2026-09-30",
                "others",
                "province",
                "Cơ sở khác hoàn thành theo kế hoạch của tỉnh",
                "Other facilities, by the plan of the province",
                "Kế hoạch 12/KH-UBND",
                SOURCE,
            )
        ],
    )
    _table(
        folder,
        "tracking",
        "measure,area,kind,effective_from,is_tracked,source",
        [
            ("official", "", "", "2025-01-01", "yes", SOURCE),
            ("launched", "", "", "2025-01-01", "yes", SOURCE),
            ("servers", "", "general_hospital", "2025-01-01", "yes", SOURCE),
        ],
    )


def _table(folder: Path, name: str, head: str, rows: list[tuple]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(head.split(","))
        writer.writerows(rows)
