"""What a process loads before it has been asked for anything."""

import subprocess
import sys

from django.conf import settings

# Each is used by few pages or jobs, which import it when they need it.
HEAVY = {"babel", "docx", "fontTools", "fpdf", "icalendar", "lxml", "openpyxl", "qrcode"}

LOADED = """
import sys
import django
django.setup()
from django.urls import get_resolver
import rollout.tasks
list(get_resolver().url_patterns)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_pages_and_jobs_start_without_the_libraries_of_single_pages():
    loaded = subprocess.run(
        [sys.executable, "-c", LOADED],
        env={"DJANGO_SETTINGS_MODULE": "rollout.settings", "EMR_VAR": str(settings.VAR_DIR)},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "rest_framework" in loaded
    assert not HEAVY & set(loaded)
