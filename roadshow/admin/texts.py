"""Privacy and imprint: pages that the portal's owners write."""

from django.contrib import admin

from roadshow.core.access import can_see_all
from roadshow.core.admin import OrganiserAdmin

from ..models import PortalText


@admin.register(PortalText)
class PortalTextAdmin(OrganiserAdmin):
    list_display = ["kind", "language", "updated_at"]
    fields = [("kind", "language"), "text"]

    def has_module_permission(self, request):
        return can_see_all(request.user)

    def has_add_permission(self, request, obj=None):
        return can_see_all(request.user)
