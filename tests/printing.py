"""Who reads what a template prints: a person, or a program.

Numbers for people are grouped (4.187) and only by a filter that says so; a key, a choice or a
measure of a drawing, which a program reads, is never touched. While tests run, `watched` stops
every template of ours that breaks this; `place` tells where in a template something is printed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from unittest import mock

from django.template import Context, base
from django.template.base import Node, Origin, VariableNode, render_value_in_context
from django.templatetags import i18n
from django.templatetags.i18n import BlockTranslateNode

ROOT = Path(__file__).parents[1]
TEMPLATES = sorted(
    path
    for folder in (ROOT / "templates", *ROOT.glob("*/templates"))
    for path in folder.rglob("*")
    if path.suffix in (".html", ".txt", ".xml", ".svg")
)

FOR_PEOPLE = {
    *("abbr", "alt", "aria-description", "aria-label", "content", "data-name", "label"),
    *("placeholder", "title"),
}
"""Attributes whose text a person reads; a program reads all others."""

_PRINTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_ELEMENT = re.compile(r"""<[a-zA-Z](?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(r"""([\w:@.-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")


class Misprint(AssertionError):
    """A template prints a number in the wrong way."""


def attributes(source: str) -> list[tuple[int, int, str]]:
    """Begin, end and name of every attribute of the elements in a template."""
    plain = _TAG.sub(lambda tag: " " * len(tag[0]), source)
    plain = _PRINTED.sub(lambda printed: "x" * len(printed[0]), plain)
    return [
        (element.start() + found.start(2), element.start() + found.end(2), found[1])
        for element in _ELEMENT.finditer(plain)
        for found in _ATTRIBUTE.finditer(element[0])
    ]


def place(source: str, position: int) -> str | None:
    """The name of the attribute there; None in a text."""
    return next((name for begin, end, name in _attributes(source) if begin <= position < end), None)


_attributes = lru_cache(maxsize=None)(attributes)


def for_a_program(attribute: str | None) -> bool:
    return attribute is not None and attribute not in FOR_PEOPLE


def ours(origin: Origin | None) -> bool:
    """Whether the template is the product's, not one of Django's own."""
    name = str(origin.name) if origin else ""
    return name.startswith(str(ROOT)) and "site-packages" not in name


def is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _print_variable(node: VariableNode, context: Context) -> str:
    """In place of VariableNode.render."""
    value = node.filter_expression.resolve(context)
    if ours(node.origin) and (is_number(value) or isinstance(value, date | time)):
        source = _source(node.origin.name)
        attribute = place(source, node.token.position[0])
        what = f"{node.origin.name}:{node.token.lineno}: {{{{ {node.filter_expression} }}}}"
        if for_a_program(attribute):
            if not isinstance(value, int):
                raise Misprint(f"{what} in {attribute} is written as people write {value!r}")
        elif is_number(value):
            raise Misprint(f"{what} prints {value!r} for people: it wants the filter `number`")
    return render_value_in_context(value, context)


@cache
def _source(name: str) -> str:
    return Path(name).read_text()


_sentence: ContextVar[Node | None] = ContextVar("sentence", default=None)
_render_sentence = BlockTranslateNode.render


def _print_sentence(node: BlockTranslateNode, context: Context, nested: bool = False) -> str:
    """In place of BlockTranslateNode.render: remembers which sentence is being filled in."""
    before = _sentence.set(node)
    try:
        return _render_sentence(node, context, nested)
    finally:
        _sentence.reset(before)


def _fill_in(value: object, context: Context) -> str:
    """In place of what BlockTranslateNode prints a value with."""
    node = _sentence.get()
    if is_number(value) and node is not None and ours(node.origin):
        raise Misprint(
            f"{node.origin.name}:{node.token.lineno}: {node.token.contents} prints {value!r} "
            "for people: it wants `with …=…|number`"
        )
    return render_value_in_context(value, context)


@contextmanager
def watched() -> Iterator[None]:
    """Raises Misprint where a template of ours prints a number or a day in the wrong way.

    Needs engines that keep positions: the option "debug" in tests/settings.py.
    """
    with (
        mock.patch.object(base.VariableNode, "render", _print_variable),
        mock.patch.object(BlockTranslateNode, "render", _print_sentence),
        mock.patch.object(i18n, "render_value_in_context", _fill_in),
    ):
        yield
