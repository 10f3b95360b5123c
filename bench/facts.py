"""One fact more, as a form writes it: what moves everything that is kept."""


def move_one(facility_id: int) -> None:
    """Raise how many signatures a facility needs, from the latest day on that has no row of it yet."""
    from datetime import timedelta

    from bench.province import LEADER, ON
    from facilities.models import User
    from facilities.services import record
    from signatures.models import SignatureNeed

    taken = dict(
        SignatureNeed.objects.filter(facility=facility_id).values_list("effective_from", "quantity")
    )
    on = ON
    while on in taken:
        on -= timedelta(days=1)
    need = SignatureNeed(
        facility_id=facility_id, quantity=1 + max(taken.values()), effective_from=on
    )
    record(need, by=User.objects.get(username=LEADER))
