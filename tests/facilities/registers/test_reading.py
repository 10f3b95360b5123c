"""Cells that are read by the table say what they say when each column is asked for by itself."""

from datetime import UTC, date, datetime

import pytest

from facilities.registers.reading import facts_behind
from facilities.registers.register import Register, sql_name
from facilities.registers.writers import Tabled
from rollout.registers.catalogue import TAKING_FILES

DAYS = (date(2025, 2, 18), date(2025, 5, 21), date(2026, 11, 1))
MOMENTS = (None, datetime(2025, 5, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "code", ["procurements", "milestones", "connections", "certificates", "councils", "facilities"]
)
def test_by_the_table_as_by_the_column(code: str, bac_giang: None) -> None:
    register: Register = TAKING_FILES[code]
    keys = list(register.model._default_manager.order_by("pk").values_list("pk", flat=True)[:60])
    codes = [
        cell
        for one in register.writers
        if isinstance(one, Tabled)
        for cell in one.cells(one.columns)
    ]
    assert len(codes) > 2
    filled = 0
    for on in DAYS:
        for known_at in MOMENTS:
            values = register.values(keys, on, known_at)
            told = {sql_name(code): register.expression(code, on, known_at) for code in codes}
            rows = register.model._default_manager.filter(pk__in=keys).annotate(**told)
            for key, *cells in rows.values_list("pk", *told):
                for code, cell in zip(codes, cells, strict=True):
                    expected = register.column(code).empty if cell is None else cell
                    assert values[key][code] == expected, (register.code, code, on, known_at)
                    filled += cell is not None
    assert filled
    row = register.model._default_manager.get(pk=keys[0])
    alone = [w.standing([row], DAYS[1]).get(row.pk) for w in register.writers if w.is_fact]
    behind = facts_behind(register.writers, row, DAYS[1])
    assert [f for w, f in zip(register.writers, behind, strict=True) if w.is_fact] == alone
