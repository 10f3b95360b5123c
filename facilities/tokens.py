"""Sign-in of REST clients: `Authorization: Bearer emr_...`."""

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from facilities import clock, whence
from facilities.models import ApiToken, User


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
            raise AuthenticationFailed(_("The key has characters that no key has.")) from None
        token = (
            ApiToken.objects.select_related("user").filter(digest=ApiToken.digest_of(key)).first()
        )
        # One answer for unknown, expired, revoked and foreign keys, so that nothing can be learnt by trying.
        if (
            token is None
            or not token.is_valid_on(clock.real_day())
            or not token.is_accepted_from(whence.address())
            or not token.user.is_active
        ):
            raise AuthenticationFailed(
                _("This key is not valid. Ask the Department for a new one.")
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
