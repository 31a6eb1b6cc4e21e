"""Actions on chosen links: change their state, merge them, accept new URLs."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from ..actions import accept_move, merge_resources
from ..models import Resource

MAX_MERGED = 20  # records merged at once
SIMILAR = 6  # similar records offered when only one was chosen


class LinkActions:
    """Admin actions; each changes only rows that the user may change."""

    @action(description=_("Publish"), icon="check")
    def publish(self, request, queryset):
        self.set_state(request, queryset, Resource.State.PUBLISHED)

    @action(description=_("Reject"), icon="block")
    def reject(self, request, queryset):
        self.set_state(request, queryset, Resource.State.REJECTED)

    @action(description=_("Retire"), icon="archive")
    def retire(self, request, queryset):
        self.set_state(request, queryset, Resource.State.RETIRED)

    def _get_editable(self, request, queryset):
        """The chosen rows that the user may change."""
        return Resource.objects.editable_by(request.user).filter(pk__in=queryset.order_by().values("pk"))

    @transaction.atomic
    def set_state(self, request, queryset, state):
        count = 0
        for resource in self._get_editable(request, queryset).exclude(state=state):
            resource.state, resource._history_user = state, request.user
            resource.save(update_fields=["state", "updated_at"])
            count += 1
        text = ngettext("%(count)d link is %(state)s now.", "%(count)d links are %(state)s now.", count)
        self.message_user(request, text % {"count": count, "state": state.label}, messages.SUCCESS)

    @action(description=_("Merge into one"), icon="merge")
    def merge(self, request, queryset):
        """Ask which record to keep, then merge the others into it; for a single one offer similar records."""
        chosen = self._get_editable(request, queryset)
        if chosen.count() > MAX_MERGED:
            text = _("Choose at most %(most)d records of one link.") % {"most": MAX_MERGED}
            return self.message_user(request, text, messages.WARNING)
        into = request.POST.get("into", "")
        kept = (
            Resource.objects.editable_by(request.user).filter(pk=into).first() if into.isdecimal() else None
        )
        others = chosen.exclude(pk=kept.pk) if kept else chosen
        if kept is None or not others.exists():
            return self._render_merge_form(request, chosen)
        with transaction.atomic():
            for other in others:
                kept = merge_resources(into=kept, other=other, by=request.user)
        return self.message_user(
            request, _("“%(title)s” is one record now.") % {"title": kept}, messages.SUCCESS
        )

    def _render_merge_form(self, request, chosen):
        candidates = list(self.for_list(chosen))
        if len(candidates) == 1:
            same = Resource.objects.editable_by(request.user).exclude(pk=candidates[0].pk)
            keys = same.keys_for(candidates[0].title)
            candidates += self.for_list(same.rank_keys(keys, candidates[0].title))[:SIMILAR]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge into one"),
            "opts": self.opts,
            "chosen": chosen,
            "candidates": candidates,
        }
        return TemplateResponse(request, "admin/resources/resource/merge.html", context)

    @action(description=_("Take the new address"), icon="moved_location")
    def take_new_address(self, request, queryset):
        """Accept the new URLs that checks found; refusals are shown link by link."""
        moved = 0
        for resource in self._get_editable(request, queryset):
            try:
                accept_move(resource=resource, by=request.user)
                moved += 1
            except ValidationError as refusal:
                self.message_user(request, f"{resource}: {' '.join(refusal.messages)}", messages.WARNING)
        text = ngettext(
            "%(count)d link has its new address.", "%(count)d links have their new address.", moved
        )
        self.message_user(request, text % {"count": moved}, messages.SUCCESS)
