"""The day a reader asks about: what is understood, and what is refused in which words."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from facilities.models import Role
from rollout.day import read_day
from tests.factories import user_with

TODAY = date(2025, 6, 15)


def read(**parameters):
    return read_day(parameters, today=TODAY)


def errors(**parameters) -> dict:
    with pytest.raises(ValidationError) as refused:
        read(**parameters)
    return refused.value.message_dict


def test_without_parameters_it_is_today_as_known_now():
    day = read()
    assert (day.on, day.known_at, day.compare, day.is_today) == (TODAY, None, None, True)
    assert day.query == ""


@pytest.mark.parametrize(
    ("moment", "today"),
    [
        (datetime(2025, 5, 20, 16, 59, 59, tzinfo=UTC), date(2025, 5, 20)),
        (datetime(2025, 5, 20, 17, 0, 0, tzinfo=UTC), date(2025, 5, 21)),
    ],
)
def test_today_begins_at_midnight_in_viet_nam(moment, today):
    with time_machine.travel(moment, tick=False):
        assert read_day({}).on == today


@pytest.mark.parametrize("text", ["2025-05-21", "21/05/2025", " 2025-05-21 ", "2025-5-21"])
def test_a_day_is_read_as_people_write_it(text):
    day = read(on=text)
    assert day.on == date(2025, 5, 21)
    assert not day.is_today


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_parameter_is_none(text):
    assert read(on=text, known_at=text, compare=text) == read()


def test_an_expressly_empty_comparison_is_kept_in_the_links():
    assert (read(compare=" ").alone, read(compare=" ").query) == (True, "compare=")
    assert (read().alone, read(compare="2025-02-18").alone) == (False, False)


@pytest.mark.parametrize("name", ["on", "compare", "known_at"])
@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30",
        "2025-13-01",
        "31/04/2025",
        "05/21/2025",
        "21.05.2025",
        "yesterday",
        "2025-05",
        "20250521x",
        "1999-12-31",
        "2100-01-01",
        "0001-01-01",
        "\x00",
        "9" * 400,
        "<script>",
    ],
)
def test_what_is_not_a_day_is_refused_naming_the_parameter(name, text):
    found = errors(**{name: text})
    assert found.keys() == {name}
    assert len(found[name][0]) < 200


@pytest.mark.parametrize("name", ["on", "compare", "known_at"])
def test_the_example_is_in_the_notation_of_who_asks(name):
    assert "21/05/2025" in errors(**{name: "2025-02-31"})[name][0]
    with pytest.raises(ValidationError) as refused:
        read_day({name: "2025-02-31"}, today=TODAY, iso=True)
    assert refused.value.message_dict[name][0].endswith(" 2025-05-21.")


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "label"), [("on", "Ngày"), ("compare", "So với ngày")])
def test_a_page_names_the_field_in_words(client, name, label):
    client.force_login(user_with(Role.DEPARTMENT))
    answer = client.get("/", {name: "2025-02-31"})
    assert answer.status_code == 400
    assert f"<strong>{label}</strong>: " in answer.content.decode()


@pytest.mark.parametrize(
    "text",
    [
        "2025-05-21T25:00",
        "2025-05-21T",
        "T",
        "2025-02-30T10:00",
        "21/05/2025 25:00",
        "30/02/2025 10:00",
    ],
)
def test_what_is_not_a_moment_is_refused(text):
    assert errors(known_at=text).keys() == {"known_at"}


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-12:00",
        "1999-12-31T23:59",
        "2100-01-01T00:00",
    ],
)
def test_a_moment_out_of_reach_is_refused_and_not_an_error(text):
    assert errors(known_at=text).keys() == {"known_at"}


def test_all_that_is_wrong_is_said_at_once():
    found = errors(on="x", known_at="y", compare="z")
    assert found.keys() == {"on", "known_at", "compare"}
    assert "“x”" in found["on"][0]


@pytest.mark.parametrize("text", ["2000-01-01", "2099-12-31"])
def test_the_first_and_the_last_day_are_in_reach(text):
    day = read(on=text, compare=text, known_at=text)
    assert day.on.isoformat() == day.compare.isoformat() == text


NOON = datetime(2025, 5, 21, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-05-21T12:00", NOON),  # in local time unless it says otherwise
        ("2025-05-21T12:00:00+07:00", NOON),
        ("2025-05-21T12:00:00 07:00", NOON),  # a plus sign that a browser sent as a space
        ("2025-05-21T05:00:00Z", NOON),
        ("2025-05-21", datetime(2025, 5, 21, 16, 59, 59, 999999, tzinfo=UTC)),  # its end
        ("21/05/2025", datetime(2025, 5, 21, 16, 59, 59, 999999, tzinfo=UTC)),
        ("21/05/2025 12:00", NOON),  # as people write it
        ("12:00 21/05/2025", NOON),  # as pages show it
    ],
)
def test_a_moment_is_read_with_its_time_zone(text, moment):
    assert read(known_at=text).known_at == moment


def test_known_then_is_not_today_even_on_the_same_day():
    assert not read(known_at="2025-06-15").is_today


@pytest.mark.parametrize(
    "parameters",
    [
        {"on": "2025-05-21"},
        {"compare": "2025-02-18"},
        {"on": "2025-05-21", "compare": "2025-02-18", "known_at": "2025-05-21T12:00"},
        {"known_at": "2025-05-21T05:00:00.123456Z"},
    ],
)
def test_the_query_of_a_link_leads_back_to_the_same_day(parameters):
    day = read(**parameters)
    again = {name: values[0] for name, values in parse_qs(day.query).items()}
    assert read(**again) == day
    assert again.keys() == parameters.keys()


@pytest.mark.parametrize(
    ("text", "asked", "written"),
    [
        ("2025-05-21", "2025-05-21", "21/05/2025"),  # a day alone means its end, and stays a day
        ("2025-05-21T23:59:59.999999", "2025-05-21", "21/05/2025"),
        ("2025-05-21T23:59", "2025-05-21T23:59:00+07:00", "21/05/2025 23:59"),
        ("2025-05-21T12:00:01", "2025-05-21T12:00:01+07:00", "2025-05-21T12:00:01+07:00"),
    ],
)
def test_what_was_known_is_written_short_and_loses_nothing(text, asked, written):
    day = read(known_at=text)
    assert (day.known_at_asked, day.known_at_written) == (asked, written)
    assert read(known_at=asked).known_at == read(known_at=written).known_at == day.known_at


def test_a_moment_to_come_is_known_as_one():
    assert read(known_at="2099-01-01").is_known_later
    assert not read(known_at="2025-05-21").is_known_later
    assert not read().is_known_later


def test_a_moment_speaks_local_time():
    moment = read(known_at="2025-05-21T05:00:00Z").known_at
    assert moment.utcoffset() == timedelta(hours=7)
    assert timezone.localtime(moment).hour == moment.hour == 12
