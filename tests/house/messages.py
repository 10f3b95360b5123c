"""Which texts the sources hold for translation, and what the catalogues say: without gettext's tools."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
APPS = ("connectivity", "equipment", "facilities", "rollout", "signatures")
KEYWORDS = {
    name + lazy: arguments
    for lazy in ("", "_lazy")
    for name, arguments in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
} | {"_": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[a-z]|\{\w*\}|</?(?:a|b|span|strong)\b[^>]*>")


class Text(NamedTuple):
    """What identifies a message. `plural` is empty for one without a plural."""

    context: str
    singular: str
    plural: str = ""


def text_of(message: Message) -> Text:
    ids = message.id if message.pluralizable else (message.id,)
    return Text(message.context or "", *ids)


def translations_of(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(text: str) -> list[str]:
    """What the code fills in, and the tags, in a fixed order."""
    return sorted(PLACEHOLDER.findall(text))


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def messages(path: Path) -> list[Message]:
    """The messages of a catalogue, without its header."""
    return [message for message in catalogue(path) if message.id]


def sources() -> list[Path]:
    """Every Python file and template of the product that may hold a text."""
    folders = [ROOT / name for name in (*APPS, "templates")]
    return [
        path
        for folder in folders
        for kind in ("*.py", "*.html", "*.txt")
        for path in sorted(folder.rglob(kind))
        if "migrations" not in path.parts
    ]


def texts_in(path: Path) -> Iterator[Text]:
    source = path.read_text(encoding="utf-8")
    if path.suffix in (".html", ".txt"):
        # Calls of gettext in a line of placeholders: Python's tokens, but not its indentation.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    file = BytesIO(source.encode())
    for _line, said, _comments, context in extract("python", file, keywords=KEYWORDS):
        ids = said if isinstance(said, tuple) else (said,)
        yield Text(context or "", *ids)


def texts() -> dict[Text, Path]:
    """Every text of the sources, and a file that holds it."""
    return {text: path for path in sources() for text in texts_in(path)}
