"""Sign-in of REST clients: `Authorization: Bearer emr_...`."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from facilities import clock
from facilities.models import ApiToken, User

NOTED_EVERY = timedelta(days=1)


class TokenAuthentication(BaseAuthentication):
    """Accepts a token that is neither expired nor revoked, of a user who is still active."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send the header as “Authorization: Bearer <key>”."))
        try:
            key = parts[1].decode("ascii")
        except UnicodeDecodeError:
            raise AuthenticationFailed(_("The key has letters that no key has.")) from None
        token = (
            ApiToken.objects.select_related("user").filter(digest=ApiToken.digest_of(key)).first()
        )
        # One answer for unknown, expired and revoked keys, so that nothing can be learnt by trying.
        if (
            token is None
            or token.revoked_at is not None
            or token.expires_on <= clock.real_day()
            or not token.user.is_active
        ):
            raise AuthenticationFailed(
                _("This key is not valid. Ask the Department for a new one.")
            )
        self._noted(token)
        return token.user, token

    @staticmethod
    def _noted(token: ApiToken) -> None:
        """That the key is in use, once a day."""
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
