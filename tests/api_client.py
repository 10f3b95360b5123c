"""A typed client made from the description of the API, and the examples that use it: `make api-client`.

The client is made into build/api-client, compiled, and the examples of docs/examples are checked
against its types. With `--port` they are run against a demo that runs there. It is made anew, never kept: the
description is what is reviewed.
"""

import argparse
import compileall
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import django

HERE = Path(__file__).parents[1]
CLIENT = HERE / "build" / "api-client"
EXAMPLES = HERE / "docs" / "examples"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, help="where a demo runs, to run the examples against")
    parser.add_argument(
        "--tool", default=str(Path(sys.executable).with_name("openapi-python-client"))
    )
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")
    django.setup()
    problems = made(asked.tool)
    if problems:
        print("\n".join(problems))
        return 1
    if not compileall.compile_dir(CLIENT, quiet=1):
        return 1
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--follow-imports=silent",
            "--config-file",
            os.devnull,
            *map(str, EXAMPLES.glob("*.py")),
        ],
        env=os.environ | {"MYPYPATH": str(CLIENT)},
        check=False,
    )
    if checked.returncode or asked.port is None:
        return checked.returncode
    return run_examples(asked.port)


def made(tool: str) -> list[str]:
    """Make the client. Returns what its maker could not make of the description."""
    from django.core.management import call_command

    with TemporaryDirectory() as folder:
        schema = Path(folder) / "openapi.yaml"
        call_command("spectacular", lang="en", file=str(schema))
        CLIENT.parent.mkdir(exist_ok=True)
        done = subprocess.run(
            [tool, "generate", "--path", str(schema), "--output-path", str(CLIENT), "--overwrite"],
            env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
    said = (done.stdout + done.stderr).splitlines()
    if done.returncode or any(line.startswith(("WARNING", "ERROR", "Unable")) for line in said):
        return said
    return []


def run_examples(port: int) -> int:
    """Both, with a key of their own that is revoked afterwards."""
    from connectivity.models import Gateway
    from facilities import clock, keys
    from facilities.models import ApiToken, User

    token, key = keys.make(
        user=User.objects.get(username="soyte"),
        label="api-client",
        scopes=[ApiToken.Scope.PROGRESS, ApiToken.Scope.HEARTBEAT],
        today=clock.real_day(),
        expires_on=date(2100, 1, 1),
        by=None,
    )
    gateway = Gateway.objects.filter(revoked_at=None).select_related("facility", "partner").first()
    own = {
        "EMR_HOST": f"http://127.0.0.1:{port}",
        "EMR_KEY": key,
        "PYTHONPATH": os.pathsep.join([str(CLIENT), *sys.path]),
    }
    calls = [
        ["progress_to_spreadsheet.py", clock.today().isoformat(), str(CLIENT / "progress.xlsx")]
    ]
    if gateway is not None:
        calls.append(["heartbeat.py", gateway.facility.code, gateway.partner.code, "3", "0"])
    codes = [
        subprocess.run(
            [sys.executable, str(EXAMPLES / name), *words], env=os.environ | own, check=False
        ).returncode
        for name, *words in calls
    ]
    keys.revoke([token], by=None)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
