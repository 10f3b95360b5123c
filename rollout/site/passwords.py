"""Passwords that people in Viet Nam choose first, and that are therefore guessed first."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from facilities.models import User

FILE = Path(__file__).with_name("common_passwords.txt")
LIKE = str.maketrans(
    {"@": "a", "4": "a", "0": "o", "1": "i", "!": "i", "3": "e", "$": "s", "5": "s"}
)


@cache
def common_words() -> frozenset[str]:
    """Small letters without accents, one a line."""
    return frozenset(FILE.read_text(encoding="ascii").split())


class CommonInVietNam:
    """Refuses a password made of such words alone, however accents, digits and signs are put to it."""

    def validate(self, password: str, user: User | None = None) -> None:
        if is_common(password):
            raise ValidationError(
                _("This password is one of those that are tried first. Choose words of your own."),
                code="password_common_vi",
            )

    def get_help_text(self) -> str:
        return _("Not a common word or name with some digits after it, such as matkhau@123.")


def is_common(password: str) -> bool:
    plain = _without_accents(password)
    # Digits and signs around and between: matkhau@2026, 123-anh-yeu-em.
    bare = re.sub(r"[^a-z]", "", plain)
    likened = re.sub(r"[^a-z]", "", plain.rstrip("0123456789!@#$.").translate(LIKE))
    return any(_is_made_of_common(word) for word in {bare, likened} if word)


def _is_made_of_common(word: str) -> bool:
    """Whether the whole is one common word after the other."""
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(word[start:end] in common_words() for start in reached):
            reached.add(end)
    return len(word) in reached


def _without_accents(text: str) -> str:
    split = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in split if not unicodedata.combining(letter))
