"""Does a test notice when a rule is changed? `make mutants` changes them one by one and looks.

Each change (a mutant: `<` for `<=`, `and` for `or`, 3 for 2, False for True, the other branch) is
made in a copy of the working tree, where the tests that belong to the module are run. It is killed
when one of them fails, and survives when all pass; survivors are shown. When the time does not
suffice for all, each module gives the same share of its own, in an order that the seed decides:
the same seed on a faster machine only tries more.

The changes are mutmut's. Its own runner leaves out every function with a decorator, and so each
property here, and knows neither a limit of time nor a sample. Texts and dropped arguments are not
changed: the former are held by the tests of translations, the latter mostly do not run at all.
"""

import argparse
import compileall
import difflib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import libcst as cst
from mutmut.mutation import mutators

ROOT = Path(__file__).parents[1]

# Each module, and the tests that belong to it: the quick ones first.
SUITES = {
    "facilities/evidence.py": ["tests/facilities/test_evidence.py"],
    "facilities/lineage.py": ["tests/rollout/figures/test_lineage.py"],
    "facilities/timeline.py": [
        "tests/facilities/test_timeline.py",
        "tests/rollout/figures/test_trend.py",
    ],
    "facilities/working_days.py": ["tests/facilities/test_working_days.py"],
    "rollout/forecasting/durations.py": [
        "tests/rollout/forecasting/test_forecast.py",
        "tests/rollout/forecasting/test_bac_giang.py",
    ],
    "rollout/forecasting/forecast.py": [
        "tests/rollout/forecasting/test_forecast.py",
        "tests/rollout/forecasting/test_bac_giang.py",
    ],
    "rollout/forecasting/services.py": [
        "tests/rollout/forecasting/test_services.py",
        "tests/rollout/forecasting/test_bac_giang.py",
    ],
    "rollout/forecasting/simulation.py": [
        "tests/rollout/forecasting/test_simulation.py",
        "tests/rollout/forecasting/test_forecast.py",
    ],
    "rollout/figures/measures.py": [
        "tests/rollout/figures/test_measures.py",
        "tests/rollout/figures/test_progress.py",
    ],
    "rollout/figures/progress.py": [
        "tests/rollout/figures/test_measures.py",
        "tests/rollout/figures/test_progress.py",
        "tests/rollout/figures/test_kinds.py",
        "tests/rollout/figures/test_figures.py",
        "tests/rollout/figures/test_many_kinds.py",
        "tests/rollout/figures/test_unknown.py",
        "tests/rollout/figures/test_lineage.py",
    ],
    "rollout/programme/milestone_line.py": ["tests/rollout/programme/test_milestone_line.py"],
}

OPERATORS = [
    (mutated, operator)
    for mutated, operator in mutators.mutation_operators
    if operator
    in (
        mutators.operator_number,
        mutators.operator_name,
        mutators.operator_keywords,
        mutators.operator_swap_op,
        mutators.operator_remove_unary_ops,
        mutators.operator_augmented_assignment,
        mutators.operator_if_exp,
        mutators.operator_match,
    )
]
WANTED = 0.95  # of those tried, so many must be killed
PATIENCE = 5  # a mutant that takes so many times as long as the module's tests is an endless one
LEFT_OUT = shutil.ignore_patterns(".*", "build", "var", "*.sqlite3", "node_modules")


@dataclass(frozen=True)
class Mutant:
    module: str
    source: str
    diff: str


class _Changes(cst.CSTVisitor):
    """Every node of a module with what may stand in its place.

    Left as they are: types, which do not run, decorators, which say how a class is built, and
    `strict`, which guards against lengths that never differ.
    """

    def __init__(self) -> None:
        self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator):
            return False
        if isinstance(node, cst.Arg) and node.keyword and node.keyword.value == "strict":
            return False
        for mutated, operator in OPERATORS:
            if isinstance(node, mutated):
                self.found += [(node, changed) for changed in operator(node)]
        return True


def mutants_of(module: str) -> Iterator[Mutant]:
    source = (ROOT / module).read_text()
    tree, changes = cst.parse_module(source), _Changes()
    tree.visit(changes)
    for node, changed in changes.found:
        code = tree.deep_replace(node, changed).code
        before, after = source.splitlines(), code.splitlines()
        lines = difflib.unified_diff(before, after, module, module, n=1, lineterm="")
        yield Mutant(module, code, "\n".join(lines))


def in_turn(modules: list[str], seed: int) -> list[Mutant]:
    """All mutants, shuffled within their module; any beginning holds the same share of each."""
    placed = []
    for module in modules:
        found = list(mutants_of(module))
        random.Random(f"{seed} {module}").shuffle(found)
        placed += [(place / len(found), module, one) for place, one in enumerate(found)]
    return [one for _share, _module, one in sorted(placed, key=lambda entry: entry[:2])]


class Workshop:
    """A copy of the working tree in which one mutant at a time is tried."""

    def __init__(self, folder: Path) -> None:
        self.tree, self.temporary = folder / "tree", folder / "tmp"
        shutil.copytree(ROOT, self.tree, ignore=LEFT_OUT)
        self.temporary.mkdir()
        compileall.compile_dir(self.tree, quiet=1)
        for module in SUITES:  # or what was compiled before would be run
            for path in (self.tree / module).parent.glob(f"__pycache__/{Path(module).stem}.*"):
                path.unlink()

    def passes(self, module: str, limit: float | None = None) -> bool:
        """Whether the tests of the module pass as it stands in the copy."""
        tests = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        running = subprocess.Popen(
            [*tests, "-p", "pytest_django.plugin", *SUITES[module]],
            cwd=self.tree,
            env=os.environ
            # The same examples each time, nothing compiled, all that is left behind in one place.
            | {"CI": "1", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(self.temporary)}
            # Loading plugins takes longer than many of these tests: only the one that they need.
            | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return running.wait(limit) == 0
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            return False

    def survives(self, mutant: Mutant, limit: float) -> bool:
        path = self.tree / mutant.module
        original = path.read_text()
        path.write_text(mutant.source)
        try:
            return self.passes(mutant.module, limit)
        finally:
            path.write_text(original)


def limits(workshop: Workshop, modules: list[str]) -> dict[str, float]:
    """How long a mutant of each module may take. Its tests must pass as it is."""
    found = {}
    for module in modules:
        begun = time.monotonic()
        if not workshop.passes(module):
            sys.exit(f"The tests of {module} do not pass as they are.")
        found[module] = 10 + PATIENCE * (time.monotonic() - begun)
    return found


def tried(modules: list[str], *, minutes: float, seed: int, workers: int) -> dict[Mutant, bool]:
    """The mutants that there was time for, and whether they survived."""
    survived: dict[Mutant, bool] = {}
    with tempfile.TemporaryDirectory(prefix="emr-mutants-") as folder:
        free: SimpleQueue[Workshop] = SimpleQueue()
        for number in range(workers):
            free.put(Workshop(Path(folder) / str(number)))
        first = free.get()
        allowed = limits(first, modules)
        free.put(first)
        end = time.monotonic() + 60 * minutes

        def attempt(mutant: Mutant) -> None:
            workshop = free.get()
            if time.monotonic() < end:
                survived[mutant] = workshop.survives(mutant, allowed[mutant.module])
                print(f"\n{mutant.diff}\n" if survived[mutant] else ".", end="", flush=True)
            free.put(workshop)

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(attempt, in_turn(modules, seed)))
    print()
    return survived


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="module", help="only these (default: all)")
    parser.add_argument("--minutes", type=float, default=20, help="at most (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which come first")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    modules = given.modules or list(SUITES)
    if unknown := set(modules) - SUITES.keys():
        parser.error(f"no tests are named for {', '.join(sorted(unknown))}")
    found = tried(modules, minutes=given.minutes, seed=given.seed, workers=given.workers)
    for module in modules:
        told(module, [survived for one, survived in found.items() if one.module == module])
    score = told("together", list(found.values()))
    sys.exit(score < WANTED)


def told(name: str, survived: list[bool]) -> float:
    """Prints a line of the score, and returns it."""
    killed = survived.count(False)
    score = killed / len(survived) if survived else 1.0
    print(f"{name:40} {killed:4} of {len(survived):4} killed {score:7.1%}")
    return score


if __name__ == "__main__":
    main()
