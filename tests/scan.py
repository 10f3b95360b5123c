"""What scanners say: `python -m tests.scan`; nought, or each answered in docs/security.md.

1. bandit reads the code. 2. pip-audit asks a database of flaws about every pinned library, where one can
be reached. 3. Every address is asked by every role with what nobody should send: no fault of ours, no
script that comes back alive, no page without its guards.
"""

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = ROOT / "docs" / "security.md"
CODE = ("rollout", "facilities", "equipment", "signatures", "connectivity")
ROLES = ("anonymous", "department", "leader", "officer", "agency", "administrator")

SCRIPT = '"><script>alert(1)</script>'
HOSTILE = (
    "",
    "' OR 1=1 --",
    SCRIPT,
    "-1",
    "0",
    "99999999999999999999",
    "1e309",
    "٣",  # a digit, but not one of ours
    "\x00",
    "\ud7ff\uffff",
    "%s%n{0}{{7*7}}",
    "../../etc/passwd",
    "2025-02-30",
    "0000-00-00",
    "9999-12-31",
    "x" * 3000,
    "//evil.example/",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A1",
)
NAMES = (
    *("on", "known_at", "compare", "area", "page", "q", "show", "who", "sort", "cells", "cell"),
    *("facility", "filter", "measure", "from", "to", "next", "form", "group", "draft", "state"),
)
GUARDS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")


def answered() -> set[tuple[str, str]]:
    """The findings that are answered in writing: rule and file."""
    rows = re.findall(r"^\| (B\d+) \| `([^`]+)` \| \S", ANSWERS.read_text(), re.MULTILINE)
    return set(rows)


def bandit() -> list[str]:
    """What bandit finds and nobody has answered, and answers to what is no longer found."""
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--format", "json", *CODE],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if not done.stdout.strip():
        return [f"bandit does not run: {done.stderr.strip()[-200:]}"]
    found = {(one["test_id"], one["filename"]): one for one in json.loads(done.stdout)["results"]}
    known = answered()
    print(f"bandit: {len(found)} findings, {len(found.keys() & known)} answered")
    return [
        *(f"bandit: {rule} {file}:{one['line_number']}" for (rule, file), one in found.items()
          if (rule, file) not in known),
        *(f"answered, but not found: {rule} {file}" for rule, file in sorted(known - found.keys())),
    ]  # fmt: skip


def pip_audit() -> list[str]:
    """Known flaws of the pinned libraries; nothing where no database can be asked."""
    command = shutil.which("pip-audit", path=f"{Path(sys.executable).parent}:{os.defpath}")
    if command is None:
        print("pip-audit: not installed (make install-dev)")
        return []
    done = subprocess.run(
        [
            *(command, "--requirement", "requirements/base.lock", "--disable-pip"),
            *("--require-hashes", "--progress-spinner", "off", "--format", "json"),
        ],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"pip-audit: no database can be asked ({done.stderr.strip().splitlines()[-1:]})")
        return []
    known = [row for row in rows if "vulns" in row]
    if not known:
        print(f"pip-audit: no database can be asked here about the {len(rows)} libraries")
        return []
    flawed = [
        f"pip-audit: {row['name']} {row['version']}: {flaw['id']}"
        for row in known
        for flaw in row["vulns"]
    ]
    print(f"pip-audit: {len(known)} of {len(rows)} libraries, {len(flawed)} known flaws")
    return flawed


# --- The crawl --------------------------------------------------------------------------------


def crawl(some: int) -> list[str]:
    """Ask every address as every role. `some`: hostile addresses for each."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    call_command("load_bacgiang", stdout=StringIO())
    problems: Counter[str] = Counter()
    asked = 0
    for problem in _crawled(some):
        asked += 1
        if problem:
            problems[problem] += 1
    print(f"crawl: {asked} requests, {sum(problems.values())} bad answers")
    return [f"crawl: {what} ({count} times)" for what, count in problems.most_common(40)]


def _crawled(some: int) -> Iterator[str]:
    """For each request what is wrong with its answer, or nothing."""
    import logging
    from random import Random

    from django.conf import settings
    from django.db import transaction
    from django.test import Client

    from facilities.models import Facility
    from tests.house import test_access
    from tests.house.desk_rows import desk_rows

    logging.disable(logging.CRITICAL)
    desk_rows(Facility.objects.get(code=test_access.OWN))
    chance = Random(1)  # the same each time
    for role in ROLES:
        made = test_access.VISITORS[role]()
        browser = Client(raise_request_exception=False)
        if made is not None:
            browser.force_login(made)
        for name in test_access.ADDRESSES:
            path = test_access.path_of(name)
            if name == "logout":
                continue
            for number in range(some):
                told = {n: chance.choice(HOSTILE) for n in chance.sample(NAMES, 4)}
                with transaction.atomic():
                    if number % 3 == 2:
                        answer = browser.post(path, told)
                    else:
                        answer = browser.get(f"{path}?{_quoted(told)}")
                    yield _wrong(role, name, answer)
                    transaction.set_rollback(True)
            if made is not None:
                engine = settings.SESSION_COOKIE_NAME
                if engine not in browser.cookies:
                    browser.force_login(made)


def _quoted(told: dict[str, str]) -> str:
    return urlencode(told, errors="surrogatepass")


def _wrong(role: str, name: str, answer) -> str:
    what = f"{name} as {role}"
    if answer.status_code >= 500 and name != "readyz":
        return f"{answer.status_code} {what}"
    kind = answer.headers.get("Content-Type", "")
    if not answer.streaming and kind.startswith("text/html"):
        if SCRIPT in answer.text or html.unescape(SCRIPT) in answer.text:
            return f"a script comes back alive from {what}"
        missing = [guard for guard in GUARDS if guard not in answer.headers]
        if missing:
            return f"without {missing[0]}: {what}"
    there = answer.headers.get("Location", "")
    if there.startswith(("//", "javascript:")) or "evil.example" in there.split("?")[0]:
        return f"leads away: {what}"
    return ""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--some", type=int, default=6, help="hostile requests of each address and role"
    )
    parser.add_argument("--only", choices=["bandit", "pip-audit", "crawl"])
    asked = parser.parse_args(arguments)
    steps = {"bandit": bandit, "pip-audit": pip_audit, "crawl": lambda: crawl(asked.some)}
    problems = [
        problem for name, step in steps.items() if asked.only in (None, name) for problem in step()
    ]
    for problem in problems:
        print(f"  {problem}")
    print("not answered: " + str(len(problems)) if problems else "nothing that is not answered")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
