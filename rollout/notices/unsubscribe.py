"""The address in every mail by which its reader turns mail off, without signing in (RFC 8058).

It is signed, is nobody else's and stays good: it can do no more than this one thing, and signed in
the person turns mail on again.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from facilities.models import User
from rollout.models import PostBox


def _signer() -> Signer:
    return Signer(salt="rollout.unsubscribe")


def address_of(person: User) -> str:
    return settings.SITE_URL + reverse("unsubscribe", args=[_signer().sign(str(person.pk))])


def person_of(secret: str) -> User | None:
    """Whose address it is; None for whatever was not signed here."""
    try:
        return User.objects.filter(pk=_signer().unsign(secret)).first()
    except BadSignature:
        return None


def gets_mail(person: User) -> bool:
    return not PostBox.objects.filter(person=person, by_mail=False).exists()


def turn_off(person: User) -> None:
    """Reminders stand in the inbox only; what waits for the mail server does not go out either."""
    PostBox.objects.update_or_create(person=person, defaults={"by_mail": False})
