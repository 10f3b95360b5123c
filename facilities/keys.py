"""Keys of REST clients: made, replaced and revoked, each with its line in the access log."""

from collections.abc import Iterable
from datetime import date, timedelta
from ipaddress import ip_network

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities import access_log
from facilities.models import ApiToken, LogEntry, User

Did = LogEntry.Kind
OVERLAP = timedelta(days=7)  # both keys are accepted while programs are told the new one
LONGEST_OVERLAP = timedelta(days=90)


@transaction.atomic
def make(
    *,
    user: User,
    label: str,
    scopes: Iterable[str],
    expires_on: date,
    by: User | None,
    today: date,
    valid_from: date | None = None,
    addresses: str = "",
    replaces: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """A new key and its token; the key is shown once. `by` None: a command. `today`: by the clock,
    whatever day the product shows.

    Raises ValidationError by field.
    """
    refuse_wrong(
        scopes=scopes,
        today=today,
        valid_from=valid_from,
        expires_on=expires_on,
        addresses=addresses,
    )
    token, key = ApiToken.make(
        user=user,
        label=label,
        scope=" ".join(code for code in ApiToken.Scope.values if code in set(scopes)),
        expires_on=expires_on,
        valid_from=valid_from,
        addresses="\n".join(addresses.split()),
        replaces=replaces,
    )
    _note(Did.KEY_MADE, token, by)
    return token, key


def refuse_wrong(
    *,
    scopes: Iterable[str],
    today: date,
    valid_from: date | None,
    expires_on: date,
    addresses: str,
) -> None:
    """Raises ValidationError by field, for all of them at once."""
    errors: dict[str, str] = {}
    given, known = set(scopes), ApiToken.Scope.values
    if not given or not given <= set(known):
        errors["scope"] = _("Give one of these codes: %(codes)s.") % {"codes": ", ".join(known)}
    if expires_on <= max(today, valid_from or date.min):
        errors["expires_on"] = _("The last day lies before the first one.")
    for text in addresses.split():
        try:
            ip_network(text, strict=False)
        except ValueError:
            errors["addresses"] = _("“%(text)s” is no network address.") % {"text": text[:50]}
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def replace(
    token: ApiToken,
    *,
    by: User | None,
    today: date,
    expires_on: date,
    overlap: timedelta = OVERLAP,
) -> tuple[ApiToken, str]:
    """A new key for the same program, with the same scopes and addresses. Returns it as `make` does.

    The old one is accepted for `overlap` longer, and never beyond its own last day.
    """
    held = ApiToken.objects.select_for_update().get(pk=token.pk)
    if not held.is_valid_on(max(today, held.valid_from or today)):
        raise ValidationError(_("This key is not valid any more. Make a new one."))
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise ValidationError(
            _("Both keys may be valid together for 0 to %(days)s days.")
            % {"days": LONGEST_OVERLAP.days}
        )
    made = make(
        user=held.user,
        label=held.label,
        scopes=held.scope.split(),
        expires_on=expires_on,
        by=by,
        today=today,
        addresses=held.addresses,
        replaces=held,
    )
    if overlap:
        held.expires_on = min(held.expires_on, today + overlap)
        held.save(update_fields=["expires_on"])
    else:
        revoke([held], by=by)
    return made


@transaction.atomic
def revoke(tokens: Iterable[ApiToken], *, by: User | None) -> int:
    """From now on they open nothing. Returns how many were still standing."""
    keys = [token.pk for token in tokens]
    standing = list(
        ApiToken.objects.select_for_update(of=("self",))
        .filter(pk__in=keys, revoked_at=None)
        .select_related("user")
        .order_by("pk")
    )
    ApiToken.objects.filter(pk__in=[token.pk for token in standing]).update(
        revoked_at=timezone.now()
    )
    for token in standing:
        _note(Did.KEY_REVOKED, token, by)
    return len(standing)


def _note(kind: str, token: ApiToken, by: User | None) -> None:
    """The prefix says which; what it opens stands beside what it is for."""
    access_log.note(
        kind,
        by=by,
        about=token.user,
        subject=token.prefix,
        because=f"{token.label} ({token.scope})",
    )
