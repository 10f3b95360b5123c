"""The rules of the measures, one by one: pure, from what is counted to what is reported."""

from datetime import date

import pytest
from django.utils import translation

from facilities.as_of import FacilityOnDay
from facilities.evidence import Rung
from facilities.models import Ownership, Scope
from facilities.timeline import Change, fold
from rollout.figures.measures import BY_CODE, MEASURES, Cell, cells_of
from rollout.figures.sums import summed
from rollout.templatetags.figures import number, share

DAY = date(2025, 5, 21)

PUBLIC = FacilityOnDay(
    id=1,
    code="f1",
    name_vi="Trung tâm Y tế",
    name_en="",
    kind="medical_centre",
    ownership=Ownership.PUBLIC,
    scope=Scope.ROLLOUT,
    area_id=None,
    area_vi="",
    area_en="",
)


def state(**components):
    """From `servers=1` or `device_tablet=(3, Rung.CHECKED)`; `__` stands for a colon."""
    changes = []
    for name, parts in components.items():
        parts = parts if isinstance(parts, list) else [parts]
        for part in parts:
            amount, rung = part if isinstance(part, tuple) else (part, Rung.REPORTED)
            changes.append(Change(1, DAY, name.replace("__", ":"), amount, rung))
    return fold(changes, DAY).get(1, {})


def tracked(_measure: str) -> bool:
    """Everything is tracked: silence means no."""
    return True


def silent(_measure: str) -> bool:
    """Nothing is tracked: silence means nothing."""
    return False


def cell(code, **components):
    return BY_CODE[code].read(state(**components), tracked)


def rung_of(found) -> Rung | None:
    standing = [Rung(i) for i, count in enumerate(found.evidence) if count]
    assert len(standing) <= 1
    return standing[0] if standing else None


def printed(value) -> tuple[str, ...]:
    """In Vietnamese and in English; whether a space stands before the sign is the translation's."""
    texts = []
    for language in ("vi", "en"):
        with translation.override(language):
            texts.append(share(value).replace("\N{NO-BREAK SPACE}", ""))
    return tuple(texts)


class TestFulfilledOrNot:
    @pytest.mark.parametrize(
        ("code", "components", "state_word"),
        [
            ("servers", {}, "not_begun"),
            ("servers", {"servers": 1}, "done"),
            ("servers", {"servers": 3}, "done"),
            ("servers", {"servers": [1, -1]}, "not_begun"),
            ("servers", {"server_files": 1}, "under_way"),
            ("launched", {}, "not_begun"),
            ("launched", {"milestone__preparing": 1}, "under_way"),
            ("launched", {"milestone__pilot": 1}, "done"),
            ("launched", {"milestone__launch": 1}, "done"),
            ("official", {"milestone__launch": 1}, "under_way"),
            ("official", {"milestone__official": 1}, "under_way"),  # no council has ruled
            ("official", {"evaluated": 1}, "under_way"),  # official use has not begun
            ("official", {"evaluated": 1, "milestone__official": 1}, "done"),
            ("official", {"evaluated": [1, -1], "milestone__official": 1}, "under_way"),
            ("connected_public", {"account": 1}, "under_way"),
            ("connected_public", {"connected": 1}, "under_way"),
            ("connected_public", {"account": 1, "connected": 1}, "done"),
            ("connected_public", {"account": 1, "connected": [1, -1]}, "under_way"),
            ("connected_public", {"first_message": 1}, "not_begun"),
        ],
    )
    def test_rule(self, code, components, state_word):
        found = cell(code, **components)
        assert found.state == state_word
        assert (found.done, found.total) == (int(state_word == "done"), 1)
        assert found.share == found.done

    @pytest.mark.parametrize(
        ("code", "components", "rung"),
        [
            ("servers", {"servers": [(1, Rung.REPORTED), (1, Rung.CHECKED)]}, Rung.CHECKED),
            ("servers", {"servers": (1, Rung.ASSUMED)}, Rung.ASSUMED),
            # The weakest of what a way needs; the best of several ways.
            (
                "official",
                {"evaluated": (1, Rung.DECIDED), "milestone__official": (1, Rung.REPORTED)},
                Rung.REPORTED,
            ),
            (
                "launched",
                {
                    "milestone__pilot": (1, Rung.ASSUMED),
                    "milestone__launch": (1, Rung.DOCUMENTED),
                },
                Rung.DOCUMENTED,
            ),
            ("servers", {"servers": [(1, Rung.CHECKED), (-1, Rung.CHECKED)]}, None),
        ],
    )
    def test_it_stands_on_the_rung_of_its_weakest_link(self, code, components, rung):
        assert rung_of(cell(code, **components)) == rung


class TestSilence:
    """Nothing recorded is a "no" only where there is a ground for it."""

    @pytest.mark.parametrize("code", BY_CODE)
    def test_without_a_ground_nothing_is_claimed(self, code):
        found = BY_CODE[code].read(state(norm__tablet=10, certificates_needed=5), silent)
        assert (found.state, found.total, found.share, found.weigh) == ("unknown", None, None, None)

    @pytest.mark.parametrize("code", BY_CODE)
    def test_a_record_that_there_is_none_is_a_ground_for_its_own_measure_alone(self, code):
        stated = {"norm__tablet": 10, "certificates_needed": 5, f"none__{code}": 1}
        known = {other.code for other in MEASURES if other.read(state(**stated), silent).is_known}
        assert known == {code}
        assert BY_CODE[code].read(state(**stated), silent).done == 0

    @pytest.mark.parametrize("code", BY_CODE)
    def test_so_is_tracking(self, code):
        stated = state(norm__tablet=10, certificates_needed=5)
        found = BY_CODE[code].read(stated, lambda asked: asked == code)
        assert (found.state, found.done) == ("not_begun", 0)

    @pytest.mark.parametrize(
        ("code", "components"),
        [
            ("servers", {"server_files": 1}),
            ("devices", {"norm__tablet": 10, "device__tablet": 1}),
            ("signatures_issued", {"certificates_requested": 40}),
            ("launched", {"milestone__preparing": 1}),
            ("official", {"milestone__launch": 1}),
            ("official", {"evaluated": 1}),
            ("connected_public", {"account": 1}),
        ],
    )
    def test_so_is_work_under_way(self, code, components):
        found = BY_CODE[code].read(state(**components), silent)
        assert found.is_known
        assert found.done == 0

    @pytest.mark.parametrize(
        ("code", "components"),
        [
            ("servers", {"servers": [1, -1]}),
            ("connected_private", {"account": [1, -1]}),
            ("signatures_authenticated", {"certificates_authenticated": [3, -3]}),
        ],
    )
    def test_so_is_what_was_there_and_has_gone(self, code, components):
        found = BY_CODE[code].read(state(**components), silent)
        assert (found.is_known, found.done) == (True, 0)

    @pytest.mark.parametrize("components", [{"certificates_issued": 9}, {"certificates_needed": 9}])
    def test_what_comes_before_tells_nothing_of_authentication(self, components):
        assert not BY_CODE["signatures_authenticated"].read(state(**components), silent).is_known

    @pytest.mark.parametrize("later", ["evaluated", "milestone__decision", "milestone__official"])
    def test_a_launch_that_was_passed_over_is_not_denied(self, later):
        """Whoever uses EMR has launched it: tracking or not, the day was not recorded."""
        assert cell("launched", **{later: 1}).state == "unknown"

    def test_what_is_there_is_there_tracked_or_not(self):
        components = {"servers": 1, "none__servers": 1}
        for silence in (tracked, silent):
            assert BY_CODE["servers"].read(state(**components), silence).state == "done"


class TestDevices:
    def test_without_a_norm_it_is_unknown_and_not_none(self):
        found = cell("devices", device__tablet=50)
        assert (found.state, found.total, found.share) == ("unknown", None, None)

    def test_one_piece_is_a_norm_too(self):
        found = cell("devices", norm__tablet=1, device__tablet=1)
        assert (found.done, found.total, found.share) == (1, 1, 1.0)

    def test_a_norm_taken_back_is_no_norm(self):
        assert cell("devices", norm__tablet=[10, -10], device__tablet=3).state == "unknown"

    @pytest.mark.parametrize(
        ("have", "share_", "word"),
        [(0, 0.0, "not_begun"), (1, 0.1, "under_way"), (9, 0.9, "under_way"), (10, 1.0, "done")],
    )
    def test_the_share_counts_pieces_and_all_must_be_there(self, have, share_, word):
        found = cell("devices", norm__tablet=10, device__tablet=[20, have - 20])
        assert (found.share, found.state, found.done) == (share_, word, int(word == "done"))

    def test_every_type_must_be_there_and_none_makes_up_for_another(self):
        found = cell("devices", norm__tablet=10, norm__printer=10, device__tablet=90)
        assert (found.done, found.share) == (0, 0.5)

    def test_more_than_the_norm_is_whole_and_no_more(self):
        found = cell("devices", norm__tablet=10, device__tablet=25)
        assert (found.done, found.share) == (1, 1.0)

    def test_devices_without_a_norm_do_not_count(self):
        found = cell("devices", norm__tablet=10, device__tablet=10, device__scanner=5)
        assert (found.done, found.share) == (1, 1.0)

    def test_a_stock_below_nothing_takes_nothing_from_the_others(self):
        found = cell(
            "devices", norm__tablet=10, norm__printer=10, device__tablet=10, device__printer=-5
        )
        assert found.share == 0.5

    def test_it_stands_on_the_rung_that_alone_meets_the_norm(self):
        pieces = [(8, Rung.CHECKED), (2, Rung.DOCUMENTED), (5, Rung.ASSUMED)]
        assert rung_of(cell("devices", norm__tablet=10, device__tablet=pieces)) == Rung.DOCUMENTED
        assert rung_of(cell("devices", norm__tablet=8, device__tablet=pieces)) == Rung.CHECKED
        assert rung_of(cell("devices", norm__tablet=11, device__tablet=pieces)) == Rung.ASSUMED


class TestSignatures:
    def test_registered_are_out_of_those_needed(self):
        found = cell("signatures_registered", certificates_needed=200, certificates_requested=50)
        assert (found.done, found.total, found.share, found.state) == (50, 200, 0.25, "under_way")

    def test_when_nobody_said_how_many_are_needed_it_is_unknown(self):
        found = cell("signatures_registered", certificates_requested=50)
        assert (found.done, found.total, found.share, found.state) == (50, None, None, "unknown")

    def test_when_none_are_needed_there_is_no_share(self):
        found = cell("signatures_registered", certificates_needed=0)
        assert (found.total, found.share, found.state) == (0, None, "not_begun")

    @pytest.mark.parametrize("measure", ["issued", "authenticated"])
    def test_the_later_steps_are_out_of_those_registered(self, measure):
        found = cell(
            f"signatures_{measure}",
            **{
                "certificates_needed": 200,
                "certificates_requested": 50,
                f"certificates_{measure}": 40,
            },
        )
        assert (found.done, found.total, found.share) == (40, 50, 0.8)

    def test_more_than_planned_is_more_than_whole_and_prints(self):
        found = cell("signatures_registered", certificates_needed=54, certificates_requested=56)
        assert found.state == "done"
        assert printed(found.share) == ("103,7%", "103.7%")

    def test_each_certificate_keeps_its_rung(self):
        found = cell(
            "signatures_issued",
            certificates_requested=10,
            certificates_issued=[(4, Rung.REPORTED), (3, Rung.CHECKED), (-1, Rung.CHECKED)],
        )
        assert found.evidence == (0, 4, 0, 2, 0)
        assert sum(found.evidence) == found.done == 6


@pytest.mark.parametrize(
    ("done", "total", "vietnamese", "english"),
    [
        (11, 17, "64,7%", "64.7%"),
        (5, 17, "29,4%", "29.4%"),
        (17, 17, "100%", "100%"),
        (0, 17, "0%", "0%"),
    ],
)
def test_shares_print_as_the_report_prints_them(done, total, vietnamese, english):
    assert printed(done / total) == (vietnamese, english)


def test_unknown_prints_as_a_word_and_not_as_zero():
    with translation.override("en"):
        assert (share(None), number(None)) == ("unknown", "unknown")
        assert (share(0.0), number(0)) == ("0%", "0")


class TestWhoIsCounted:
    ROLLOUT = {m.code for m in MEASURES if not m.code.startswith("connected")}

    @pytest.mark.parametrize(
        ("ownership", "scope", "codes"),
        [
            ("public", "rollout", ROLLOUT | {"connected_public"}),
            ("public", "connectivity", {"connected_public"}),
            ("public", "none", set()),
            ("private", "rollout", ROLLOUT | {"connected_private"}),
            ("private", "connectivity", {"connected_private"}),
            ("private", "none", set()),
            ("public", "", set()),
        ],
    )
    def test_scope_and_ownership_decide(self, ownership, scope, codes):
        place = FacilityOnDay(
            **{
                **{name: getattr(PUBLIC, name) for name in PUBLIC.__slots__},
                "ownership": ownership,
                "scope": scope,
            }
        )
        assert cells_of(place, {}, tracked).keys() == codes


def test_a_facility_without_rows_has_a_cell_for_everything_and_nothing_done():
    found = cells_of(PUBLIC, {}, tracked)
    assert {code: c.state for code, c in found.items()} == {
        "servers": "not_begun",
        "devices": "unknown",
        "signatures_registered": "unknown",
        "signatures_issued": "not_begun",
        "signatures_authenticated": "not_begun",
        "launched": "not_begun",
        "official": "not_begun",
        "connected_public": "not_begun",
    }
    assert {c.done for c in found.values()} == {0}
    assert {c.newest_on for c in found.values()} == {None}


def test_reading_a_state_does_not_write_into_it():
    found = state(servers=1)
    before = set(found)
    for measure in MEASURES:
        measure.read(found, silent)
    assert set(found) == before


class TestSummed:
    def test_the_facilities_that_are_known_are_the_denominator(self):
        measure = BY_CODE["devices"]
        states = [
            state(norm__tablet=10, device__tablet=10),
            state(norm__tablet=10, device__tablet=1),
            state(device__tablet=5),
        ]
        total = summed(
            measure, {i: {"devices": measure.read(s, tracked)} for i, s in enumerate(states)}
        )
        assert (total.done, total.total, total.unknown, total.begun) == (1, 2, 1, 1)

    def test_certificates_add_up_over_those_that_are_known(self):
        measure = BY_CODE["signatures_registered"]
        states = [
            state(certificates_needed=100, certificates_requested=60),
            state(certificates_needed=50, certificates_requested=50),
            {},
        ]
        total = summed(
            measure, {i: {measure.code: measure.read(s, tracked)} for i, s in enumerate(states)}
        )
        assert (total.done, total.total, total.unknown) == (110, 150, 1)

    def test_when_no_facility_is_known_the_total_is_unknown(self):
        measure = BY_CODE["signatures_registered"]
        total = summed(measure, {1: {measure.code: measure.read({}, tracked)}})
        assert (total.total, total.unknown) == (None, 1)

    def test_where_nobody_is_known_no_measure_has_a_total(self):
        measure = BY_CODE["servers"]
        found = summed(measure, {pk: {"servers": measure.read({}, silent)} for pk in range(61)})
        assert (found.done, found.total, found.known, found.unknown) == (0, None, 0, 61)

    def test_known_and_unknown_are_all(self):
        measure = BY_CODE["servers"]
        states = [state(servers=1), {}, state(server_files=1), {}, {}]
        found = summed(
            measure, {i: {"servers": measure.read(s, silent)} for i, s in enumerate(states)}
        )
        assert (found.done, found.total, found.known, found.unknown) == (1, 2, 2, 3)

    def test_a_province_without_facilities_has_none_of_none(self):
        assert summed(BY_CODE["servers"], {}).total == 0
        assert summed(BY_CODE["signatures_registered"], {}).total is None


def test_every_measure_says_its_rule_and_its_version():
    assert len(BY_CODE) == len(MEASURES)
    for measure in MEASURES:
        assert str(measure.label)
        assert str(measure.rule).endswith(".")
        # Another rule is another version: change both together.
        third = measure.code == "official" or measure.unit == "certificates"
        assert measure.version == (3 if third else 2)
        assert measure.unit in ("facilities", "certificates")


def test_a_share_counts_only_facilities_whose_total_is_known():
    cells = {
        1: {"signatures_registered": Cell(done=30, total=40, share=0.75)},
        2: {"signatures_registered": Cell(done=500, total=None, share=None)},
    }
    found = summed(BY_CODE["signatures_registered"], cells)
    assert (found.done, found.counted, found.total, found.unknown) == (530, 30, 40, 1)


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("done", "total", "told"), [(0, 4, 0), (3, 4, 3), (0, 0, 0), (0, None, None), (3, None, 3)]
    )
    def test_nothing_known_is_no_zero(self, done, total, told):
        assert Cell(done, total, None).told == told


@pytest.mark.parametrize(
    ("requested", "issued", "weigh"),
    [(80, 40, 0.4), (80, 0, 0.0), (100, 100, 1.0), (150, 130, 1.0)],
)
def test_a_step_of_certificates_weighs_against_the_need_and_at_most_as_whole(
    requested, issued, weigh
):
    found = cell(
        "signatures_issued",
        certificates_needed=100,
        certificates_requested=requested,
        certificates_issued=issued,
    )
    assert found.weigh == weigh


def test_without_a_need_it_weighs_against_what_was_registered():
    found = cell("signatures_issued", certificates_requested=80, certificates_issued=20)
    assert found.weigh == 0.25
