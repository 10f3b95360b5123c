"""What is asked of a working session, for its page and for its register."""

from django.utils.translation import gettext as _

from rollout.models import WorkingSession


def day_stays() -> str:
    return _("The session was concluded or has directives: its day stays.")


def belongs_to(session: WorkingSession) -> str:
    """Why it cannot be withdrawn: something hangs on it."""
    hanging = (
        session.briefs.exists()
        or session.directives.filter(withdrawn_at=None).exists()
        or session.obstacles.filter(withdrawn_at=None).exists()
    )
    if not hanging:
        return ""
    return _("Directives, obstacles or briefs belong to this session. Withdraw those first.")
