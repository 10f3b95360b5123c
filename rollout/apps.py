from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RolloutConfig(AppConfig):
    name = "rollout"
    verbose_name = _("EMR rollout")

    def ready(self) -> None:
        from rollout.notices.jobs import progress_after_facts_changed
        from rollout.site import checks  # noqa: F401  registers the system checks

        progress_after_facts_changed.connect()
