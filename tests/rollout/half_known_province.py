"""A province of 60 facilities whose registers are half empty: as a folder of files, none of them ours.

What is known of it: who uses EMR officially (24) and who has launched (30), who is connected (all),
the signatures of 17 facilities. Servers and devices nobody recorded. Ten steps were passed over.
"""

import csv
from pathlib import Path

PLACES = [f"co-so-{number:02}" for number in range(1, 61)]
SOURCE = "Báo cáo của Sở, 05/2025"
OFFICIAL, LAUNCHED, SIGNING = PLACES[:24], PLACES[:30], PLACES[:17]
WITHOUT_COUNCIL, WITHOUT_DECISION = PLACES[:4], PLACES[4:7]
WITHOUT_LAUNCH, WITHOUT_ACCOUNT = PLACES[7:9], PLACES[59]
PASSED_OVER = {
    *(f"decision-without-council:{code}" for code in WITHOUT_COUNCIL),
    *(f"official-without-decision:{code}" for code in WITHOUT_DECISION),
    *(f"use-without-launch:{code}" for code in WITHOUT_LAUNCH),
    f"connected-without-account:{WITHOUT_ACCOUNT}",
}


def write(folder: Path) -> None:
    """The files of the province, ready to be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    _table(
        folder,
        "areas",
        "area,level,effective_from,name_vi,name_en,parent,source",
        [("phu-lam", "province", "2024-01-01", "Phú Lâm", "Phu Lam", "", SOURCE)],
    )
    _table(folder, "programme", "area", [("phu-lam",)])
    _table(
        folder,
        "facilities",
        "facility,effective_from,name_vi,name_en,kind,ownership,scope,area,source",
        [
            (
                code,
                "2024-01-01",
                f"Trung tâm Y tế <{code}> Sản, Nhi & Lão khoa",
                f"Medical Centre {code}",
                "medical_centre",
                "public",
                "rollout",
                "phu-lam",
                SOURCE,
            )
            for code in PLACES
        ],
    )
    _table(
        folder,
        "partners",
        "code,counted,name_vi,name_en",
        [("trung-uong", "True", "Bệnh viện Trung ương", "Central Hospital")],
    )
    _table(
        folder,
        "connection_steps",
        "facility,partner,step,attempt,happened_on,source",
        [
            (code, "trung-uong", step, 1, "2025-02-10", SOURCE)
            for code in PLACES
            for step in ("account", "connected")
            if (code, step) != (WITHOUT_ACCOUNT, "account")
        ],
    )
    milestones = [
        (code, "pilot", "2025-01-10", SOURCE) for code in LAUNCHED if code not in WITHOUT_LAUNCH
    ]
    milestones += [
        (code, "decision", "2025-03-20", SOURCE)
        for code in OFFICIAL
        if code not in WITHOUT_DECISION
    ]
    milestones += [(code, "official", "2025-04-01", SOURCE) for code in OFFICIAL]
    _table(folder, "milestone_events", "facility,milestone,happened_on,source", milestones)
    ruled = [code for code in OFFICIAL if code not in WITHOUT_COUNCIL]
    _table(
        folder,
        "council_meetings",
        "code,facility,level",
        [(f"hd-{code}", code, "sector") for code in ruled],
    )
    _table(
        folder,
        "council_rulings",
        "meeting,facility,happened_on,conclusion,minutes_number,source",
        [(f"hd-{code}", code, "2025-03-05", "pass", "01/BB", SOURCE) for code in ruled],
    )
    _table(
        folder,
        "signature_needs",
        "facility,effective_from,quantity,source",
        [(code, "2024-10-01", 100, SOURCE) for code in SIGNING],
    )
    _table(
        folder,
        "measure_weights",
        "measure,effective_from,weight,source",
        [
            (measure, "2025-01-01", 10, SOURCE)
            for measure in ("servers", "devices", "launched", "official", "connected_public")
        ],
    )
    # What the Department says it collects in full; of all else silence says nothing.
    _table(
        folder,
        "tracking",
        "measure,area,kind,effective_from,is_tracked,source",
        [
            (measure, "", "", "2025-01-01", "yes", SOURCE)
            for measure in ("official", "signatures_registered")
        ],
    )


def _table(folder: Path, name: str, head: str, rows: list[tuple]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(head.split(","))
        writer.writerows(rows)
