"""Which papers are offered to whom, and what is refused; in a province that is nearly empty."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from facilities.models import Role
from rollout.programme.services import record_ruling, schedule_council
from rollout.publishing.papers.catalogue import KINDS
from rollout.publishing.papers.kind import Asked, NoSuchSubject
from rollout.publishing.papers.paper import Table
from rollout.publishing.papers.wording import place_and_day
from signatures.models import Batch
from tests import factories
from tests.factories import user_with

pytestmark = pytest.mark.django_db
ON = date(2025, 5, 21)


def made(slug: str, about: str | None = None, on: date = ON):
    kind = KINDS[slug]
    subject = kind.subjects(Asked(on))[0][0] if about is None else about
    return kind.build(Asked(on, None, subject))


def test_councils_are_offered_by_facility_and_day_those_whose_turn_it_is_first():
    factories.programme()
    by = factories.recorder()
    for name, held_on, ruled in (
        ("Cơ sở A", date(2025, 4, 1), True),
        ("Cơ sở B", date(2025, 5, 6), True),
        ("Cơ sở C", date(2025, 6, 9), False),
        ("Cơ sở D", date(2025, 6, 2), False),
    ):
        facility = factories.facility(name_vi=name)
        meeting = factories.CouncilMeetingFactory(facility=facility)
        schedule_council(meeting=meeting, scheduled_on=held_on, set_on=date(2025, 3, 1), by=by)
        if ruled:
            record_ruling(meeting=meeting, conclusion="pass", held_on=held_on, by=by)
    factories.CouncilMeetingFactory(facility=factories.facility(name_vi="Cơ sở E"))
    with translation.override("vi"):
        invited = [words for _code, words in KINDS["invitation"].subjects(Asked(ON))]
        minutes = [words for _code, words in KINDS["minutes"].subjects(Asked(ON))]
    assert invited == [
        "Cơ sở D, 02/06/2025",
        "Cơ sở C, 09/06/2025",
        "Cơ sở E, chưa ấn định ngày họp",
        "Cơ sở B, 06/05/2025",
        "Cơ sở A, 01/04/2025",
    ]
    assert minutes == [*invited[3:], *invited[:3]]


def test_batches_are_offered_by_facility_day_and_size():
    factories.programme()
    batch = Batch.objects.create(
        code="lo-1",
        facility=factories.facility(name_vi="Cơ sở A"),
        form=Batch.Form.NEW_INDIVIDUAL,
        letter=factories.DocumentFactory(issued_on=date(2025, 2, 12)),
    )
    factories.CertificateFactory.create_batch(2, facility=batch.facility, batch=batch)
    with translation.override("vi"):
        offered = KINDS["handover"].subjects(Asked(ON))
    words = "Chứng thư chữ ký số của Cơ sở A, đề nghị cấp ngày 12/02/2025: 2"
    assert offered == [("certificates:lo-1", words)]


def test_a_batch_of_several_wards_is_handed_over_ward_by_ward():
    factories.programme()
    place = factories.facility("bv", name_vi="Cơ sở A")
    batch = Batch.objects.create(code="lo-1", facility=place, form=Batch.Form.NEW_INDIVIDUAL)
    for holder, unit in (("Lan", "Khoa Nội"), ("Hoa", "Khoa Nội"), ("Mai", "Khoa Đông y")):
        factories.CertificateFactory(facility=place, batch=batch, holder=holder, unit=unit)
    with translation.override("vi"):
        offered = dict(KINDS["handover"].subjects(Asked(ON)))
        paper = made("handover", "certificates:lo-1|Khoa Đông y")
        with pytest.raises(NoSuchSubject):
            made("handover", "certificates:lo-1|Khoa Nhi")
    assert offered["certificates:lo-1|Khoa Nội"] == "Chứng thư chữ ký số của Cơ sở A, Khoa Nội: 2"
    (table,) = [block for block in paper.blocks if isinstance(block, Table)]
    assert [row[1] for row in table.rows] == ["Mai"]
    assert paper.file_name == "ban-giao-bv-khoa-dong-y"


def test_another_province_signs_with_its_own_name():
    factories.programme(name_vi="Tỉnh Cao Sơn", name_en="Cao Son province")
    with translation.override("vi"):
        paper = made("norms-letter")
    assert paper.superior == "UBND\N{NO-BREAK SPACE}TỈNH\N{NO-BREAK SPACE}CAO\N{NO-BREAK SPACE}SƠN"
    assert paper.place == "Cao Sơn"


@pytest.mark.parametrize("slug", ["minutes", "urging", "handover", "report", "decision"])
def test_what_does_not_exist_is_refused(slug):
    factories.programme()
    with pytest.raises(NoSuchSubject):
        made(slug, "no-such-thing")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2025, 2, 5), "Cao Sơn, ngày 05 tháng 02 năm 2025"),
        (date(2025, 3, 10), "Cao Sơn, ngày 10 tháng 3 năm 2025"),
        (date(2025, 12, 31), "Cao Sơn, ngày 31 tháng 12 năm 2025"),
    ],
)
def test_days_below_ten_and_the_first_two_months_have_a_leading_zero(on, said):
    with translation.override("vi"):
        assert place_and_day("Cao Sơn", on) == said


def signed_in(role) -> Client:
    client = Client()
    client.force_login(user_with(role))
    client.cookies["django_language"] = "en"
    return client


def test_the_leader_takes_figures_but_writes_no_letters():
    factories.programme()
    leader = signed_in(Role.LEADER)
    listed = leader.get(reverse("rollout:paper-list")).text
    assert "Brief on one page" in listed
    assert "Follow-up letter" not in listed
    brief = leader.get(reverse("rollout:paper", args=["brief", "pdf"]))
    assert brief.status_code == 200
    assert brief["Content-Type"] == "application/pdf"
    letter = reverse("rollout:paper", args=["norms-letter", "docx"])
    assert leader.get(letter).status_code == 403
    assert signed_in(Role.DEPARTMENT).get(letter).status_code == 200


@pytest.mark.parametrize(
    ("kind", "form", "query"),
    [
        ("poem", "pdf", {}),
        ("report", "odt", {}),
        ("minutes", "xlsx", {}),
        ("report", "pdf", {"language": "fr"}),
        ("minutes", "pdf", {"about": "no-such"}),
        ("report", "pdf", {"about": "²"}),
    ],
)
def test_a_wrong_address_is_not_found(kind, form, query):
    factories.programme()
    answer = signed_in(Role.DEPARTMENT).get(reverse("rollout:paper", args=[kind, form]), query)
    assert answer.status_code == 404
