"""All that is held on one person: complete by the rows that are theirs, open to few, each reading on record."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from facilities.models import ApiToken, Contact, LogEntry, Role
from signatures.models import Certificate, ReturnedLine, ReturnedList, StaffMember
from tests import factories
from tests.factories import START, UserFactory, user_with

pytestmark = pytest.mark.django_db
NAME = "Nguyễn Thị Bí Mật"


def test_of_a_holder_every_row_of_theirs_and_nobody_elses(client):
    factories.programme()
    place, elsewhere = factories.facility("a"), factories.facility("b")
    by = factories.recorder()
    member = StaffMember.objects.create(facility=place, name=NAME, email="bm@example.vn")
    linked = factories.CertificateFactory(
        facility=place, member=member, holder="Tên Cũ", serial="S-1"
    )
    factories.CertificateFactory(facility=place, holder=NAME, serial="S-2")
    factories.CertificateFactory(facility=place, holder="Trần Văn Khác", serial="S-3")
    factories.CertificateFactory(facility=elsewhere, holder=NAME, serial="S-4")
    back = ReturnedList.objects.create(facility=place, title="x", by=by)
    days = {"issued_on": START, "valid_until": START + timedelta(days=9)}
    ReturnedLine.objects.create(of=back, number=1, name="Tên Cũ", serial="S-1", **days)
    ReturnedLine.objects.create(of=back, number=2, name="Người Ngoài", serial="S-9", **days)
    Contact.objects.create(
        facility=place,
        duty="director",
        name=NAME,
        telephone="0912345678",
        effective_from=START,
        recorded_by=by,
    )
    for code, pk in (("staff", member.pk), ("certificates", linked.pk)):
        page = reverse("rollout:held", args=[code, pk])
        for reader, status in (
            (user_with(Role.DEPARTMENT), 200),
            (user_with(Role.OFFICER, facility=place), 200),
            (user_with(Role.OFFICER, facility=elsewhere), 403),
            (user_with(Role.LEADER), 403),
            (user_with(Role.ADMINISTRATOR), 403),
        ):
            client.force_login(reader)
            answer = client.get(page)
            assert answer.status_code == status, reader
            lines = LogEntry.objects.filter(by=reader, subject="person", facility=place)
            assert lines.count() == (status == 200)
            if status == 200:
                for told in (NAME, "bm@example.vn", "S-1", "S-2", "0912345678"):
                    assert told in answer.text
                for other in ("S-3", "S-4", "Trần Văn Khác", "Người Ngoài"):
                    assert other not in answer.text
    client.force_login(user_with(Role.DEPARTMENT))
    book = load_workbook(BytesIO(client.get(page + "?form=xlsx").getvalue()))
    texts = {cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {"S-1", "S-2", "bm@example.vn"} <= texts
    assert not {"S-3", "S-4"} & texts
    assert LogEntry.objects.filter(kind="export", subject="person").count() == 1
    assert client.get(reverse("rollout:held", args=["staff", 0])).status_code == 404
    assert client.get(reverse("rollout:held", args=["assets", member.pk])).status_code == 404


def test_a_row_without_a_name_stands_for_itself_alone(client):
    factories.programme()
    place = factories.facility("a")
    nameless = factories.CertificateFactory(facility=place, holder="", serial="S-1")
    factories.CertificateFactory(facility=place, holder="", serial="S-2")
    client.force_login(user_with(Role.DEPARTMENT))
    page = client.get(reverse("rollout:held", args=["certificates", nameless.pk])).text
    assert ("S-1" in page, "S-2" in page) == (True, False)
    assert Certificate.objects.count() == 2


def test_everybody_reads_their_own_and_the_administrator_answers_for_others(client):
    person, administrator = UserFactory(email="toi@example.vn"), user_with(Role.ADMINISTRATOR)
    ApiToken.make(user=person, label="Cổng riêng", expires_on=timezone.localdate())
    LogEntry.objects.create(kind="signed_in", by=person, about=person, address="10.9.9.9")
    LogEntry.objects.create(kind="link", by=administrator, about=person, address="10.8.8.8")
    client.force_login(person)
    own = client.get(reverse("rollout:held-own"))
    for told in ("toi@example.vn", "Cổng riêng", "10.9.9.9"):
        assert told in own.text
    assert "10.8.8.8" not in own.text  # where the administrator sat
    other = reverse("rollout:held-account", args=[administrator.pk])
    assert client.get(other).status_code == 403
    client.force_login(administrator)
    assert "toi@example.vn" in client.get(reverse("rollout:held-account", args=[person.pk])).text
    assert LogEntry.objects.get(kind="page", subject="person").about == person
    assert client.get(reverse("rollout:held-account", args=[0])).status_code == 404
