"""Who must sign, by dated rules or by the list; and numbers that open as many rows as they say."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from facilities.as_of import AsOf
from facilities.models import Role
from facilities.timeline import EMPTY, fold
from rollout.registers.catalogue import REGISTERS
from signatures.changes import COUNTED, changes
from signatures.coverage import BY, NEEDED, NO_EMAIL, NONE_YET, UNKNOWN, grouped, lines
from signatures.models import SigningRule
from signatures.needed import rules
from tests import factories
from tests.entering import TODAY, put
from tests.factories import user_with

pytestmark = pytest.mark.django_db

STAFF, CERTIFICATES = REGISTERS["staff"], REGISTERS["certificates"]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def place():
    """Four people in two wards, one of them gone; three certificates of theirs and one of nobody's."""
    factories.programme()
    place = factories.facility("ttyt-luc-nam", name_vi="Trung tâm Y tế Lục Nam")

    def person(name, duty, unit="Khoa Nội", **more):
        row = put(STAFF, None, facility=place.code, name=name, duty=duty, unit=unit, **more)
        return row.pk

    lan = person("Nguyễn Thị Lan", "doctor", email="lan@syt.gov.vn")
    nam = person("Trần Văn Nam", "nurse", unit="K. Nội", email="nam@syt.gov.vn")
    person("Lê Thị Hoa", "nurse", unit="Khoa Ngoại")
    person("Đỗ Văn Đi", "doctor", left_on=TODAY)

    def certificate(**cells):
        put(CERTIFICATES, None, facility=place.code, **cells)

    ago = [TODAY - n * DAY for n in range(40)]
    certificate(
        holder="Nguyễn Thị Lan",
        member=lan,
        requested=ago[30],
        issued=ago[20],
        valid_until=date(2030, 1, 1),
    )
    certificate(holder="Nguyễn Thị Lan", member=lan, device="SIM", requested=ago[10])
    certificate(holder="Trần Văn Nam", member=nam, requested=ago[9], returned=ago[5])
    certificate(holder="Vũ Văn Cũ", unit="Khoa Ngoại", requested=ago[3])
    return place


def rule(place=None, *, since=TODAY, must=True, **about):
    return SigningRule.objects.create(
        facility=place,
        effective_from=since,
        must_sign=must,
        recorded_by=factories.recorder(),
        **about,
    )


def needed(place, on=TODAY) -> set[str]:
    as_of = AsOf(on, facility_ids=frozenset({place.pk}))
    return {line.holder for line in lines(as_of, place.pk) if line.is_in(NEEDED)}


def test_without_a_rule_the_list_says_who_must_sign(place):
    assert needed(place) == {"Nguyễn Thị Lan", "Trần Văn Nam", "Lê Thị Hoa"}
    assert "Đỗ Văn Đi" in needed(place, TODAY - DAY)


def test_the_closer_rule_goes_before_the_wider_from_its_day_on(place):
    rule(duty="doctor")
    assert needed(place) == {"Nguyễn Thị Lan"}
    rule(unit="khoa ngoai")
    assert needed(place) == {"Nguyễn Thị Lan", "Lê Thị Hoa"}
    rule(place, duty="nurse", unit="Khoa Ngoại", must=False)
    assert needed(place) == {"Nguyễn Thị Lan"}
    rule(factories.facility("other"), duty="nurse")
    assert needed(place) == {"Nguyễn Thị Lan"}
    rule(duty="doctor", since=TODAY + DAY, must=False)
    assert needed(place, TODAY + DAY) == set()
    assert needed(place) == {"Nguyễn Thị Lan"}
    assert "Trần Văn Nam" in needed(place, TODAY - DAY)


def test_a_rule_that_only_excepts_leaves_the_others(place):
    rule(duty="nurse", must=False)
    assert needed(place) == {"Nguyễn Thị Lan"}
    told = rules(AsOf(TODAY))
    assert told.must_sign(place.pk, "", "clerk")
    assert not told.must_sign(place.pk, "", "nurse")


@pytest.mark.parametrize("by", BY)
def test_certificates_add_up_to_the_figures_and_people_to_the_list(place, by):
    as_of = AsOf(TODAY, facility_ids=frozenset({place.pk}))
    found = lines(as_of, place.pk)
    groups = grouped(found, by)
    state = fold(changes(as_of), TODAY)[place.pk]
    for kind in COUNTED:
        figure = state.get(f"certificates_{kind}", EMPTY).amount
        assert sum(group.count(kind) for group in groups) == figure, kind
    assert [
        sum(group.count(show) for group in groups) for show in (NEEDED, NONE_YET, NO_EMAIL)
    ] == [3, 2, 1]
    assert max(group.longest(TODAY) or 0 for group in groups) == 20


def test_units_are_one_however_they_are_written_and_unknown_stands_last(place):
    found = lines(AsOf(TODAY, facility_ids=frozenset({place.pk})), place.pk)
    assert [group.label for group in grouped(found, "unit")] == ["Khoa Ngoại", "Khoa Nội"]
    assert [group.key for group in grouped(found, "duty")] == ["doctor", "nurse", UNKNOWN]


def test_every_number_opens_as_many_rows_and_names_are_for_whom_they_concern(client, place):
    client.force_login(user_with(Role.OFFICER, facility=place))
    address = reverse("rollout:coverage", args=[place.code])
    seen = 0
    for by in BY:
        page = client.get(address, {"by": by}).content.decode()
        numbers = re.findall(r'<a href="([^"]*show=[^"#]*)#rows">(\d+)</a>', page)
        for link, number in numbers:
            assert client.get(link.replace("&amp;", "&")).context["count"] == int(number), link
            seen += 1
    assert seen > 30
    with_names = client.get(address, {"show": NONE_YET})
    assert "Lê Thị Hoa" in with_names.content.decode()
    client.force_login(user_with(Role.LEADER))
    without = client.get(address, {"show": NONE_YET})
    assert without.context["count"] == 2
    assert "Lê Thị Hoa" not in without.content.decode()
    client.force_login(user_with(Role.OFFICER, facility=factories.facility("other")))
    assert client.get(address).status_code == 403
