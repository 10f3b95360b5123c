"""The file of a document: who gets it, and as what."""

from datetime import date
from pathlib import Path

import pytest
import structlog
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from equipment.models import StageTarget
from facilities.models import ChangeSet, Document, Edit, FacilityLineage, Lineage, Role
from facilities.papers import store_paper
from facilities.services import withdraw
from rollout.models import Milestone, MilestoneEvent
from signatures.models import Batch
from tests import factories
from tests.factories import user_with
from tests.papers import JPEG, PDF, PNG, WEBP, upload
from tests.writing import write

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def paper(data: bytes = PDF, *, by=None, title="Biên bản họp", number="") -> Document:
    return store_paper(
        upload=upload(data), title=title, number=number, by=by or factories.recorder()
    )


def proves(document: Document, place) -> MilestoneEvent:
    return write(
        MilestoneEvent(
            facility=place, milestone=Milestone.LAUNCH, happened_on=DAY, document=document
        )
    )


def path_of(document: Document) -> str:
    return reverse("rollout:document", args=[document.pk])


def status(client, user, document: Document) -> int:
    """The file is read to its end, as a browser does."""
    client.force_login(user)
    answer = client.get(path_of(document))
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def fetched(client, document: Document):
    client.force_login(user_with(Role.DEPARTMENT))
    answer = client.get(path_of(document))
    return answer, answer.getvalue()


class TestWho:
    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            (Role.DEPARTMENT, 200),
            (Role.LEADER, 200),
            (Role.ADMINISTRATOR, 404),
            (Role.CLIENT, 404),
        ],
    )
    def test_by_role(self, client, role, expected):
        assert status(client, user_with(role), paper()) == expected

    def test_an_agency_and_somebody_without_a_role_see_none(self, client):
        made = paper()
        agency = user_with(Role.AGENCY, agency=factories.AgencyFactory())
        assert status(client, agency, made) == 404
        assert status(client, factories.UserFactory(), made) == 404

    def test_a_stranger_is_asked_to_sign_in(self, client):
        answer = client.get(path_of(paper()))
        assert answer.status_code == 302
        assert "sign-in" in answer["Location"]

    def test_an_officer_sees_what_proves_a_fact_of_the_own_facility(self, client):
        place, other = factories.facility(), factories.facility()
        own = user_with(Role.OFFICER, facility=place)
        elsewhere = user_with(Role.OFFICER, facility=other)
        made = paper()
        assert status(client, own, made) == 404
        fact = proves(made, place)
        assert status(client, own, made) == 200
        assert status(client, elsewhere, made) == 404
        withdraw(fact=fact, because="Nhầm", by=factories.recorder())
        assert status(client, own, made) == 200  # its history still shows it

    def test_an_officer_sees_what_a_change_of_the_own_facility_refers_to(self, client):
        place = factories.facility()
        made = paper()
        change_set = ChangeSet.objects.create(kind=ChangeSet.Kind.FORM, by=factories.recorder())
        Edit.objects.create(
            change_set=change_set, register="x", row=1, facility=place, document=made
        )
        assert status(client, user_with(Role.OFFICER, facility=place), made) == 200
        other = user_with(Role.OFFICER, facility=factories.facility())
        assert status(client, other, made) == 404

    def test_an_officer_sees_what_they_handed_in(self, client):
        officer = user_with(Role.OFFICER, facility=factories.facility())
        assert status(client, officer, paper(by=officer)) == 200

    def test_an_officer_sees_what_is_traced_to_the_own_facility_through_another_row(self, client):
        place = factories.facility()
        letter, plan = paper(), paper(PNG)
        Batch.objects.create(code="DX-1", facility=place, form="01", letter=letter)
        target = StageTarget(
            procurement=factories.ProcurementFactory(facility=place),
            stage="award",
            due_on=DAY,
            effective_from=DAY,
            document=plan,
        )
        write(target)
        own = user_with(Role.OFFICER, facility=place)
        other = user_with(Role.OFFICER, facility=factories.facility())
        assert [status(client, own, made) for made in (letter, plan)] == [200, 200]
        assert [status(client, other, made) for made in (letter, plan)] == [404, 404]

    def test_a_former_officer_sees_nothing(self, client):
        place = factories.facility()
        left = user_with(Role.OFFICER, facility=place, until=DAY)
        made = paper(by=left)
        proves(made, place)
        assert status(client, left, made) == 404

    def test_who_carries_on_for_a_facility_sees_its_papers(self, client):
        before, after = factories.facility(), factories.facility()
        made = paper()
        proves(made, before)
        write(
            FacilityLineage(
                predecessor=before, successor=after, kind=Lineage.MERGED, effective_from=DAY
            )
        )
        assert status(client, user_with(Role.OFFICER, facility=after), made) == 200

    def test_the_queries_do_not_depend_on_how_many_tables_could_refer_to_it(self, client):
        officer = user_with(Role.OFFICER, facility=factories.facility())
        client.force_login(officer)
        made = paper()
        with CaptureQueriesContext(connection) as captured:
            client.get(path_of(made)).getvalue()
        # session, user, roles, provinces, document, lineage, rows that refer
        assert len(captured) == 7


class TestWhat:
    @pytest.mark.parametrize(
        ("data", "media_type"),
        [
            (PDF, "application/pdf"),
            (JPEG, "image/jpeg"),
            (PNG, "image/png"),
            (WEBP, "image/webp"),
        ],
    )
    def test_the_bytes_come_as_sent_under_the_type_of_their_content(self, client, data, media_type):
        answer, found = fetched(client, paper(data))
        assert found == data
        assert answer["Content-Type"] == media_type
        assert answer["Content-Length"] == str(len(data))

    def test_a_browser_runs_nothing_of_it_and_keeps_no_copy(self, client):
        answer, _data = fetched(client, paper())
        assert answer["X-Content-Type-Options"] == "nosniff"
        policy = answer["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox"} <= set(policy)
        assert not [rule for rule in policy if "script" in rule]
        assert set(answer["Cache-Control"].split(", ")) == {"private", "no-store"}

    def test_it_is_not_packed_a_second_time(self, client):
        client.force_login(user_with(Role.DEPARTMENT))
        answer = client.get(path_of(paper()), headers={"accept-encoding": "gzip"})
        assert "Content-Encoding" not in answer
        assert answer.getvalue() == PDF

    def test_it_is_saved_under_a_name_that_can_be_read_everywhere(self, client):
        made = paper(number='12/BB"\r\nX: y', title="../Biên bản\\họp; <b>")
        answer, _data = fetched(client, made)
        header = answer["Content-Disposition"]
        assert header.startswith(f"inline; filename=\"document-{made.pk}.pdf\"; filename*=UTF-8''")
        name = header.partition("''")[2]
        assert name.startswith("12%20BB%20X%20y%20")
        assert name.endswith("h%E1%BB%8Dp%20b.pdf")
        assert not set(name) & set('"\\/;<>\r\n ')


class TestGone:
    def test_no_such_document_or_none_with_a_file(self, client):
        client.force_login(user_with(Role.DEPARTMENT))
        assert client.get(reverse("rollout:document", args=[0])).status_code == 404
        assert client.get(path_of(factories.DocumentFactory())).status_code == 404

    def test_a_file_lost_from_the_disk_is_noted_and_not_found(self, client):
        made = paper()
        Path(made.file.path).unlink()
        with structlog.testing.capture_logs() as events:
            assert status(client, user_with(Role.DEPARTMENT), made) == 404
        assert [(e["event"], e["document"]) for e in events if "document" in e] == [
            ("document_file_missing", made.pk)
        ]

    def test_a_file_that_was_exchanged_on_the_disk_is_not_served(self, client):
        made = paper()
        Path(made.file.path).write_bytes(b"<script>alert(1)</script>")
        with structlog.testing.capture_logs() as events:
            assert status(client, user_with(Role.DEPARTMENT), made) == 404
        assert "document_file_of_unknown_kind" in [e["event"] for e in events]

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_it_is_only_read(self, client, method):
        client.force_login(user_with(Role.DEPARTMENT))
        assert getattr(client, method)(path_of(paper())).status_code == 405
