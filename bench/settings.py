"""The product's own settings, with the bench's addresses beside its own."""

import os

from rollout.settings import *

ROOT_URLCONF = "bench.urls"
# A cache that outlives a run must not answer the next one, whose facts have the same version.
CACHES["default"]["KEY_PREFIX"] = os.environ["BENCH_RUN"]
CELERY_TASK_DEFAULT_QUEUE = os.environ["BENCH_RUN"]
if "BENCH_WORKERS" not in os.environ:
    # Facts that the bench writes send a job; it must reach nobody's worker.
    CELERY_BROKER_URL = "memory://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {}
LOGGING["root"]["level"] = "WARNING"
