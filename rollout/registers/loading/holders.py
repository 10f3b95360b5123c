"""Invented holders for sample certificates: names put together by chance, the same at every loading."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import yaml


class Holder(NamedTuple):
    name: str
    position: str
    unit: str


class InventedHolders:
    """Reads holders.yaml; without that file it invents nobody."""

    def __init__(self, path: Path):
        self.lists = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.sexes = _by_weight(self.lists.get("sexes", {}))
        self.families = _by_weight(self.lists.get("families", {}))

    def __bool__(self) -> bool:
        return bool(self.lists)

    def of(self, facility_code: str, seed: str) -> Holder:
        """The one holder that belongs to a seed."""
        draw = _draws(seed)
        sex = draw(self.sexes)
        units = self.lists["facilities"]
        unit = draw(units.get(facility_code, units["*"]))
        return Holder(
            name=" ".join(
                (
                    draw(self.families),
                    draw(self.lists["middle"][sex]),
                    draw(self.lists["given"][sex]),
                )
            ),
            position=draw(self.lists["posts"][unit]),
            unit=unit,
        )


def _by_weight(weights: dict[str, int]) -> list[str]:
    return [name for name, weight in weights.items() for _turn in range(weight)]


def _draws(seed: str) -> Callable[[Sequence[str]], str]:
    """A function that picks from lists; the digest of the seed decides, on every machine alike."""
    digest = sha256(seed.encode()).digest()
    numbers: Iterator[int] = (
        int.from_bytes(digest[at : at + 4], "big") for at in range(0, len(digest), 4)
    )
    return lambda choices: choices[next(numbers) % len(choices)]
