"""Signing in, and what everybody may change about the own account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.base import ContextMixin

from facilities import clock
from facilities.permissions import access_of
from rollout.notices.welcome import welcomed
from rollout.pages.start import is_wanted


class SignIn(views.LoginView):
    """The first page comes in the person's language; the switch in the header goes on from there."""

    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Where the day's work is: at the beginning where nothing is there yet; officers at what
        they owe, agencies at what they were told to do, the Department at its desk."""
        access = access_of(self.request.user, clock.today())
        if is_wanted(access):
            return reverse("rollout:start")
        if access.keeps_registers:
            return reverse("rollout:desk")
        if access.reports:
            return reverse("rollout:my")
        only_directives = access.sees_directives and not access.sees_programme
        return reverse("rollout:directive-list" if only_directives else "rollout:leader")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            form.get_user().language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            path=settings.LANGUAGE_COOKIE_PATH,
            domain=settings.LANGUAGE_COOKIE_DOMAIN,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
        return response


class _WithMenu(ContextMixin):
    """Mixin: the menu of the signed-in person's roles, as on every page."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = access_of(self.request.user, clock.today())
        return super().get_context_data(access=access, **kwargs)


class ChangePassword(_WithMenu, views.PasswordChangeView):
    """Asks for the present password; other sessions of the account end with it."""


class PasswordChanged(_WithMenu, views.PasswordChangeDoneView):
    """Says that the new password holds."""


@sensitive_post_parameters()
@never_cache
def welcome_page(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """A new person chooses a password, once. A link that no longer opens anything says what to do."""
    person = welcomed(uid, token)
    if person is None:
        return render(request, "registration/welcome.html", {"form": None}, status=410)
    form = SetPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The password is saved. Sign in with it."))
        return HttpResponseRedirect(reverse("login"))
    context = {"form": form, "person": person}
    return render(request, "registration/welcome.html", context, status=400 if form.errors else 200)
