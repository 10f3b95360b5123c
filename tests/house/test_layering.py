"""Imports run downward only. A string is an import too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Each app and the apps it may know.
BELOW = {
    "facilities": set(),
    "equipment": {"facilities"},
    "signatures": {"facilities"},
    "connectivity": {"facilities"},
    "rollout": {"facilities", "equipment", "signatures", "connectivity"},
}

# The wings of `rollout`, from the ground up: a wing knows those on lower floors, and none beside it.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("celery", "day", "schedule", "sending", "formats", "templatetags"),
    ("models",),
    ("turns", "programme"),
    ("figures",),
    ("forecasting", "notices"),
    ("registers", "publishing"),
    ("meetings",),
    ("site",),
    ("pages", "api", "tasks"),
    ("management", "admin", "apps", "urls", "settings", "wsgi"),
)
FLOOR_OF = {wing: floor for floor, wings in enumerate(FLOORS) for wing in wings}


def modules(app: str) -> list[Path]:
    return sorted((ROOT / app).rglob("*.py"))


def named_apps(tree: ast.AST) -> set[str]:
    """The apps that a module imports, or names in a string such as "rollout.Alert" or "rollout:page"."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            word = node.value
            if " " not in word and ("." in word or ":" in word):
                found.add(word.replace(":", ".").split(".")[0])
    return found & BELOW.keys()


@pytest.mark.parametrize("app", BELOW)
def test_imports_run_downward_only(app):
    wrong = [
        f"{path.relative_to(ROOT)} names {other}"
        for path in modules(app)
        for other in named_apps(ast.parse(path.read_text()))
        if other != app and other not in BELOW[app]
    ]
    assert not wrong


def test_the_check_sees_an_upward_import():
    """The test above must be able to fail."""
    assert named_apps(ast.parse("from rollout.models import Alert")) == {"rollout"}
    assert named_apps(ast.parse("x = 'rollout.Alert'")) == {"rollout"}
    assert named_apps(ast.parse("reverse('rollout:leader')")) == {"rollout"}


def wings_named(tree: ast.AST) -> set[str]:
    """The wings of `rollout` that a module imports, also by `from rollout import day`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if "rollout." in alias.name}
        elif isinstance(node, ast.ImportFrom) and node.module == "rollout":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("rollout."):
            found.add(node.module.split(".")[1])
    return found


def test_every_part_of_rollout_has_its_floor():
    """A new wing says where it stands; nothing is left flat at the top without a word."""
    there = {
        path.stem
        for path in (ROOT / "rollout").iterdir()
        if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))
    }
    assert there - {"__init__", "__pycache__", "migrations", "data"} == FLOOR_OF.keys()


def test_wings_know_only_those_below():
    wrong = []
    for path in modules("rollout"):
        wing = path.relative_to(ROOT / "rollout").parts[0].removesuffix(".py")
        if wing in ("__init__", "migrations"):
            continue
        for other in wings_named(ast.parse(path.read_text())) - {wing}:
            if FLOOR_OF[other] >= FLOOR_OF[wing]:
                wrong.append(f"{path.relative_to(ROOT)} names {other}")
    assert not wrong


def test_the_check_sees_a_wing_above():
    assert wings_named(ast.parse("from rollout.notices.jobs import run")) == {"notices"}
    assert wings_named(ast.parse("from rollout import day, tasks")) == {"day", "tasks"}
    assert wings_named(ast.parse("import rollout.pages.urls")) == {"pages"}


def test_templates_of_an_app_link_only_downward():
    wrong = [
        f"{path.relative_to(ROOT)} names {other}"
        for app, below in BELOW.items()
        for path in (ROOT / app / "templates").rglob("*.html")
        for other in BELOW.keys() - below - {app}
        if f"'{other}:" in path.read_text() or f'"{other}:' in path.read_text()
    ]
    assert not wrong


CLOCK = "facilities/clock.py"
TODAY = ("date.today", "datetime.today", "datetime.date.today", "timezone.localdate")


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """What a module calls without an argument, and where."""
    for node in ast.walk(ast.parse(path.read_text())):
        # With an argument, `timezone.localdate` gives the day of a moment, not today.
        if isinstance(node, ast.Call) and not node.args:
            yield ast.unparse(node.func), node.lineno


def test_one_module_answers_what_day_it_is():
    """Or a page would go by the real day while the product stands on that of its sample."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for app in BELOW
        for path in modules(app)
        for name, line in calls(path)
        if name in TODAY and str(path.relative_to(ROOT)) != CLOCK
    ]
    assert not wrong


def test_only_the_edges_ask_for_today():
    """Below the edges a day is always an argument."""
    edges = {
        CLOCK,
        "facilities/tokens.py",  # is the key still accepted now?
        "facilities/administration.py",  # the admin speaks of today
        "facilities/registers/choices.py",  # facilities are offered under the names they bear today
        "rollout/site/admin_site.py",
        "rollout/day.py",
        "rollout/tasks.py",
        "rollout/notices/jobs.py",
        "rollout/site/health.py",
        "rollout/site/middleware.py",
    }
    wrong = []
    for app in BELOW:
        for path in modules(app):
            name = str(path.relative_to(ROOT))
            if name in edges or "/management/" in name or "/pages/" in name or "/api/" in name:
                continue
            wrong += [
                f"{name}:{line}"
                for called, line in calls(path)
                if called in ("clock.today", "clock.real_day")
            ]
    assert not wrong


def test_the_clock_is_asked_by_its_name():
    """The two tests above know `clock.today()`, not a name that a module gives it."""
    wrong = [
        f"{path.relative_to(ROOT)}"
        for app in BELOW
        for path in modules(app)
        if "from facilities.clock import" in path.read_text()
    ]
    assert not wrong
