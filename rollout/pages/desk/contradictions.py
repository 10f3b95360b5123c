"""What the records say against each other, by rule, and where it is put right."""

from facilities.as_of import AsOf
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.contradictions import RULES, contradictions
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn, kept


@desk()
def contradiction_list(request: SignedIn, day: Day, access: Access) -> Page:
    context = kept("desk/_contradictions.html", day, build=lambda: _content(day))
    return "desk/contradictions.html", context


def _content(day: Day) -> dict:
    as_of = AsOf(day.on, day.known_at)
    found = contradictions(as_of)
    facilities = as_of.so_far(day.on)
    by_rule = [
        (
            rule,
            [
                (one, facilities.get(one.facility_id) if one.facility_id else None)
                for one in found
                if one.rule == rule.code
            ],
        )
        for rule in RULES
    ]
    return {
        "broken": [(rule, rows) for rule, rows in by_rule if rows],
        "kept": [rule for rule, rows in by_rule if not rows],
    }
