"""Signing in, and what everybody may change about the own account."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.base import ContextMixin

from facilities import access_log, clock, second_factor, sessions, whence
from facilities.models import LogEntry, RecoveryCode, SignedInSession, User
from facilities.permissions import Access, access_of
from rollout.day import Day
from rollout.notices import reset
from rollout.notices.welcome import welcomed
from rollout.pages.desk.qr import qr
from rollout.pages.page import Page, SignedIn, page
from rollout.pages.start import is_wanted
from rollout.site import guessing

HALF = "half_signed_in"  # in the session: whose password was right, until the second step
HALF_SECONDS = 10 * 60
Kind = LogEntry.Kind


class SignIn(views.LoginView):
    """The first page comes in the person's language; the switch in the header goes on from there.

    Whoever has a second factor, or must have one, is not signed in before it.
    """

    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return first_page(self.request.user)  # type: ignore[arg-type]  # signed in already

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = request.POST.get("username", "")[:150]
        if guessing.is_slowed(name, whence.address()):
            return render(request, "429.html", status=429)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        wanted = self.get_redirect_url()
        if second_factor.is_set_up(user) or second_factor.is_demanded(user, clock.today()):
            self.request.session.cycle_key()
            self.request.session[HALF] = {
                "user": user.pk,
                "backend": user.backend,
                "at": int(time.time()),
                "next": wanted,
            }
            return redirect("sign-in-code")
        login(self.request, user)
        return _let_in(user, wanted)


def first_page(user: User) -> str:
    """Where the day's work is: at the beginning where nothing is there yet; officers at what
    they owe, agencies at what they were told to do, the Department at its desk."""
    access = access_of(user, clock.today())
    if is_wanted(access):
        return reverse("rollout:start")
    if access.keeps_registers:
        return reverse("rollout:desk")
    if access.reports:
        return reverse("rollout:my")
    only_directives = access.sees_directives and not access.sees_programme
    return reverse("rollout:directive-list" if only_directives else "rollout:leader")


def _let_in(user: User, wanted: str) -> HttpResponse:
    response = HttpResponseRedirect(wanted or first_page(user))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        user.language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )
    return response


@sensitive_post_parameters()
@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: a code, or the setting up of what shows one."""
    half = request.session.get(HALF, {})
    fresh = time.time() - half.get("at", 0) < HALF_SECONDS
    user = User.objects.filter(pk=half.get("user"), is_active=True).first() if fresh else None
    if user is None:
        request.session.pop(HALF, None)
        return redirect("login")
    is_set_up = second_factor.is_set_up(user)
    problem, codes = "", None
    if request.method == "POST":
        code = request.POST.get("code", "")[:40]
        if is_set_up:
            right = second_factor.opens(user, code)
        else:
            codes = second_factor.confirm(user, code)
            right = codes is not None
        if right:
            wanted = half["next"]
            del request.session[HALF]
            request.session[sessions.SECOND] = True
            login(request, user, backend=half["backend"])
            if codes is None:
                return _let_in(user, wanted)
            return render(
                request,
                "registration/recovery_codes.html",
                {"codes": codes, "onward": wanted or first_page(user)},
            )
        problem = _code_problem(user)
    context = {"problem": problem, "is_set_up": is_set_up} | ({} if is_set_up else _to_set_up(user))
    return render(request, "registration/code.html", context, status=400 if problem else 200)


def _code_problem(user: User) -> str:
    if second_factor.is_paused(user):
        return _("Too many wrong codes. Wait a quarter of an hour.")
    return _("This code is not right, or has been used. Wait for the next one.")


def _to_set_up(user: User) -> dict[str, object]:
    factor = second_factor.offered(user)
    return {
        "drawing": qr(second_factor.address_of(factor)),
        "secret": second_factor.typed_secret(factor),
    }


# --- The own account --------------------------------------------------------------------------


@sensitive_post_parameters()
@page(lambda access: True, stored=False)
def account(request: SignedIn, day: Day, access: Access) -> Page:
    """Password, second factor, and where one is signed in."""
    user, problem = request.user, ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        code = request.POST.get("code", "")[:40]
        if act == "end":
            return _end_sessions(request)
        if act == "set-up":
            codes = second_factor.confirm(user, code)
        elif act == "new-codes" and second_factor.opens(user, code):
            codes = second_factor.new_codes(user)
        elif act == "remove" and second_factor.is_demanded(user, day.today):
            raise PermissionDenied
        elif act == "remove" and second_factor.opens(user, code):
            second_factor.remove(user, by=user)
            messages.success(request, _("The second factor is removed."))
            return redirect("rollout:account")
        else:
            codes = None
        if codes is not None:
            request.session[sessions.SECOND] = True
            onward = reverse("rollout:account")
            return "registration/recovery_codes.html", {"codes": codes, "onward": onward}
        problem = _code_problem(user)
    is_set_up = second_factor.is_set_up(user)
    asks = "second" in request.GET
    context = {
        "problem": problem,
        "is_set_up": is_set_up,
        "is_demanded": second_factor.is_demanded(user, day.today),
        "codes_left": RecoveryCode.objects.filter(user=user, used_at=None).count(),
        "own_key": request.session.session_key,
        "sessions": sessions.standing(user),
    }
    if not is_set_up and (asks or problem):
        context |= _to_set_up(user)
    return ("registration/account.html", context, 400 if problem else 200)


def _end_sessions(request: SignedIn) -> HttpResponse:
    own = SignedInSession.objects.filter(user=request.user)
    which = request.POST.get("session", "")
    if which == "others":
        rows = own.exclude(key=request.session.session_key)
    elif which.isascii() and which.isdigit() and len(which) < 18:
        rows = own.filter(pk=int(which))
        if not rows:
            raise Http404
    else:
        raise Http404
    sessions.end(rows, by=request.user)
    messages.success(request, _("Signed out there."))
    return redirect("rollout:account")


class _WithMenu(ContextMixin):
    """Mixin: the menu of the signed-in person's roles, as on every page."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        access = access_of(self.request.user, clock.today())
        return super().get_context_data(access=access, **kwargs)


class ChangePassword(_WithMenu, views.PasswordChangeView):
    """Asks for the present password; other sessions of the account end with it."""

    request: SignedIn

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        user, before = self.request.user, self.request.session.session_key
        response = super().form_valid(form)
        self.request.session.pop(sessions.OLD_PASSWORD, None)
        sessions.renewed(self.request, before)
        access_log.note(Kind.PASSWORD, by=user, about=user)
        others = SignedInSession.objects.filter(user=user)
        sessions.end(others.exclude(key=self.request.session.session_key), by=user)
        return response

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        if "old_password" in form.errors and guessing.old_password_refused(self.request.user):
            logout(self.request)
            return render(self.request, "429.html", status=429)
        return super().form_invalid(form)


class PasswordChanged(_WithMenu, views.PasswordChangeDoneView):
    """Says that the new password holds."""


@sensitive_post_parameters()
@never_cache
def welcome_page(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """A new person chooses a password, once. A link that no longer opens anything says what to do."""
    return _chosen(request, welcomed(uid, token))


@sensitive_post_parameters()
@never_cache
def reset_page(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The same for somebody who has forgotten theirs."""
    return _chosen(request, reset.allowed(uid, token))


def _chosen(request: HttpRequest, person: User | None) -> HttpResponse:
    if person is None:
        return render(request, "registration/welcome.html", {"form": None}, status=410)
    form = SetPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        access_log.note(Kind.PASSWORD, by=person, about=person)
        sessions.end(SignedInSession.objects.filter(user=person), by=person)
        messages.success(request, _("The password is saved. Sign in with it."))
        return HttpResponseRedirect(reverse("login"))
    context = {"form": form, "person": person}
    return render(request, "registration/welcome.html", context, status=400 if form.errors else 200)


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for a link by mail. The answer is the same whether somebody bears that name or not."""
    if request.method == "POST" and settings.MAILS:
        reset.ask(request.POST.get("username", "")[:150])
        return render(request, "registration/forgotten.html", {"is_asked": True})
    return render(request, "registration/forgotten.html", {"mails": settings.MAILS})


@page(lambda access: access.manages_users, stored=False)
def reset_link(request: SignedIn, day: Day, access: Access) -> Page:
    """The administrator makes a link for somebody who has no mail: shown once, handed over."""
    context: dict[str, Any] = {"username": "", "link": "", "problem": ""}
    if request.method == "POST":
        name = request.POST.get("username", "")[:150]
        person = User.objects.filter(username=name, is_active=True).first()
        context["username"] = name
        if person is None:
            context["problem"] = _("Nobody signs in with this name.")
        else:
            context["link"] = reset.link_of(person)
            access_log.note(Kind.LINK, by=request.user, about=person)
    status = 400 if context["problem"] else 200
    return "registration/reset_link.html", context, status
