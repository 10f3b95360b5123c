import gc

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RolloutConfig(AppConfig):
    name = "rollout"
    verbose_name = _("EMR rollout")

    def ready(self) -> None:
        from rollout.notices import self_given  # noqa: F401  listens
        from rollout.notices.jobs import progress_after_facts_changed
        from rollout.site import (  # noqa: F401  system checks; listen to sign-ins, to jobs and errors
            checks,
            sign_in_log,
            tracing,
        )

        progress_after_facts_changed.connect()
        # A figure of a large province is a million objects without a cycle: searching them for garbage
        # at every seven hundred new ones, as Python does unasked, takes as long as computing it.
        gc.set_threshold(50_000, 20, 100)
