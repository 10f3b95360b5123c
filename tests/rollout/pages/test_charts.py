"""The drawings say what the figures say."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from rollout.pages.summary import charts

CURVE = charts.Curve(
    first=date(2025, 1, 1),
    last=date(2025, 10, 14),
    until=date(2025, 5, 21),
    actual=[(date(2025, 1, 1), 0), (date(2025, 2, 10), 1), (date(2025, 5, 12), 5)],
    plan=[(date(2025, 3, 1), 1), (date(2025, 9, 26), 17)],
    total=17,
    deadlines=[date(2025, 9, 30)],
)


def drawings(curve):
    return list(ElementTree.fromstring(f"<all>{curve.drawings}</all>"))


def test_table_holds_each_change_and_no_actual_figure_after_the_day():
    assert CURVE.rows == [
        (date(2025, 1, 1), 0, None, None),
        (date(2025, 2, 10), 1, None, None),
        (date(2025, 3, 1), 1, 1, None),
        (date(2025, 5, 12), 5, 1, None),
        (date(2025, 9, 26), None, 17, None),
    ]


FAN = [
    (date(2025, 5, 21), 5, 5, 5),
    (date(2025, 6, 1), 5, 5, 5),
    (date(2025, 9, 1), 7, 9, 12),
    (date(2025, 9, 30), 7, 9, 12),
    (date(2025, 10, 14), 12, 15, 17),
]


def test_forecast_stands_in_the_drawing_and_in_the_table():
    curve = replace(CURVE, forecast=FAN)
    foreseen = {row.on: row.foreseen for row in curve.rows if row.foreseen}
    assert foreseen == {  # what changes, and the day of the law
        date(2025, 5, 21): (5, 5, 5),
        date(2025, 9, 1): (7, 9, 12),
        date(2025, 9, 30): (7, 9, 12),
        date(2025, 10, 14): (12, 15, 17),
    }
    for svg in drawings(curve):
        drawn = {node.get("class") for node in svg.iter()}
        assert {"actual", "plan", "fan", "middle", "law"} <= drawn
    assert "fan" not in CURVE.drawings


@pytest.mark.parametrize("first", [date(2024, 12, 1), date(2024, 11, 1), date(2023, 9, 1)])
@pytest.mark.parametrize("days", [160, 320, 700])
def test_no_month_touches_the_one_before(first, days):
    curve = replace(CURVE, first=first, last=first + timedelta(days=days))
    for svg, size in zip(drawings(curve), charts.SIZES, strict=True):
        months = [
            (float(node.get("x")), node.text)
            for node in svg.iter("text")
            if float(node.get("y")) == size.height - 6
        ]
        assert months
        for (x, words), (following, _words) in pairwise(months):
            assert x + 0.6 * size.font * len(words) < following
        for year in {first.year + 1, curve.last.year} - {first.year}:
            assert sum(words.endswith(f"/{year}") for _x, words in months) <= 1


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2025, 2, 9), 0),
        (date(2025, 2, 10), 1),
        (date(2025, 2, 11), 1),
        (date(2024, 12, 31), None),
    ],
)
def test_step_holds_from_its_day_on(on, value):
    assert charts.value_on(CURVE.actual, on) == value


def test_every_size_stays_inside_its_frame_and_asks_for_no_style():
    for svg in drawings(CURVE):
        width, height = map(float, svg.get("viewBox").split()[2:])
        for node in svg.iter():
            assert "style" not in node.attrib
            for axis, most in (
                ("x", width),
                ("x1", width),
                ("x2", width),
                ("y", height),
                ("cy", height),
            ):
                assert 0 <= float(node.get(axis, 0)) <= most


def test_value_of_the_day_is_written_in_the_readers_notation():
    curve = charts.Curve(
        first=date(2025, 1, 1),
        last=date(2025, 5, 21),
        until=date(2025, 5, 21),
        actual=[(date(2025, 1, 1), 4187)],
        plan=[],
        total=None,
    )
    with override("en"):
        assert "4,187 on 21 May 2025" in curve.drawings
    with override("vi"):
        assert "4.187" in curve.drawings


def test_curve_without_facts_is_drawn_empty():
    empty = charts.Curve(
        first=date(2025, 1, 1),
        last=date(2025, 1, 1),
        until=date(2025, 1, 1),
        actual=[],
        plan=[],
        total=None,
    )
    assert empty.rows == []
    assert not any(node.get("class") == "dot" for svg in drawings(empty) for node in svg.iter())


def test_strip_has_one_cell_per_facility_until_there_are_too_many():
    few = charts.strip([("official", 5), ("piloting", 12)], 17)
    many = charts.strip([("official", 500), ("piloting", 1200)], 1700)
    assert few.count("<rect") == 17
    assert many.count("<rect") == 2


def test_a_curve_of_very_many_days_keeps_what_can_be_told_apart():
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(400)]
    curve = charts.Curve(
        first=days[0],
        last=days[-1],
        until=days[-1],
        actual=[(on, n) for n, on in enumerate(days)],
        plan=[],
        total=400,
    )
    assert curve.is_by_month
    rows = {row.on: row.actual for row in curve.rows}
    assert date(2024, 2, 29) in rows
    assert date(2024, 2, 28) not in rows
    assert rows[days[-1]] == 399
    wide = curve.drawings.partition("</svg>")[0]
    steps = wide.partition('class="actual" d="')[2].partition('"')[0].split("H")
    assert len(steps) < 250
    assert steps[-2].endswith(f"V{_y_of(curve, 399)}")  # the last step is never left out


def _y_of(curve: charts.Curve, value: int) -> float:
    return charts._Drawing(curve, charts.SIZES[0]).y(value)
