"""One thing is there without another that it cannot be without."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from facilities.as_of import AsOf
from rollout.figures.contradictions.finder import (
    DEPARTMENT,
    Contradiction,
    Rule,
    has,
    in_rollout,
    is_known,
    row_page,
    words,
)
from rollout.models import Milestone
from rollout.programme.legal import nearest, standing
from rollout.programme.milestone_line import targets

OFFICIAL = f"milestone:{Milestone.OFFICIAL}"


def official_without_server(as_of: AsOf) -> Iterator[Contradiction]:
    """Only where it is known that none stands there: what nobody records contradicts nothing."""
    for facility in in_rollout(as_of):
        if not has(as_of, facility.id, OFFICIAL) or has(as_of, facility.id, "servers"):
            continue
        if is_known(as_of, facility, "servers"):
            yield Contradiction(
                rule="official-without-server",
                subject=str(facility.id),
                facility_id=facility.id,
                said=_("Official use is recorded, but no EMR server had been accepted."),
                mend_url=row_page("milestones", facility.id),
            )


def target_after_the_law(as_of: AsOf) -> Iterator[Contradiction]:
    """Later than the nearest deadline that binds the facility."""
    law = standing(as_of)
    planned = targets(as_of)
    for facility in in_rollout(as_of):
        target = planned.get(facility.id, {}).get(Milestone.OFFICIAL)
        if target is None:
            continue
        binding = nearest(law, [facility])
        if binding is None or target.due_on <= binding.due_on:
            continue
        if has(as_of, facility.id, OFFICIAL):
            continue
        yield Contradiction(
            rule="target-after-the-law",
            subject=str(facility.id),
            facility_id=facility.id,
            said=words(
                _("Official use is planned for {planned}, but the law asks for it by {law}."),
                planned=target.due_on,
                law=binding.due_on,
            ),
            mend_url=row_page("milestones", facility.id),
        )


RULES = (
    Rule(
        "official-without-server",
        _("Official without a server"),
        _("A facility uses the EMR officially from 1 April, but its server was never accepted."),
        DEPARTMENT,
        official_without_server,
    ),
    Rule(
        "target-after-the-law",
        _("Planned after the legal deadline"),
        _("Official use is planned for 15 October; the law ends on 30 September."),
        DEPARTMENT,
        target_after_the_law,
    ),
)
