"""Whom the Government Cipher Committee is expected to serve: by kind and day, never a private facility."""

from datetime import date, timedelta

import pytest

from facilities.models import Kind, Ownership
from rollout.figures.progress import progress
from rollout.registers.catalogue import REGISTERS
from signatures.models import SignatureNeed
from tests import factories
from tests.rollout.registers.writing import entered, values_of
from tests.writing import write

pytestmark = pytest.mark.django_db

ON = date(2025, 5, 21)
KINDS = REGISTERS["kinds"]


def place(quantity: int | None = 10, **more):
    made = factories.facility(**more)
    if quantity is not None:
        write(SignatureNeed(facility=made, quantity=quantity, effective_from=factories.START))
    return made


def registered(on=ON):
    return progress(on).measure("signatures_registered")


def test_a_private_facility_is_left_out_whatever_it_needs():
    public, private = place(), place(ownership=Ownership.PRIVATE)
    assert registered().total == 10
    cells = {one.id: one.measures for one in progress(ON).facilities}
    assert "signatures_registered" in cells[public.pk]
    assert "signatures_registered" not in cells[private.pk]
    assert progress(ON).measure("servers").total == 2  # of whatever else is asked, it is asked too


def test_a_kind_that_asks_the_committee_for_none_is_left_out_from_that_day_on():
    place(kind=factories.Kind.GENERAL_HOSPITAL)
    place(quantity=7, kind=factories.Kind.HEALTH_STATION)
    assert registered().total == 17
    kind = Kind.objects.get(code=factories.Kind.HEALTH_STATION)
    entered(KINDS, {"committee": "no", "signers": "bác sĩ, y sĩ"}, row=kind, on=ON)
    assert registered().total == 10
    assert registered(ON - timedelta(days=1)).total == 17
    assert values_of(KINDS, kind)["signers"] == "bác sĩ, y sĩ"


@pytest.mark.parametrize(("word", "shown"), [("yes", "yes"), ("", "")])
def test_what_is_needed_stays_unknown_where_nobody_has_said_it(word, shown):
    place(quantity=None, kind=factories.Kind.GENERAL_HOSPITAL)
    kind = Kind.objects.get(code=factories.Kind.GENERAL_HOSPITAL)
    entered(KINDS, {"committee": word, "signers": "bác sĩ"}, row=kind, on=ON)
    found = registered()
    assert (found.total, found.known, found.unknown) == (None, 0, 1)
    assert values_of(KINDS, kind)["committee"] == shown
