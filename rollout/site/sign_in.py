"""Who gets in: what is printed in public opens nothing, and from where somebody knocks."""

import re
from datetime import timedelta
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from facilities import second_factor, tokens, whence
from facilities.administration import access_to
from facilities.models import ApiToken, User
from rollout.site import guessing
from rollout.site.demo import API_KEY, DEMO_USERS, FIRST

NOTED_EVERY = timedelta(minutes=1)
PREFIX = re.compile(rf"(?i:bearer) (emr_[\w-]{{{ApiToken.SHOWN - 4}}})[\w-]{{30,50}}$", re.ASCII)
PUBLIC_PASSWORDS = {demo.username: demo.password for demo in (*DEMO_USERS, FIRST)}
PUBLIC_DIGEST = ApiToken.digest_of(API_KEY)


class PasswordBackend(ModelBackend):
    """Django's check of name and password. A printed password counts only in a demo."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: object,
    ) -> User | None:
        # Django's check comes first, so that the refusal takes as long as any other.
        user = super().authenticate(request, username, password, **kwargs)
        if user is None or settings.DEMO:
            return user
        is_public = PUBLIC_PASSWORDS.get(user.get_username()) == password
        return None if is_public else user


class TokenAuthentication(tokens.TokenAuthentication):
    """The key of a REST client. The printed one counts only in a demo."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        try:
            found = super().authenticate(request)
        except AuthenticationFailed:
            if guessing.key_refused(whence.address(), prefix_in(request)):
                raise Throttled(wait=guessing.WITHIN.seconds) from None
            raise
        if found is not None and not settings.DEMO and found[1].digest == PUBLIC_DIGEST:
            raise AuthenticationFailed(
                _("This key is not valid. Ask the Department for a new one.")
            )
        if found is not None:
            whence.came_by_key(found[1].prefix)
            _note_use(found[1])
        return found


def prefix_in(request: Request) -> str:
    """How the key sent begins, if it looks like one of ours: a leaked one is found by it."""
    told = PREFIX.match(request.headers.get("Authorization", ""))
    return told[1] if told else ""


def _note_use(token: ApiToken) -> None:
    """When and from where a key was last used: once a minute at most."""
    now, address = timezone.now(), whence.address()[:45]
    last = token.last_used_at
    if last is not None and token.last_used_from == address and now - last < NOTED_EVERY:
        return
    ApiToken.objects.filter(pk=token.pk).update(last_used_at=now, last_used_from=address)


class SessionAuthentication(authentication.SessionAuthentication):
    """A session of the pages. Where the second factor is demanded, one that was opened with it."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found = super().authenticate(request)
        asked = request._request
        if found is None or not second_factor.is_missing(access_to(asked), asked.session):
            return found
        return None


def client_address(request: HttpRequest) -> str | None:
    """The address of whoever asks.

    Behind the proxy it is the last hop of X-Forwarded-For, which the proxy itself has written;
    what stands before it, and the header without a proxy, is whatever the visitor likes to claim.
    """
    peer = request.META.get("REMOTE_ADDR") or None
    if not settings.BEHIND_PROXY:
        return peer
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(told))
    except ValueError:
        return peer
