"""A second province beside Bac Giang: as a folder, all of it invented. Names hold what breaks pages.

Three hospitals and two stations in two districts. What is tracked says so; the rest is not known.
"""

import csv
import re
from pathlib import Path

from django.test import Client

from facilities.models import Area, Role
from tests import factories

CODE, NAME, ENGLISH = "hai-dang", "Hải Đăng <&>, “mới”", "Hai Dang <&>"
SOURCE = "Báo cáo của Sở, 04/2025"
FACILITIES = {  # code: (name, kind, ownership, area)
    "hd-tinh": ("Bệnh viện <b>Đa khoa</b>, tỉnh", "provincial_hospital", "public", "dao-yen"),
    "hd-nhi": ("Bệnh viện Sản & Nhi “Đức Thọ”", "specialised_hospital", "public", "dao-yen"),
    "hd-tu": ("Bệnh viện tư nhân Ánh Dương", "private_hospital", "private", "cua-bien"),
    "hd-tram": ("Trạm y tế xã Ơ Đu; phía bắc", "health_station", "public", "cua-bien"),
    "hd-trung-tam": ("Trung tâm y tế Cửa Biển", "medical_centre", "public", "cua-bien"),
}
SESSION = "Buổi làm việc của Hải Đăng <về> bệnh án điện tử"
CONCLUSION = "Hải Đăng hoàn thành trong năm 2025."
DIRECTIVE, ORDER = "hd-1", "Sở Y tế Hải Đăng mua máy chủ trước ngày 30/6"
HELD_ON = "2025-04-15"


def write(folder: Path) -> Path:
    """The files of the province, ready to be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    since = "2024-01-01"
    _table(
        folder,
        "areas",
        "area,level,effective_from,name_vi,name_en,parent,source",
        (CODE, "province", since, NAME, ENGLISH, "", SOURCE),
        ("dao-yen", "district", since, "Đảo Yến", "", CODE, SOURCE),
        ("cua-bien", "district", since, "Cửa Biển", "", CODE, SOURCE),
    )
    _table(folder, "programme", "area", (CODE,))
    _table(
        folder,
        "agencies",
        "code,name_vi,name_en",
        ("hd-syt", "Sở Y tế Hải Đăng", "Health, Hai Dang"),
    )
    _table(
        folder,
        "facilities",
        "facility,effective_from,name_vi,kind,ownership,scope,area,source",
        *(
            (code, since, name, kind, ownership, "rollout", area, SOURCE)
            for code, (name, kind, ownership, area) in FACILITIES.items()
        ),
    )
    _table(
        folder,
        "milestone_events",
        "facility,milestone,happened_on,source",
        *(
            ("hd-tinh", step, day, SOURCE)
            for step, day in (
                ("launch", "2025-02-01"),
                ("decision", "2025-04-20"),
                ("official", "2025-05-01"),
            )
        ),
        ("hd-nhi", "launch", "2025-03-01", SOURCE),
    )
    _table(
        folder,
        "milestone_targets",
        "facility,milestone,due_on,effective_from,source",
        ("hd-nhi", "official", "2025-05-05", "2025-01-05", SOURCE),
    )
    _table(
        folder,
        "council_meetings",
        "code,facility,level",
        ("hd-hoi-dong", "hd-tinh", "sector"),
    )
    _table(
        folder,
        "council_rulings",
        "meeting,facility,happened_on,conclusion,minutes_number,source",
        ("hd-hoi-dong", "hd-tinh", "2025-04-10", "pass", "01/BB", SOURCE),
    )
    _table(
        folder,
        "working_sessions",
        "code,held_on,chair,chair_en,name_vi,name_en,source",
        ("buoi-1", HELD_ON, "Chủ tịch Hải Đăng", "Chairman", SESSION, "", SOURCE),
    )
    _table(folder, "session_conclusions", "session,text_vi,source", ("buoi-1", CONCLUSION, SOURCE))
    _table(
        folder,
        "directives",
        "code,issued_on,issued_by,session,lead,due_on,name_vi,source",
        (DIRECTIVE, HELD_ON, "Chủ tịch Hải Đăng", "buoi-1", "hd-syt", "2025-06-30", ORDER, SOURCE),
    )
    _table(
        folder,
        "tracking",
        "measure,area,effective_from,is_tracked,source",
        ("official", "", since, "yes", SOURCE),
        ("launched", "cua-bien", since, "yes", SOURCE),
    )
    return folder


def _table(folder: Path, name: str, head: str, *rows: tuple) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(head.split(","))
        writer.writerows(rows)


ASKED = {"on": "2025-05-21"}


def reader(role=Role.DEPARTMENT, area=None, **place) -> Client:
    client = Client()
    found = Area.objects.get(code=area) if area else None
    client.force_login(factories.user_with(role, area=found, **place))
    client.cookies["django_language"] = "vi"
    return client


def text(client, path, status=200, **asked) -> str:
    answer = client.get(path, ASKED | asked)
    assert answer.status_code == status, path
    return answer.content.decode()


def head(html: str) -> str:
    """The name beside the brand."""
    return re.search(r'class="brand".*?<small>(.*?)</small>', html, re.DOTALL)[1]
