"""The product's own settings, with what a test run must not touch or wait for taken out."""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit

os.environ["EMR_MODE"] = "local"
os.environ.pop("EMR_DEMO", None)
if "PYTEST_XDIST_WORKER" not in os.environ:
    # Parallel workers inherit the folder from the process that started them.
    os.environ["EMR_VAR"] = tempfile.mkdtemp(prefix="emr-tests-")
    atexit.register(shutil.rmtree, os.environ["EMR_VAR"], ignore_errors=True)

from rollout.settings import *

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Templates remember where in them something is printed (tests/printing.py).
TEMPLATES[0]["OPTIONS"]["debug"] = True
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"anon": None, "user": None}

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file and not memory: threads and WAL then behave as they do in the product.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += ";PRAGMA synchronous = OFF"
    # The tables as the models have them, in a second. That migrations lead to the same is checked
    # by `make lint`; they are run by the suite on PostgreSQL and by every start of the product.
    MIGRATION_MODULES = {"admin": None} | {name.rpartition(".")[2]: None for name in INSTALLED_APPS}

if REDIS_URL:
    # A database of its own for each parallel worker, so that emptying one spares the others.
    _number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 15
    CACHES["default"]["LOCATION"] = (
        f"{REDIS.cache.partition('?')[0]}?db={_number}"
        if REDIS.cache.startswith("unix:")
        else urlsplit(REDIS.cache)._replace(path=f"/{_number}").geturl()
    )
