"""What the records say against each other, by rule, and where it is put right."""

from facilities.register import Register
from rollout.contradictions import RULES, contradictions
from rollout.views.desk.page import desk


@desk()
def contradiction_list(request, day, access):
    register = Register(day.on, day.known_at)
    found = contradictions(register)
    facilities = register.so_far(day.on)
    rules = [
        (
            rule,
            [(one, facilities.get(one.facility_id)) for one in found if one.rule == rule.code],
        )
        for rule in RULES
    ]
    rules.sort(key=lambda pair: not pair[1])  # those that found something first
    return "desk/contradictions.html", {"rules": rules, "found": len(found)}
