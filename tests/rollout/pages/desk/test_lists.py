"""Lists: what the address asks for is what is shown."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from facilities.models import Facility, Role
from rollout.models import SavedView
from rollout.registers.catalogue import REGISTERS
from tests.entering import put
from tests.factories import ProcurementFactory, user_with

pytestmark = pytest.mark.django_db
LIST = "/desk/connections/"


def titles(response) -> list[str]:
    """The codes of the facilities shown, in order."""
    codes = Facility.objects.in_bulk()
    return [codes[key].code for key, _title, _cells in response.context["lines"]]


@pytest.mark.usefixtures("department")
class TestWhatIsShown:
    def test_all_rows_without_a_question(self, client, connected):
        assert sorted(titles(client.get(LIST))) == ["luc-nam", "son-dong", "tan-yen"]

    @pytest.mark.parametrize("asked", ["luc nam", "LỤC NAM", "Lục  nam", "nam luc", "luc-nam"])
    def test_search_forgives_accents_case_and_order(self, client, connected, asked):
        assert titles(client.get(LIST, {"q": asked})) == ["luc-nam"]

    def test_search_for_nothing_there_says_so(self, client, connected):
        answer = client.get(LIST, {"q": "hà nội"})
        assert titles(answer) == []
        assert answer.context["anything"]

    def test_a_filter_that_nobody_knows_is_refused_by_its_name(self, client, connected):
        """Left out it would show every row as if they had been asked for."""
        answer = client.get(LIST, {"acount_is": "missing"})
        assert titles(answer) == []
        assert list(answer.context["asked"].problems) == ["acount_is"]
        for own in ("size", "sort", "view", "filters", "on", "q"):
            assert not client.get(LIST, {own: ""}).context["asked"].problems

    def test_filter_by_what_is_missing(self, client, connected):
        found = client.get(LIST, {"account_is": "missing"})
        assert sorted(titles(found)) == ["son-dong", "tan-yen"]
        assert titles(client.get(LIST, {"account_is": "given"})) == ["luc-nam"]

    @pytest.mark.parametrize(
        ("until", "expected"), [("2025-02-06", []), ("2025-02-07", ["luc-nam"])]
    )
    def test_filter_by_a_day_includes_the_day(self, client, connected, until, expected):
        assert titles(client.get(LIST, {"account_to": until})) == expected

    def test_a_filter_becomes_a_chip_that_removes_it_and_nothing_else(self, client, connected):
        answer = client.get(LIST, {"account_is": "missing", "q": "tan", "size": "20"})
        chips = answer.context["asked"].chips
        assert len(chips) == 2
        without = {chip.without for chip in chips}
        assert without == {"account_is=missing&size=20", "q=tan&size=20"}

    def test_a_filter_that_cannot_be_read_is_named(self, client, connected):
        answer = client.get(LIST, {"account_from": "31/02/2025"})
        assert answer.context["asked"].problems
        assert len(titles(answer)) == 3

    def test_sorted_both_ways_with_the_unknown_last(self, client, connected):
        assert titles(client.get(LIST, {"sort": "account"}))[0] == "luc-nam"
        assert titles(client.get(LIST, {"sort": "-account"}))[0] == "luc-nam"

    def test_columns_in_the_order_asked_for(self, client, connected):
        answer = client.get(LIST, {"columns": "account,facility,nonsense"})
        assert [c.code for c in answer.context["asked"].columns] == ["account", "facility"]

    def test_days_are_counted_from_the_day_looked_at(self, client, connected):
        """Luc Nam has its account since Friday 07/02/2025; the others have none."""
        for asked, on, found in (
            ("before", "2025-02-07", []),
            ("before", "2025-02-08", ["luc-nam"]),
            ("past-1", "2025-02-08", ["luc-nam"]),
            ("past-1", "2025-02-09", []),
            ("within-3", "2025-02-07", ["luc-nam"]),
            ("silent-1", "2025-02-09", []),  # a weekend: no working day has gone by
            ("silent-1", "2025-02-10", ["luc-nam"]),
            ("silent-10", "2025-02-20", []),
            ("silent-10", "2025-02-21", ["luc-nam"]),
        ):
            answer = client.get(LIST, {"account_rel": asked, "on": on})
            assert titles(answer) == found, (asked, on)
            [chip] = answer.context["asked"].chips
            assert chip.without == f"on={on}"
        for wrong in ("within-0", "within-x", "within", "silent-99999", "sometime"):
            assert client.get(LIST, {"account_rel": wrong}).context["asked"].problems

    def test_a_day_is_added_to_the_filters_that_are_on(self, client, connected):
        sent = {"q": "nam", "day-column": "account", "day-rel": "past", "day-number": "14"}
        answer = client.get(LIST, sent)
        assert (answer.status_code, answer.url) == (302, f"{LIST}?q=nam&account_rel=past-14")
        refused = client.get(client.get(LIST, sent | {"day-number": "many"}).url)
        assert refused.context["asked"].problems

    def test_a_column_is_moved_and_a_view_keeps_the_order(self, client, connected):
        sent = {"columns": ["facility", "account", "connected"], "move": "up:connected"}
        answer = client.get(client.get(LIST, sent).url)
        assert [c.code for c in answer.context["asked"].columns] == [
            *("facility", "connected", "account")
        ]
        assert answer.context["asked"].menu
        client.post(f"{LIST}views/", {"name": "Thứ tự", "query": answer.context["query"]})
        kept = client.get(f"{LIST}{SavedView.objects.get().address}").context["asked"]
        assert [c.code for c in kept.columns] == ["facility", "connected", "account"]
        assert not kept.menu
        first = client.get(LIST, sent | {"move": "up:facility"}).url
        assert next(c.code for c in client.get(first).context["asked"].columns) == "facility"

    def test_the_day_looked_at_decides_what_is_known(self, client, connected):
        answer = client.get(LIST, {"on": "2025-02-06", "account_is": "given"})
        assert titles(answer) == []

    def test_a_book_that_is_not_there(self, client):
        assert client.get("/desk/nonsense/").status_code == 404


def test_every_register_can_be_searched():
    for code, register in REGISTERS.items():
        found = register.search(register.base(date(2025, 5, 21)), "khong co", date(2025, 5, 21))
        assert list(found[:1]) == [], code


class TestViews:
    def test_kept_shared_and_opened_first(self, client, department, connected):
        client.post(
            f"{LIST}views/", {"name": "Thiếu", "query": "account_is=missing", "default": "on"}
        )
        answer = client.get(LIST)
        assert answer.status_code == 302
        assert sorted(titles(client.get(answer.url))) == ["son-dong", "tan-yen"]

        client.force_login(user_with(Role.DEPARTMENT))
        assert client.get(LIST).status_code == 302

    def test_a_private_one_is_seen_and_dropped_by_its_owner_only(
        self, client, department, connected
    ):
        client.post(f"{LIST}views/", {"name": "Của tôi", "query": "q=luc"})
        kept = SavedView.objects.get()
        client.force_login(user_with(Role.DEPARTMENT))
        assert client.get(LIST).context["views"] == []
        assert client.post(f"{LIST}views/{kept.pk}/drop/").status_code == 404
        client.force_login(department)
        client.post(f"{LIST}views/{kept.pk}/drop/")
        assert not SavedView.objects.exists()

    def test_a_view_needs_a_name(self, client, department, connected):
        client.post(f"{LIST}views/", {"name": " ", "query": "q=luc"})
        assert not SavedView.objects.exists()


@pytest.mark.parametrize("role", [Role.LEADER, Role.ADMINISTRATOR, Role.CLIENT])
def test_the_desk_is_closed_to_others(client, role):
    client.force_login(user_with(role))
    assert client.get(LIST).status_code == 403


@pytest.mark.usefixtures("department")
class TestAddressesThatNobodyWrites:
    """What only a forged form or address holds: a clear answer, and no fault of the server."""

    @pytest.mark.parametrize("amount", ["-1e9999999", "1e9999999", "NaN", "9" * 400])
    def test_an_amount_beyond_all_measure(self, client, connected, amount):
        answer = client.get("/desk/procurements/", {"approved_min": amount})
        assert answer.context["asked"].problems

    def test_a_view_without_a_question_does_not_lead_back_to_itself(self, client, connected):
        client.post(f"{LIST}views/", {"name": "x", "query": "#", "default": "on"})
        assert client.get(LIST).status_code == 200


@pytest.mark.usefixtures("department")
def test_totals_are_those_known_at_the_moment_asked_about(client):
    """What was written down today does not move the sum that was known yesterday."""
    register, file = REGISTERS["procurements"], ProcurementFactory()
    put(register, file, reached_estimate_approved=date(2025, 5, 20), approved=1_000_000)
    asked = {"known_at": (timezone.localdate() - timedelta(days=1)).isoformat()}
    now = client.get("/desk/procurements/").context["totals"]
    then = client.get("/desk/procurements/", asked).context["totals"]
    assert (now[0][1], then[0][1]) == (1_000_000, 0)
