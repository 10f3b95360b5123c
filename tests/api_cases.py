"""Calls of the API made up from its own description, as each role: `make api-cases` beside `make run`.

Whatever is sent, no answer may be a fault of the server, and each must be as described. They are sent
to a demo that runs, and what they write stays in its data: give it a folder of its own (EMR_VAR), and
rates that they do not use up (EMR_API_RATE=1000000/min).
"""

import argparse
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import django

# What is sent on purpose against the description is refused by rules that no schema can say.
NOT_SAID = "negative_data_rejection,positive_data_acceptance,ignored_auth"
PHASES = "examples,coverage,fuzzing,stateful"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--cases", type=int, default=20, help="for each address and role, at most")
    parser.add_argument(
        "--tool", default=str(Path(sys.executable).with_name("schemathesis")), help="schemathesis"
    )
    parser.add_argument("roles", nargs="*", help="accounts of the demo; all, and nobody, if absent")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")
    django.setup()

    from django.core.management import call_command

    from facilities import clock, keys
    from facilities.models import ApiToken, User
    from rollout.site.demo import DEMO_USERS

    made, failed = [], []
    with TemporaryDirectory() as folder:
        schema = Path(folder) / "openapi.yaml"
        call_command("spectacular", lang="en", file=str(schema))
        for name in asked.roles or [*(demo.username for demo in DEMO_USERS), "nobody"]:
            headers = ["Accept-Language: en"]
            if name != "nobody":
                token, key = keys.make(
                    user=User.objects.get(username=name),
                    label="api-cases",
                    scopes=ApiToken.Scope.values,
                    today=clock.real_day(),
                    expires_on=date(2100, 1, 1),
                    by=None,
                )
                made.append(token)
                headers.append(f"Authorization: Bearer {key}")
            print(f"--- {name}", flush=True)
            if _run(asked.tool, schema, asked.port, asked.cases, headers):
                failed.append(name)
    keys.revoke(made, by=None)
    print(f"Not as described for: {', '.join(failed)}" if failed else "All as described.")
    return 1 if failed else 0


def _run(tool: str, schema: Path, port: int, cases: int, headers: list[str]) -> int:
    command = [tool, "run", str(schema), "--url", f"http://127.0.0.1:{port}"]
    command += ["--phases", PHASES, "--max-examples", str(cases), "--continue-on-failure"]
    command += ["--exclude-checks", NOT_SAID, "--request-timeout", "60", "--no-color"]
    for header in headers:
        command += ["--header", header]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
