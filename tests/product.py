"""The whole product as `make run` starts it, but with data of its own, for as long as it is needed."""

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator

from rollout.site import embedded, serve

OURS = {
    "EMR_MODE": "local",
    "EMR_DEMO": "1",
    "EMR_TODAY": "",
    "DJANGO_SETTINGS_MODULE": "rollout.settings",
}
SOMEBODY_ELSES = {"DATABASE_URL", "REDIS_URL", "EMR_ALLOWED_HOSTS", "EMR_STATIC_ROOT"}


@contextlib.contextmanager
def running(*, empty: bool = False) -> Iterator[str]:
    """The address of a product in a temporary folder: with Bac Giang and the demo users, or empty."""
    inherited = {name: value for name, value in os.environ.items() if name not in SOMEBODY_ELSES}
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="emr-product-", ignore_cleanup_errors=True) as var:
        command = [sys.executable, "-m", "rollout.site.serve", "--port", str(port)]
        command += ["--empty"] if empty else []
        with serve.child(command, inherited | OURS | {"EMR_VAR": var}) as process:
            embedded.wait_until(lambda: serve.answers(port), process, "product")
            yield f"http://{serve.HOST}:{port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return probe.getsockname()[1]
