"""All addresses of the product."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from rollout.pages.account import (
    ChangePassword,
    PasswordChanged,
    SignIn,
    forgotten,
    reset_page,
    sign_in_code,
    welcome_page,
)
from rollout.pages.notices.beats import beat_of_gateway
from rollout.pages.notices.feeds import calendar_feed, news_feed
from rollout.pages.notices.unsubscribe import unsubscribe_page
from rollout.pages.summary.public import public_summary
from rollout.site.health import healthz, readyz
from rollout.site.metrics import metrics

handler404 = "rollout.site.problems.no_such_page"
handler500 = "rollout.site.problems.mistake_of_ours"

urlpatterns = [
    path("", include("rollout.pages.urls")),
    path("api/", include("rollout.api.urls")),
    path("sign-in/", SignIn.as_view(), name="login"),
    path("sign-in/code/", sign_in_code, name="sign-in-code"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", ChangePassword.as_view(), name="password_change"),
    path("password/changed/", PasswordChanged.as_view(), name="password_change_done"),
    path("password/forgotten/", forgotten, name="forgotten"),
    path("reset/<str:uid>/<str:token>/", reset_page, name="reset"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("beat/<str:secret>", beat_of_gateway, name="beat"),
    path("feeds/<str:secret>.ics", calendar_feed, name="calendar-feed"),
    path("feeds/<str:secret>.atom", news_feed, name="news-feed"),
    path("unsubscribe/<str:secret>", unsubscribe_page, name="unsubscribe"),
    path("welcome/<str:uid>/<str:token>/", welcome_page, name="welcome"),
    path("public/", public_summary, name="public"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
