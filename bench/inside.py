"""One measurement in a process of its own: `python -m bench.inside MODULE:FUNCTION '{"argument": 1}'`.

The process works on the database that its environment names (`bench.worlds`), and prints what the
function returns as JSON.
"""

import json
import resource
import sys
from importlib import import_module

import django


def main(target: str, arguments: str) -> None:
    django.setup()
    module, _colon, function = target.partition(":")
    result = getattr(import_module(module), function)(**json.loads(arguments))
    sys.stdout.write(json.dumps(result))


def peak_megabytes() -> float:
    """The most memory that this process has had until now."""
    unit = 1024 if sys.platform == "linux" else 1  # macOS tells bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
