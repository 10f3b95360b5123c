"""Passwords that people in Viet Nam choose first, and that are therefore guessed first."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities import accounts, clock, second_factor
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


class LongAlone:
    """Without a second factor a password must be long and of four kinds of signs."""

    def __init__(self, length: int) -> None:
        self.length = length

    def validate(self, password: str, user: User | None = None) -> None:
        if user is not None and user.pk and _has_second(user):
            return
        kinds = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
        if len(password) < self.length or not all(any(map(kind, password)) for kind in kinds):
            raise ValidationError(self.get_help_text(), code="password_alone")

    def get_help_text(self) -> str:
        return _(
            "Where no second step is set up: at least %(length)s characters, among them small and "
            "capital letters, digits and signs."
        ) % {"length": self.length}


def _has_second(user: User) -> bool:
    return second_factor.is_set_up(user) or second_factor.is_demanded(
        user, clock.day_of(timezone.now())
    )


class NoneOfTheLast:
    """Refuses the last ten passwords of the account, the present one among them."""

    KEPT = 10

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or not user.pk:
            return
        before = {past.encoded for past in user.past_passwords.all()[: self.KEPT]}
        if any(check_password(password, encoded) for encoded in before):
            raise ValidationError(self.get_help_text(), code="password_used")

    def get_help_text(self) -> str:
        return _("None of your last ten passwords.")

    def password_changed(self, password: str, user: User | None = None) -> None:
        """Django tells it after the new one is stored."""
        if user is None or not user.pk:
            return
        accounts.password_set(user)
        older = user.past_passwords.values_list("pk", flat=True)[self.KEPT :]
        user.past_passwords.filter(pk__in=list(older)).delete()


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
