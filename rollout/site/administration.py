"""Puts our admin site in the place of Django's (see INSTALLED_APPS)."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "rollout.site.admin_site.AdministrationSite"
