"""Every kind of paper, in the order in which the page of papers offers them."""

from rollout.publishing.papers.kind import Kind
from rollout.publishing.papers.kinds import (
    brief_page,
    decision,
    handover,
    invitation,
    minutes,
    norms_letter,
    report,
    urging,
)

KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        brief_page.KIND,
        report.KIND,
        norms_letter.KIND,
        invitation.KIND,
        minutes.KIND,
        decision.KIND,
        handover.KIND,
        urging.KIND,
    )
}
