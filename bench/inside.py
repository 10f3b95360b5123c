"""One measurement in a process of its own: `python -m bench.inside MODULE:FUNCTION '{"argument": 1}'`.

The process works on the database that its environment names (`bench.worlds`), and prints what the
function returns as JSON.
"""

import json
import sys
from importlib import import_module

import django


def main(target: str, arguments: str) -> None:
    django.setup()
    module, _colon, function = target.partition(":")
    result = getattr(import_module(module), function)(**json.loads(arguments))
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
