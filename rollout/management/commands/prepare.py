from collections.abc import Callable
from io import StringIO
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from facilities import clock
from rollout import tasks
from rollout.notices import alerts, jobs
from rollout.site import demo


class Command(BaseCommand):
    help = (
        "What `make run` does before it serves, in one process: the tables, the sample, and what "
        "follows from it up to today. A second time changes nothing that is still right."
    )
    # The checks ask for every page; here none is served yet.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            metavar="DATE",
            required=True,
            help="the day the sample is about: alerts of that day are raised before those of today",
        )
        parser.add_argument(
            "--empty",
            action="store_true",
            help="without the sample: what holds in every province, and somebody who can begin",
        )

    def handle(self, *args: Any, since: str, empty: bool, **options: Any) -> None:
        loaded = StringIO()
        self._step("tables", lambda: call_command("migrate", interactive=False, verbosity=0))
        if empty:
            self._step("law and kinds", lambda: call_command("load_national", stdout=loaded))
            self._step("notices", tasks.remind)
            self.stdout.write(loaded.getvalue())
            if settings.DEMO:
                demo.create_first(on=clock.real_day())
                self.stdout.write(
                    f"\n  Sign in as {demo.FIRST.username} with {demo.FIRST.password}: you are led "
                    "from there.\n"
                )
            return
        self._step(
            "sample of Bac Giang",
            lambda: call_command("load_bacgiang", demo_users=settings.DEMO, stdout=loaded),
        )
        self._step("alerts", lambda: self._raise_alerts(since))
        self._step("progress", tasks.compute_progress)
        self._step("notices", tasks.remind)
        self.stdout.write(loaded.getvalue())

    def _step(self, name: str, work: Callable[[], object]) -> None:
        """Do a part of the work and say how long it took."""
        begun = perf_counter()
        work()
        self.stdout.write(f"  {name:20} {perf_counter() - begun:5.1f} s")
        self.stdout.flush()

    def _raise_alerts(self, since: str) -> None:
        reached, today = alerts.last_day(), jobs.day_of(None)
        if since < today.isoformat() and (reached is None or reached.isoformat() < since):
            tasks.raise_alerts(since)
        tasks.raise_alerts()
