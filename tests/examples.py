"""How many examples a property is tried with, where each of them builds a world in the database.

A second goes into each, so that an ordinary run tries only a few; `make properties` tries `DEPTH` times
as many, at random and not always the same.
"""

import os

from hypothesis import settings

DEPTH = int(os.environ.get("DEPTH", "1"))


def few(count: int) -> settings:
    return settings(max_examples=count * DEPTH)
