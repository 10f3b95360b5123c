"""Which criteria hold on which day, to the day; and that a new circular is data."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from rollout.models import CouncilMeeting, CriteriaSet, Criterion
from rollout.programme.councils.criteria import basis_needed, set_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def sets():
    old = CriteriaSet.objects.create(
        code="old",
        name_vi="Cũ",
        basis="TT 46/2018",
        signed_on=date(2018, 12, 28),
        in_force_from=date(2019, 3, 1),
        lapses_on=date(2025, 6, 6),
    )
    new = CriteriaSet.objects.create(
        code="new",
        name_vi="Mới",
        basis="TT 13/2025",
        signed_on=date(2025, 6, 6),
        in_force_from=date(2025, 7, 21),
    )
    return old, new


@pytest.mark.parametrize(
    ("day", "old_needs", "new_needs", "in_force"),
    [
        (date(2025, 6, 5), False, "refused", "old"),
        (date(2025, 6, 6), True, True, None),
        (date(2025, 7, 20), True, True, None),
        (date(2025, 7, 21), True, False, "new"),
    ],
)
def test_the_edges_between_two_circulars(sets, day, old_needs, new_needs, in_force):
    old, new = sets
    assert basis_needed(old, day) is old_needs
    if new_needs == "refused":
        with pytest.raises(ValidationError, match="06/06/2025"):
            basis_needed(new, day)
    else:
        assert basis_needed(new, day) is new_needs
    found = set_for(day)
    assert (found.code if found else None) == in_force


def test_bac_giang_comes_with_both_circulars_and_says_which_wording_is_its_own(bac_giang):
    assert [one.code for one in CriteriaSet.objects.order_by("in_force_from")] == [
        "tt54-2017",
        "tt13-2025",
    ]
    assert CriteriaSet.objects.get(code="tt54-2017").groups.count() == 8
    assert Criterion.objects.filter(group__code="tt13-yeu-cau").count() == 9
    assert not Criterion.objects.filter(assumed=False, source="").exists()
    assert not CouncilMeeting.objects.filter(criteria_set=None).exists()
