"""Who must be able to sign, by the dated rules; without any, everybody on the staff list."""

from dataclasses import dataclass

from django.db.models import Q

from facilities.as_of import AsOf, once_per_as_of
from signatures.models import SigningRule
from signatures.normal import unit_key


@dataclass(frozen=True)
class Rules:
    """The rules in force on a day, the closest first: facility, unit, role, whether they must sign."""

    closest_first: tuple[tuple[int | None, str, str, bool], ...] = ()

    def must_sign(self, facility_id: int, unit: str, duty: str) -> bool:
        """Where some must, nobody else does; where the rules only except people, everybody else."""
        own = [rule for rule in self.closest_first if rule[0] in (None, facility_id)]
        ward = unit_key(unit)
        for _facility, of_unit, of_duty, must in own:
            if of_unit in ("", ward) and of_duty in ("", duty):
                return must
        return not any(must for _facility, _unit, _duty, must in own)


@once_per_as_of
def rules(as_of: AsOf) -> Rules:
    """One query."""
    found: dict[tuple[int | None, str, str], bool] = {}
    rows = SigningRule.objects.in_force(as_of.until, as_of.known_at).order_by(
        "effective_from", "recorded_at", "pk"
    )
    if as_of.facility_ids is not None:
        rows = rows.filter(Q(facility=None) | Q(facility__in=as_of.facility_ids))
    for rule in rows:
        found[rule.facility_id, unit_key(rule.unit), rule.duty] = rule.must_sign
    told = [(*about, must) for about, must in found.items()]
    told.sort(key=lambda one: (one[0] is None, not one[1], not one[2]))
    return Rules(tuple(told))
