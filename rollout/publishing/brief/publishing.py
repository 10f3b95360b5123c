"""Publishing a brief freezes it; a year later it is computed again and held against what was said."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.models import User
from rollout.figures.contradictions import contradictions
from rollout.models import PublishedBrief, WorkingSession
from rollout.publishing.brief.document import Brief, area_of, brief, compared_with
from rollout.publishing.brief.rendering import LANGUAGES, drawn

Difference = tuple[str, object, object]  # which value, what was said, what is computed now


@transaction.atomic
def publish(
    *, session: WorkingSession, on: date, by: User, at: datetime, override: str = ""
) -> PublishedBrief:
    """Freeze the brief of day `on` as it is known at `at`. Whoever calls has settled the permission.

    Raises ValidationError listing the contradictions that stand open, unless `override` says why
    it is published all the same.
    """
    override = override.strip()
    found = contradictions(in_area(AsOf(on, at), area_of(session, on, at)))
    if found and not override:
        listed = [str(one.said) for one in found]
        raise ValidationError(
            [
                _(
                    "The records contradict each other or leave out steps. Correct them, or "
                    "say why it is published."
                ),
                *listed,
            ],
            code="contradicting",
        )
    compare, compare_known_at = compared_with(session, at)
    made = brief(session, on=on, known_at=at, compare=compare, compare_known_at=compare_known_at)
    published = PublishedBrief(
        session=session,
        on=on,
        known_at=at,
        compare=compare,
        compare_known_at=compare_known_at,
        digest=made.digest,
        content=made.content,
        words={language: drawn(made.sections, language) for language in LANGUAGES},
        contradictions=[{"key": one.key, "said": _in_each_language(one.said)} for one in found],
        contradicting=len(found),
        override=override if found else "",
        published_at=at,
        published_by=by,
    )
    published.full_clean()
    published.save(force_insert=True)
    return published


def _in_each_language(said: object) -> dict[str, str]:
    words = {}
    for language in LANGUAGES:
        with translation.override(language):
            words[language] = str(said)
    return words


def recompute(published: PublishedBrief) -> tuple[bool, list[Difference]]:
    """Whether the same day as known at the same moment gives the same digest; else what differs."""
    now: Brief = brief(
        published.session,
        on=published.on,
        known_at=published.known_at,
        compare=published.compare,
        compare_known_at=published.compare_known_at,
    )
    if now.digest == published.digest:
        return True, []
    said, computed = _flat(published.content), _flat(now.content)
    codes = [*said, *(code for code in computed if code not in said)]
    return False, [
        (code, said.get(code), computed.get(code))
        for code in codes
        if said.get(code) != computed.get(code) or (code in said) != (code in computed)
    ]


def _flat(content: dict[str, Any]) -> dict[str, object]:
    """Every value under its own name; the second sentence of a code carries its number."""
    found: dict[str, object] = {"on": content.get("on"), "compare": content.get("compare")}
    for section in content.get("sections", ()):
        seen: Counter[str] = Counter()
        for sentence in section["sentences"]:
            code = sentence["code"]
            seen[code] += 1
            place = f"{section['code']}.{code}" + (f"[{seen[code]}]" if seen[code] > 1 else "")
            found[place] = code
            for name, value in sentence["values"].items():
                found[f"{place}.{name}"] = value
    return found
