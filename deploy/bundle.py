"""`make bundle`: everything a machine without a network needs, in one folder, and the proof that it does.

    python deploy/bundle.py            build/bundle/: app, wheels, static files, list of parts, checksums
    python deploy/bundle.py --prove    installs it into a fresh place in a network namespace without a network

The wheels are those of the lock, by hash, for the Python and the system this runs on.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUNDLE = ROOT / "build" / "bundle"
SUMS = "SHA256SUMS"
INSTALL = """#!/bin/sh
# Installs beside itself: sh install.sh [PYTHON]. Asks no network.
set -eu
cd "$(dirname "$0")"
sha256sum --check --quiet SHA256SUMS
"${1:-python3}" -m venv app/.venv
app/.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels \\
    --require-hashes --no-deps --only-binary :all: --requirement app/requirements/base.lock
echo "Installed into $(pwd)/app. Next: app/docs/operations.md"
"""
# What a production system would say, so that files get their hashed names; no server is asked.
PRODUCTION = {
    "EMR_MODE": "production",
    "EMR_ALLOWED_HOSTS": "localhost",
    "SECRET_KEY": "only-while-building",
    "DATABASE_URL": "postgres://localhost/none",
    "REDIS_URL": "redis://localhost/0",
}


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> None:
    subprocess.run(command, cwd=cwd, env=os.environ | environment, check=True)


def make() -> None:
    shutil.rmtree(BUNDLE, ignore_errors=True)
    app, wheels = BUNDLE / "app", BUNDLE / "wheels"
    app.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "--extract", "--directory", app], input=archive.stdout, check=True)
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "--only-binary", ":all:"),
        *("--requirement", ROOT / "requirements" / "base.lock", "--dest", wheels),
    )
    # Translations and fonts are compiled here, so that the machine needs nothing but Python.
    run(sys.executable, "-m", "rollout.site.build", cwd=app)
    collected = {"EMR_STATIC_ROOT": str(app / "static-collected"), "EMR_VAR": str(BUNDLE / "var")}
    run(
        *(sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"),
        cwd=app,
        **PRODUCTION,
        **collected,
    )
    shutil.rmtree(BUNDLE / "var", ignore_errors=True)
    for cache in app.rglob("__pycache__"):
        shutil.rmtree(cache)
    run(
        *(sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible"),
        *("--of", "JSON", "--output-file", BUNDLE / "sbom.cdx.json"),
        ROOT / "requirements" / "base.lock",
    )
    (BUNDLE / "install.sh").write_text(INSTALL)
    files = sorted(path for path in BUNDLE.rglob("*") if path.is_file())
    sums = [f"{digest(path)}  {path.relative_to(BUNDLE)}\n" for path in files]
    (BUNDLE / SUMS).write_text("".join(sums))
    size = sum(path.stat().st_size for path in files) / 1e6
    print(f"{BUNDLE.relative_to(ROOT)}: {len(files)} files, {size:.0f} MB, "
          f"{len(list(wheels.iterdir()))} wheels")  # fmt: skip
    print(f"digest of {SUMS}: {digest(BUNDLE / SUMS)}")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


INSIDE = """
set -eu
if {python} -c 'import socket; socket.create_connection(("1.1.1.1", 53), 2)' 2>/dev/null; then
    echo "There is a network here."; exit 1
fi
cp -r {bundle} {place}/bundle
cd {place}/bundle
sh install.sh {python}
cd app
.venv/bin/python manage.py migrate --no-input --verbosity 0
.venv/bin/python manage.py load_national > /dev/null
.venv/bin/python manage.py check --fail-level WARNING
.venv/bin/python - <<'SAID'
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "rollout.settings"
django.setup()
from django.test import Client
answer = Client(headers={{"host": "localhost"}}).get("/sign-in/")
assert answer.status_code == 200 and "Đăng nhập" in answer.text, answer.status_code
print("the sign-in page answers in Vietnamese")
SAID
"""


def prove() -> None:
    """Install and start it where there is no network. Needs the right to make a namespace."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="emr-bundle-") as place:
        script = INSIDE.format(bundle=BUNDLE, place=place, python=sys._base_executable)
        clean = {
            "PATH": os.defpath,
            "HOME": place,
            "EMR_VAR": f"{place}/var",
            "LC_ALL": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
        }
        namespace = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--user", "--net"]
        subprocess.run([*namespace, "sh", "-c", script], env=clean, check=True)
    print(f"proved without a network in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prove", action="store_true")
    prove() if parser.parse_args().prove else make()
