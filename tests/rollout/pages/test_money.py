"""What the rollout costs: sums open to rows, and what is not on record is no zero."""

import re
from datetime import date, timedelta

import pytest

from equipment.models import FundingSource, StageEvent
from equipment.money import APPROVED, AWARDED, ESTIMATED, PAID, money_of, total
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.models import Role
from facilities.services import withdraw
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.factories import user_with
from tests.rollout.publishing.brief.reader import Rows
from tests.rollout.registers.writing import entered

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)
KINDS = (ESTIMATED, APPROVED, AWARDED, PAID)


def rows(client, **asked) -> Rows:
    return Rows(client.get("/money/", {"on": ON} | asked).text)


def test_every_sum_of_the_sample_opens_rows_that_add_up(client, bac_giang):
    client.force_login(user_with(Role.LEADER))
    whole = rows(client)
    assert whole.stated["files"] == 17
    for by in ("facility", "area", "funds", "year", "file"):
        shown = rows(client, by=by)
        for kind in KINDS:
            assert shown.stated[kind] == whole.stated[kind]
            assert sum(shown.adds[kind].values()) == whole.stated[kind], (by, kind)
    text = client.get("/money/", {"on": ON, "by": "year"}).text
    for href in re.findall(r'<th scope="row"><a href="([^"]+)"', text):
        opened = Rows(client.get(href.replace("&amp;", "&")).text)
        for kind in KINDS:
            assert sum(opened.adds.get(kind, {"": 0}).values()) == opened.stated[kind]
    assert rows(client, of="facility", **{"in": "nobody"}).stated["files"] == 0


def test_what_was_reached_without_an_amount_is_not_known_and_in_no_sum(bac_giang):
    before = total(money_of(AsOf(ON)), APPROVED)
    told = StageEvent.objects.known().filter(stage=Stage.ESTIMATE_APPROVED, amount__isnull=False)
    row = told.filter(happened_on__lte=ON).earliest("pk")
    again = row.for_correction(amount=None)
    withdraw(fact=row, because="x", by=factories.recorder())
    again.recorded_by = factories.recorder()
    again.save()
    after = total(money_of(AsOf(ON)), APPROVED)
    assert (after.files, after.unknown) == (before.files, before.unknown + 1)
    assert after.dong == before.dong - row.amount
    alone = [one for one in money_of(AsOf(ON)) if one.file.id == row.procurement_id]
    assert total(alone, APPROVED).dong is None
    assert total([], APPROVED).dong == 0


def test_an_estimate_waits_from_its_submission_until_it_or_a_later_stage_is_decided(bac_giang):
    waiting = {one.file.code: one.waits_since for one in money_of(AsOf(ON)) if one.waits_since}
    assert waiting
    for one in money_of(AsOf(ON)):
        submitted = one.file.step(Stage.ESTIMATE_SUBMITTED)
        approved = one.file.step(Stage.ESTIMATE_APPROVED)
        waits = bool(submitted.reached_on) and approved.passed_on is None
        assert (one.file.code in waiting) is waits
    first = min(waiting.values())
    assert not any(one.waits_since == first for one in money_of(AsOf(first - timedelta(days=1))))


def test_the_source_of_funds_is_dated_and_a_column_of_the_register(bac_giang):
    register = REGISTERS["procurements"]
    code = money_of(AsOf(ON))[0].file.code
    assert {one.funds for one in money_of(AsOf(ON))} == {""}
    row = register.base(ON).get(code=code)
    entered(register, {"funds": "province"}, row=row)
    assert FundingSource.objects.known().get().procurement == row
    today = FundingSource.objects.get().effective_from
    assert [one.funds for one in money_of(AsOf(today)) if one.file.code == code] == ["province"]
    assert not any(one.funds for one in money_of(AsOf(today - timedelta(days=1))))


def test_money_is_the_programmes(client, bac_giang):
    for role, status in ((Role.DEPARTMENT, 200), (Role.LEADER, 200), (Role.CLIENT, 403)):
        client.force_login(user_with(role))
        assert client.get("/money/").status_code == status
