"""Deleting what attendees have seen: the page says why that is refused, and offers to withdraw it instead."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _


class WithdrawMixin:
    """For admins of rows that a release can contain."""

    withdrawals: dict[str, str | Promise]  # state -> what choosing it does
    is_released: Callable  # (row) -> bool

    def delete_view(self, request, object_id, extra_context=None):
        row = self.get_object(request, object_id)
        if row is None or not self.is_released(row):
            return super().delete_view(request, object_id, extra_context)
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        if request.method == "POST" and request.POST.get("state") in self.withdrawals:
            return self._withdraw(request, row, request.POST["state"])
        context = {
            **self.admin_site.each_context(request),
            "title": _("“%(name)s” was released") % {"name": row},
            "opts": self.opts,
            "original": row,
            "choices": [(state, text) for state, text in self.withdrawals.items() if state != row.state],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/events/withdraw.html", context)

    @transaction.atomic
    def _withdraw(self, request, row, state: str):
        row.state, row._history_user = state, request.user
        row.save(update_fields=["state", "updated_at"])
        messages.success(
            request, _("“%(name)s”: %(state)s.") % {"name": row, "state": row.get_state_display()}
        )
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk]))
