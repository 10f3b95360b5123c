"""Texts that are put into the reader's language when they are shown, and may be kept until then.

Django makes a class for each lazy text that it unpickles. Thirty thousand of them, what a large
province owes, take ten seconds and a gigabyte; here all texts of one function share a class.
"""

import copyreg
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@cache
def lazily(function: Callable[..., str]) -> "Callable[..., StrPromise]":
    """The same function, asked when its text is shown. It has a name in its module: no lambda, none inside."""
    made: Any = lazy(function, str)
    _share(made())  # nothing is asked yet
    return made


def _share(text: Any) -> None:
    """Texts of its class are pickled so that `_again` makes them."""
    copyreg.pickle(type(text), _reduced)


def _reduced(text: Any) -> tuple[Any, ...]:
    _django, (function, args, kwargs, *_kinds) = text.__reduce__()
    return _again, (function, args, kwargs)


def _again(function: Callable[..., str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return lazily(function)(*args, **kwargs)


for _text in (gettext_lazy(""), pgettext_lazy("", ""), format_lazy("")):
    _share(_text)
