"""A program of the product whose clock is a day ahead: `python -m tests.in_tomorrow celery ...`."""

import runpy
import sys
from datetime import timedelta

from django.utils import timezone

_now = timezone.now
timezone.now = lambda: _now() + timedelta(days=1)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
