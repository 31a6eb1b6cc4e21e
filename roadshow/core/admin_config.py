"""Installs the portal's admin site in place of Django's."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default = False
    default_site = "roadshow.core.admin_site.PortalAdminSite"
