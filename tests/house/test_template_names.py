"""A template passes over a name that nothing has any more: no error, only a form that is gone."""

import re
from io import StringIO
from pathlib import Path
from tokenize import NAME, STRING, generate_tokens
from typing import NamedTuple

import django
import pytest

ROOT = Path(__file__).parents[2]
APPS = ("facilities", "equipment", "signatures", "connectivity", "rollout")
DJANGO = Path(django.__file__).parent
# Where the attributes stand that templates read from what Django makes.
OF_DJANGO = (
    "forms",
    "core",
    "contrib/auth",
    "contrib/admin",
    "contrib/messages",
    "db/models",
    "http",
)

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
ATTRIBUTE = re.compile(r"\.([A-Za-z_]\w*)")
OF_A_LOOP = {"counter", "counter0", "first", "last", "parentloop"}


class Known(NamedTuple):
    names: set[str]  # of the code itself, not of what its comments say
    keys: set[str]  # of dictionaries, columns of queries


def known_in(*folders: Path) -> Known:
    found = Known(set(), set())
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for token in generate_tokens(StringIO(path.read_text()).readline):
            if token.type == NAME:
                found.names.add(token.string)
            elif token.type == STRING and (key := token.string[1:-1]).isidentifier():
                found.keys.add(key)
    return found


@pytest.fixture(scope="module")
def known() -> Known:
    ours = known_in(*(ROOT / app for app in APPS))
    django = known_in(*(DJANGO / part for part in OF_DJANGO))
    return Known(ours.names | django.names | OF_A_LOOP, ours.keys)


def unknown(source: str, known: Known) -> set[str]:
    """The attributes that no code has; what Django makes of a field's name counts as the field."""
    found = {
        name
        for tag in TAG.findall(source)
        for name in ATTRIBUTE.findall(QUOTED.sub("", tag))
        if not name.isdigit()
    }
    bare = {name: re.sub(r"^get_(\w+)_display$|_id$", r"\1", name) for name in found}
    there = known.names | known.keys
    return {name for name in found if name not in there and bare[name] not in known.names}


@pytest.mark.parametrize(
    "template",
    sorted([*(ROOT / "templates").rglob("*.html"), *ROOT.glob("*/templates/**/*.html")]),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_attribute_that_a_template_reads_is_there(template, known):
    assert not unknown(template.read_text(), known)


def test_the_check_sees_a_name_that_is_gone(known):
    assert unknown("{% if file.written_by_nobody_id %}x{% endif %}", known) == {
        "written_by_nobody_id"
    }
