"""What somebody has typed and not sent, kept on the server so that any device can go on with it.

A draft is personal, proves nothing and counts nowhere. It is dropped when its form is stored.
"""

import json
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from facilities.exchange.columns import Column
from facilities.models import Draft, User
from facilities.registers.forms import REASON, SEEN

MOST_DRAFTS = 50  # of one person; the oldest make room
MOST_BYTES = 20_000  # of one draft
LONGEST_NAME = Draft.LONGEST_NAME
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "change_set", "choose"})

Fields = Mapping[str, list[str]]


def of_row(register: str, row: int | None, cells: Iterable[str] = ()) -> str:
    """The name of the draft of an officer's form about some cells of a row; about all without `cells`."""
    return f"my:{register}:{row}:{','.join(sorted(cells))}"[:LONGEST_NAME]


def of_next(register: str, row: int) -> str:
    """The name of the draft of the form that records a step of a row."""
    return f"step:{register}:{row}"


def of_record(register: str, row: int | None) -> str:
    """The name of the draft of the desk's form about a row; about a new one without `row`."""
    return f"desk:{register}:{row or 'new'}"


def of_step(step: str, facility_id: int, page: int | None = None) -> str:
    """The name of the draft of one page of the list on which a step is ticked; of all without `page`."""
    return f"my:waiting:{step}:{facility_id}:{page or ''}"


@transaction.atomic
def keep(*, user: User, form: str, fields: Fields) -> Draft:
    """Keep what the form holds, instead of what was kept of it before. Raises ValidationError."""
    if not form.isprintable() or not 0 < len(form) <= LONGEST_NAME:
        raise ValidationError(_("A draft needs the name of its form."), code="name")
    kept = {name: values for name, values in fields.items() if name not in NEVER_KEPT}
    if len(json.dumps(kept, ensure_ascii=False).encode()) > MOST_BYTES:
        raise ValidationError(_("Too much for a draft."), code="too_large")
    draft, _made = Draft.objects.update_or_create(user=user, form=form, defaults={"fields": kept})
    newest = Draft.objects.filter(user=user).order_by("-saved_at", "-pk")
    Draft.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[MOST_DRAFTS:])).delete()
    return draft


def drop(*, user: User, form: str) -> None:
    Draft.objects.filter(user=user, form=form).delete()


def drop_all(*, user: User, beginning: str) -> None:
    """Drop every draft whose name begins so: a stored row answers each form about it."""
    Draft.objects.filter(user=user, form__startswith=beginning).delete()


def find(user: User, form: str) -> Draft | None:
    return Draft.objects.filter(user=user, form=form).first()


def initial(
    draft: Draft | None, columns: Iterable[Column], more: Iterable[str] = ()
) -> dict[str, str]:
    """What a form of cells is filled with to go on with a draft. `more`: its fields beside the cells.

    What stood when the draft was begun goes along: if it has changed since, both versions are shown.
    """
    if draft is None:
        return {}
    names = ["because", *more]
    for column in columns:
        names += [column.code, SEEN + column.code, REASON + column.code]
    return {name: draft.fields[name][0] for name in names if draft.fields.get(name)}
