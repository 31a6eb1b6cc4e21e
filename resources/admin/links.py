"""Links: suggestions to decide on, records to complete, and what checks found."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.forms import Script
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter, RangeNumericFilter
from unfold.decorators import action, display

from roadshow.core.admin import ExportAdmin, OwnFilter, RecordAdmin, Table, TableInline
from roadshow.core.text import long_date, plain

from ..actions import accept_move, merge_resources
from ..models import LinkCheck, Resource
from . import import_page

MOST = 20  # records that are merged at once
SIMILAR = 6  # records offered as the same when one alone was chosen


class ResourceTable(Table):
    class Meta(Table.Meta):
        model = Resource
        fields = [
            "guid", "title", "url", "kind", "level", "language", "authors", "year", "free", "note", "state",
            "health", "checked_at",
        ]  # fmt: skip


class CheckInline(TableInline):
    """What checks saw, newest first; only they write it."""

    model = LinkCheck
    fields = readonly_fields = ["at", "outcome", "status", "reason", "final_url"]
    per_page = 20

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Resource)
class ResourceAdmin(ExportAdmin, RecordAdmin):
    resource_classes = [ResourceTable]
    list_before_template = "admin/resources/resource/queues.html"
    list_display = [
        "titled",
        "host",
        "kind",
        "health_label",
        "last_seen",
        "cited",
        "state_label",
        "added",
    ]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("health", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("topics", OwnFilter),
        ("talks", OwnFilter),
        ("speakers", OwnFilter),
        ("events", OwnFilter),
        ("year", RangeNumericFilter),
        ("created_at", RangeDateTimeFilter),
    ]
    search_fields = ["title"]
    autocomplete_fields = ["topics", "talks", "speakers", "events"]
    readonly_fields = ["health", "checked_at", "failures", "failing_since", "moved_to"]
    inlines = [CheckInline]
    actions = ["publish", "reject", "retire", "merge", "take_new_address"]
    actions_list = ["import_links"]
    actions_submit_line = ["publish_and_next", "reject_and_next"]
    fieldsets = [
        (None, {"fields": [("title", "state"), "url", ("kind", "level"), "note", "topics"]}),
        (
            _("Where it belongs"),
            {"classes": ["tab"], "fields": ["talks", "speakers", "events"]},
        ),
        (_("Details"), {"classes": ["tab"], "fields": [("authors", "year"), ("language", "free"), "slug"]}),
        (
            _("Health"),
            {
                "classes": ["tab"],
                "fields": [
                    ("health", "checked_at"),
                    ("failures", "failing_since"),
                    "moved_to",
                    "archived_url",
                ],
            },
        ),
    ]

    class Media:
        js = [Script("roadshow/admin/curate.js", type="module")]

    def for_list(self, rows):
        newest = LinkCheck.objects.filter(resource=OuterRef("pk"))
        return rows.defer("search").annotate(
            citations=Count("talks", distinct=True), last_reason=Subquery(newest.values("reason")[:1])
        )

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, (extra_context or {}) | {"queues": self._queues(request)})

    def _queues(self, request) -> list[dict]:
        """What waits for curators: a name, how many there are, and the list of them."""
        rows = Resource.objects.editable_by(request.user)
        state, health = Resource.State, Resource.Health
        published = Q(state=state.PUBLISHED)
        counts = rows.aggregate(
            suggested=Count("pk", filter=Q(state=state.SUGGESTED)),
            broken=Count("pk", filter=published & Q(health=health.BROKEN)),
            failing=Count("pk", filter=published & Q(health=health.FAILING)),
            moved=Count("pk", filter=published & Q(health=health.MOVED)),
        )
        found = [
            ("suggested", _("Suggested"), {"state__exact": state.SUGGESTED.value}),
            *(
                (name, label, {"state__exact": state.PUBLISHED.value, "health__exact": name})
                for name, label in (
                    ("broken", _("Broken")),
                    ("failing", _("Not answering lately")),
                    ("moved", _("Moved")),
                )
            ),
        ]
        here = reverse("admin:resources_resource_changelist")
        return [
            {"name": _("All"), "url": here, "current": not request.GET},
            *(
                {
                    "name": label,
                    "total": counts[name],
                    "url": reverse("admin:resources_resource_changelist", query=query),
                    "current": request.GET.dict() == query,
                }
                for name, label, query in found
            ),
        ]

    @display(description=_("title"), ordering="title", header=True)
    def titled(self, resource):
        return resource.title, plain(resource.note, 90)

    @display(description=_("address"), ordering="url")
    def host(self, resource):
        host = resource.url.split("/")[2]
        return format_html(
            '<a href="{}" rel="noopener noreferrer" target="_blank" data-open>{}</a>',
            resource.url,
            host.removeprefix("www."),
        )

    @display(
        description=_("health"),
        ordering="health",
        label={
            Resource.Health.UNKNOWN: "info",
            Resource.Health.GOOD: "success",
            Resource.Health.MOVED: "warning",
            Resource.Health.FAILING: "warning",
            Resource.Health.BROKEN: "danger",
        },
    )
    def health_label(self, resource):
        return resource.health, resource.get_health_display()

    @display(description=_("last check"), ordering="checked_at")
    def last_seen(self, resource):
        """What was wrong or where it has moved, for those of which something is to be said."""
        return resource.moved_to or resource.last_reason

    @display(description=_("cited by talks"), ordering="citations")
    def cited(self, resource):
        return resource.citations

    @display(description=_("added"), ordering="created_at")
    def added(self, resource):
        return long_date(timezone.localdate(resource.created_at))

    @display(
        description=_("state"),
        ordering="state",
        label={
            Resource.State.SUGGESTED: "warning",
            Resource.State.PUBLISHED: "success",
            Resource.State.REJECTED: "danger",
            Resource.State.RETIRED: "info",
        },
    )
    def state_label(self, resource):
        return resource.state, resource.get_state_display()

    @action(description=_("Publish"), icon="check")
    def publish(self, request, queryset):
        self._set_state(request, queryset, Resource.State.PUBLISHED)

    @action(description=_("Reject"), icon="block")
    def reject(self, request, queryset):
        self._set_state(request, queryset, Resource.State.REJECTED)

    @action(description=_("Retire"), icon="archive")
    def retire(self, request, queryset):
        self._set_state(request, queryset, Resource.State.RETIRED)

    def _chosen(self, request, queryset):
        """The chosen rows that the user may change, as a plain question."""
        return Resource.objects.editable_by(request.user).filter(pk__in=queryset.order_by().values("pk"))

    @transaction.atomic
    def _set_state(self, request, queryset, state):
        count = 0
        for resource in self._chosen(request, queryset).exclude(state=state):
            resource.state, resource._history_user = state, request.user
            resource.save(update_fields=["state", "updated_at"])
            count += 1
        text = ngettext("%(count)d link is %(state)s now.", "%(count)d links are %(state)s now.", count)
        self.message_user(request, text % {"count": count, "state": state.label}, messages.SUCCESS)

    @action(description=_("Merge into one"), icon="merge")
    def merge(self, request, queryset):
        """Ask which record stays, then give it what the others have; one alone is compared with similar ones."""
        chosen = self._chosen(request, queryset)
        if chosen.count() > MOST:
            text = _("Choose at most %(most)d records of one link.") % {"most": MOST}
            return self.message_user(request, text, messages.WARNING)
        into = request.POST.get("into", "")
        kept = (
            Resource.objects.editable_by(request.user).filter(pk=into).first() if into.isdecimal() else None
        )
        others = chosen.exclude(pk=kept.pk) if kept else chosen
        if kept is None or not others.exists():
            return self._ask_what_stays(request, chosen)
        with transaction.atomic():
            for other in others:
                kept = merge_resources(into=kept, other=other, by=request.user)
        return self.message_user(
            request, _("“%(title)s” is one record now.") % {"title": kept}, messages.SUCCESS
        )

    def _ask_what_stays(self, request, chosen):
        candidates = list(self.for_list(chosen))
        if len(candidates) == 1:
            same = Resource.objects.editable_by(request.user).exclude(pk=candidates[0].pk)
            keys = same.keys_for(candidates[0].title)
            candidates += self.for_list(same.among(keys, candidates[0].title))[:SIMILAR]
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
        """Accept the moves that checks proposed; what cannot be accepted is said, link by link."""
        moved = 0
        for resource in self._chosen(request, queryset):
            try:
                accept_move(resource=resource, by=request.user)
                moved += 1
            except ValidationError as refusal:
                self.message_user(request, f"{resource}: {' '.join(refusal.messages)}", messages.WARNING)
        text = ngettext(
            "%(count)d link has its new address.", "%(count)d links have their new address.", moved
        )
        self.message_user(request, text % {"count": moved}, messages.SUCCESS)

    @action(description=_("Import a list"), url_path="import-list", icon="upload")
    def import_links(self, request):
        return import_page.show(request, self)

    @action(description=_("Publish, and the next"), attrs={"accesskey": "p", "title": "Alt+P"})
    def publish_and_next(self, request, obj):
        self._set_state(request, Resource.objects.filter(pk=obj.pk), Resource.State.PUBLISHED)

    @action(description=_("Reject, and the next"), attrs={"accesskey": "r", "title": "Alt+R"})
    def reject_and_next(self, request, obj):
        self._set_state(request, Resource.objects.filter(pk=obj.pk), Resource.State.REJECTED)

    def get_actions_submit_line(self, request, object_id):
        """Decisions are offered where one is open; while a form is saved, whatever its state is by then."""
        waits = request.method == "POST" or (
            object_id and Resource.objects.filter(pk=object_id, state=Resource.State.SUGGESTED).exists()
        )
        return super().get_actions_submit_line(request, object_id) if waits else []

    def response_change(self, request, obj):
        if any(name.endswith("_and_next") for name in request.POST):
            waiting = Resource.objects.editable_by(request.user).filter(state=Resource.State.SUGGESTED)
            following = waiting.order_by("-created_at", "-pk").values_list("pk", flat=True).first()
            if following:
                return HttpResponseRedirect(reverse("admin:resources_resource_change", args=[following]))
            return HttpResponseRedirect(reverse("admin:resources_resource_changelist"))
        return super().response_change(request, obj)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "url" in form.changed_data and form.initial.get("url"):
            obj.had_address(form.initial["url"])
