"""One thing is there without another that it cannot be without."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from facilities.as_of import AsOf
from rollout.figures.contradictions.finder import (
    Contradiction,
    Rule,
    has,
    in_rollout,
    row_page,
    words,
)
from rollout.models import LegalDeadline, Milestone
from rollout.programme.legal import legal_deadlines
from rollout.programme.milestone_line import targets

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OFFICIAL = f"milestone:{Milestone.OFFICIAL}"


def _official_without(
    as_of: AsOf, component: str, rule: str, text: "StrOrPromise"
) -> Iterator[Contradiction]:
    for facility in in_rollout(as_of):
        if has(as_of, facility.id, OFFICIAL) and not has(as_of, facility.id, component):
            yield Contradiction(
                rule=rule,
                subject=str(facility.id),
                facility_id=facility.id,
                said=text,
                mend_url=row_page("milestones", facility.id),
            )


def official_without_server(as_of: AsOf) -> Iterator[Contradiction]:
    return _official_without(
        as_of,
        "servers",
        "official-without-server",
        _("Official use is recorded, but no EMR server stands accepted."),
    )


def official_without_council(as_of: AsOf) -> Iterator[Contradiction]:
    return _official_without(
        as_of,
        "evaluated",
        "official-without-council",
        _("Official use is recorded, but no ruling that passed the facility stands."),
    )


def connected_without_account(as_of: AsOf) -> Iterator[Contradiction]:
    for facility in as_of.on(as_of.until):
        if not facility.in_connectivity or not has(as_of, facility.id, "connected"):
            continue
        if not has(as_of, facility.id, "account"):
            yield Contradiction(
                rule="connected-without-account",
                subject=str(facility.id),
                facility_id=facility.id,
                said=_("The connection is recorded, but no account was issued."),
                mend_url=row_page("connections", facility.id),
            )


def target_after_the_law(as_of: AsOf) -> Iterator[Contradiction]:
    """The earliest deadline for hospitals or for all; what binds others only is not asked here."""
    binding = next(
        (
            deadline
            for deadline in legal_deadlines(as_of.until, as_of.known_at)
            if deadline.applies_to != LegalDeadline.AppliesTo.OTHERS
        ),
        None,
    )
    if binding is None:
        return
    planned = targets(as_of)
    for facility in in_rollout(as_of):
        target = planned.get(facility.id, {}).get(Milestone.OFFICIAL)
        if target is None or target.due_on <= binding.due_on:
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


DEPARTMENT, OFFICER = _("Department of Health"), _("Facility IT officer")

RULES = (
    Rule(
        "official-without-server",
        _("Official without a server"),
        _("A facility uses the EMR officially from 1 April, but its server was never accepted."),
        DEPARTMENT,
        official_without_server,
    ),
    Rule(
        "official-without-council",
        _("Official without a passed council"),
        _("Official use was recorded, then the council's ruling was withdrawn."),
        DEPARTMENT,
        official_without_council,
    ),
    Rule(
        "connected-without-account",
        _("Connected without an account"),
        _("All facilities are reported connected, but one has no account."),
        OFFICER,
        connected_without_account,
    ),
    Rule(
        "target-after-the-law",
        _("Planned after the legal deadline"),
        _("Official use is planned for 15 October; the law ends on 30 September."),
        DEPARTMENT,
        target_after_the_law,
    ),
)
