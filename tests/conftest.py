"""What every test may rely on."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from zlib import crc32

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import translation
from pytest_django import DjangoDbBlocker

from tests.keys import start_high
from tests.printing import watched

# Under a loaded machine an example may take long; in CI the same examples come every time.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI")), max_examples=50
)
hypothesis.settings.load_profile("house")


# What a database may answer differently; the rest of the suite is about our own code.
ABOUT_THE_DATABASE = (
    "house/test_migrations.py",
    "facilities/registers",
    "facilities/test_constraints.py",
    "facilities/test_evidence.py",
    "facilities/test_ledger.py",
    "rollout/figures/test_cached.py",
    "rollout/notices/test_jobs.py",
    "rollout/registers/importing/test_storing.py",
    "rollout/site/test_prepare.py",
    "test_report_of_2025_05_21.py",
)

# Half a minute and more each: begun first, or one worker waits for the other at the end.
LONG = (
    "house/test_access.py",
    "house/test_query_counts.py",
    "rollout/figures/test_lineage_properties.py",
    "rollout/figures/test_progress_properties.py",
    "rollout/figures/test_spliced_properties.py",
    "rollout/notices/test_killed_workers.py",
    "rollout/registers/importing",
    "rollout/registers/test_reorganisation.py",
    "rollout/site/test_serve.py",
)
TESTS = Path(__file__).parent

KEPT = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sample",
        type=int,
        default=1,
        metavar="N",
        help=(
            "what a database may answer differently, and of the other files every Nth: enough where "
            "another run has the whole suite on another database"
        ),
    )


def _name(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).as_posix()


def _in_the_sample(item: pytest.Item, of: int) -> bool:
    path = _name(item)
    return path.startswith(ABOUT_THE_DATABASE) or crc32(path.encode()) % of == 0


def _wants_bac_giang(item: pytest.Item) -> bool:
    return "bac_giang_of_the_module" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if (of := config.getoption("--sample")) > 1:
        left_out = [item for item in items if not _in_the_sample(item, of)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _in_the_sample(item, of)]
    if connection.vendor != "postgresql":
        skip = pytest.mark.skip(reason="needs PostgreSQL: make test-postgres")
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(skip)
    with_bac_giang = {item.path for item in items if _wants_bac_giang(item)}
    tests_of = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple:
        # One after another, so that a process loads Bac Giang once; and what is long not last.
        path = item.path
        return path not in with_bac_giang, not _name(item).startswith(LONG), -tests_of[path], path

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What the suite consists of lives to the end: it is not searched for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whatever does not want it finds the database empty, but for a file that has begun with it."""
    if not _wants_bac_giang(item) and not connection.savepoint_ids and KEPT in item.config.stash:
        item.config.stash[KEPT].close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        start_high(connection)
        if connection.vendor == "postgresql":
            # Tests that commit are followed by emptying every table.
            with connection.cursor() as cursor:
                cursor.execute(
                    "ALTER TABLE facilities_logentry DISABLE TRIGGER facilities_log_not_emptied"
                )


@pytest.fixture(scope="session", autouse=True)
def _every_template_prints_well():
    with watched():
        yield


@pytest.fixture(scope="session")
def _kept(pytestconfig: pytest.Config, django_db_setup: None) -> Iterator[ExitStack]:
    """What holds Bac Giang while one file after another wants it."""
    with ExitStack() as kept:
        pytestconfig.stash[KEPT] = kept
        yield kept


@contextmanager
def _bac_giang_loaded(blocker: DjangoDbBlocker) -> Iterator[None]:
    with blocker.unblock(), transaction.atomic():
        call_command("load_bacgiang", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def bac_giang_of_the_module(_kept: ExitStack, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Bac Giang; what a file of tests adds to it is taken back at its end."""
    with django_db_blocker.unblock():
        if not connection.in_atomic_block:
            _kept.enter_context(_bac_giang_loaded(django_db_blocker))
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


@pytest.fixture
def bac_giang(bac_giang_of_the_module, db):
    """Bac Giang as it is loaded, and whatever the test adds until it ends."""


@pytest.fixture(autouse=True)
def _empty_cache(request):
    """No test sees what another one left in the cache, unless it is marked as made for that."""
    if not request.node.get_closest_marker("keeps_cache"):
        cache.clear()


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch):
    """Whoever travels in time takes the clock of the database along."""
    monkeypatch.setattr("facilities.clock.off_by", timedelta)


@pytest.fixture(autouse=True)
def _own_language():
    """No test speaks the language that another one has left behind."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
