"""What could be moved before buying: nothing is made up, nobody is left short."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from equipment.proposals import Balance, Proposal, propose


def balance(pk, surplus=0, needs=0, area="a", owner="public", device_type="tablet"):
    return Balance(pk, device_type, area, owner, surplus=surplus, needs=needs)


def test_the_nearest_gives_first():
    found = propose([balance(1, needs=3, area="a"), balance(2, 9, area="b"), balance(3, 2)])
    assert found == [
        Proposal("tablet", 3, 1, 2, in_one_area=True),
        Proposal("tablet", 2, 1, 1, in_one_area=False),
    ]


def test_the_largest_need_is_served_first():
    found = propose([balance(1, needs=2), balance(2, needs=5), balance(3, 6)])
    assert [(p.taker, p.quantity) for p in found] == [(2, 5), (1, 1)]


def test_facilities_without_a_known_area_are_not_taken_for_neighbours():
    found = propose([balance(1, needs=1, area=None), balance(2, 1, area=None)])
    assert [p.in_one_area for p in found] == [False]


def test_public_property_goes_to_no_private_facility():
    assert not propose([balance(1, needs=2, owner="private"), balance(2, 5)])


def test_another_type_is_no_help():
    assert not propose([balance(1, needs=2), balance(2, 5, device_type="printer")])


@st.composite
def provinces(draw):
    """Stock of two types at up to eight facilities: each has too many, too few, or what it needs."""
    found = []
    for pk in range(draw(st.integers(1, 8))):
        area = draw(st.sampled_from(["a", "b", None]))
        owner = draw(st.sampled_from(["public", "private"]))
        for device_type in ("tablet", "printer"):
            step = draw(st.integers(-9, 9))
            found.append(
                Balance(pk, device_type, area, owner, surplus=max(step, 0), needs=max(-step, 0))
            )
    return found


@given(provinces())
def test_nobody_gives_more_than_the_surplus_or_gets_more_than_is_needed(balances):
    given_away, got = Counter(), Counter()
    for proposal in propose(balances):
        assert proposal.quantity > 0
        assert proposal.giver != proposal.taker
        given_away[proposal.giver, proposal.device_type] += proposal.quantity
        got[proposal.taker, proposal.device_type] += proposal.quantity
    for b in balances:
        key = b.facility_id, b.device_type
        assert given_away[key] <= b.surplus
        assert got[key] <= b.needs


@given(provinces())
def test_no_need_is_left_while_the_same_owner_has_a_surplus(balances):
    left = Counter()
    for b in balances:
        left[b.device_type, b.owner, "surplus"] += b.surplus
        left[b.device_type, b.owner, "needs"] += b.needs
    owner_of = {b.facility_id: b.owner for b in balances}
    for p in propose(balances):
        assert owner_of[p.giver] == owner_of[p.taker]
        left[p.device_type, owner_of[p.giver], "surplus"] -= p.quantity
        left[p.device_type, owner_of[p.giver], "needs"] -= p.quantity
    for device_type in ("tablet", "printer"):
        for owner in ("public", "private"):
            rest = (left[device_type, owner, "surplus"], left[device_type, owner, "needs"])
            assert 0 in rest


@given(provinces(), st.randoms())
def test_the_order_of_the_rows_does_not_matter_for_how_much_is_moved(balances, random):
    shuffled = balances.copy()
    random.shuffle(shuffled)
    assert set(propose(balances)) == set(propose(shuffled))
