"""The base of every FilterSet, and its order."""

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from roadshow.api.models import Change

from .kinds import DescribedFilter, InstantFilter, ListFilter, ReferenceFilter, SearchFilter
from .values import ListField

PARTS_OF_EVENTS = ("tracks", "talks", "slots", "releases")


class OrderingFilter(DescribedFilter):
    """`ordering=-starts_on,name`: words of the FilterSet's `orderings`, always completed to a total order."""

    def __init__(self, names, **options):
        choices = [(sign + name, sign + name) for name in names for sign in ("", "-")]
        self.field_class = ListField
        super().__init__(choices=choices, label=_("Order; a minus reverses it"), **options)

    def filter(self, rows, value):
        if not value:
            return rows
        keys = []
        for word in value:
            for key in self.parent.orderings[word.removeprefix("-")]:
                keys.append(f"-{key}" if word.startswith("-") else key)
        return rows.order_by(*keys, "-pk" if keys[0].startswith("-") else "pk")

    schema = ListFilter.schema


class ChangedFilter(InstantFilter):
    """Records that read differently since a time, also because of what belongs to them; see `roadshow.api.changes`."""

    def filter(self, rows, value):
        if value is None:
            return rows
        if not self.parent.change_kind:
            return rows.filter(updated_at__gte=value)
        changes = Change.objects.filter(kind=self.parent.change_kind, at__gte=value)
        return rows.filter(guid__in=changes.order_by().values("guid"))


class RecordFilter(FilterSet):
    """What every list understands: `q`, `updated_since` and `ordering`.

    `change_kind` is the kind of their changes. `orderings` maps the words of `ordering` to columns. `also` are
    parameters that somebody else reads, such as `page`.
    """

    change_kind = ""
    orderings: dict[str, tuple[str, ...]] = {}

    q = SearchFilter(label=_("Words to search for"))
    updated_since = ChangedFilter(label=_("Changed at or after this time"))

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None, also=("page",)):
        super().__init__(data, queryset, request=request, prefix=prefix)
        self.also = frozenset(also)
        self.user = getattr(request, "user", None)

    @classmethod
    def get_filters(cls):
        filters = super().get_filters()
        if cls.orderings:
            filters["ordering"] = OrderingFilter(cls.orderings)
        return filters

    def by_text(self, rows, text: str):
        return rows.search(text)

    def filter_queryset(self, queryset):
        """Searches among the rows that the rest leaves; an order that is asked for comes after the best first."""
        last = {"q": 1, "ordering": 2}
        for name in sorted(self.form.cleaned_data, key=lambda name: last.get(name, 0)):
            queryset = self.filters[name].filter(queryset, self.form.cleaned_data[name])
        return queryset

    def list_gone(self) -> list[str] | None:
        """GUIDs of public records that changed since `updated_since` and are not in this list (any more).

        None without that parameter, or for records whose changes are not recorded. Parts of events are named only
        where `event` names their event, or one that they belonged to.
        """
        since = self.form.cleaned_data.get("updated_since") if self.is_bound else None
        if since is None or not self.change_kind:
            return None
        changes = Change.objects.filter(kind=self.change_kind, at__gte=since, public=True)
        events, names = self.filters.get("event"), self.form.cleaned_data.get("event")
        if names and self.change_kind in PARTS_OF_EVENTS and isinstance(events, ReferenceFilter):
            changes = changes.of_events([*events.keys(names), *events.gone(names).values()])
        self.form.cleaned_data["updated_since"] = None
        try:
            present = self.filter_queryset(self.queryset.all()).order_by().values("guid")
        finally:
            self.form.cleaned_data["updated_since"] = since
        gone = changes.exclude(guid__in=present).order_by("guid").values_list("guid", flat=True)
        return [str(guid) for guid in gone.distinct()]

    def unknown(self) -> list[str]:
        """Parameters that mean nothing here, in the order given."""
        data = self.data if isinstance(self.data, QueryDict) else QueryDict()
        return [name for name in data if name not in self.filters and name not in self.also]

    def missing(self) -> dict[str, list[str]]:
        """For each parameter that names rows that do not exist or are not visible: a message for each of them."""
        found: dict = {}
        for name, one in self.filters.items():
            values = self.form.cleaned_data.get(name)
            if not values or not isinstance(one, ReferenceFilter):
                continue
            missing = one.missing(values)
            if missing and self.form.cleaned_data.get("updated_since"):
                gone = one.gone(missing)  # who polls is told that an event and all of it is gone
                missing = [value for value in missing if value not in gone]
            if missing:
                found[name] = [_("There is no “%s”.") % value[:80] for value in missing]
        return found

    def problems(self) -> dict[str, list[str]]:
        """For each parameter that cannot be used: why, in sentences. Empty when all is well."""
        found: dict = {}
        if self.is_bound:
            found = self.missing() if self.is_valid() else dict(self.form.errors.items())
        allowed = ", ".join(sorted({*self.filters, *self.also}))
        for name in self.unknown():
            found[name] = [
                _("There is no parameter “%(name)s”. These are known: %(allowed)s.")
                % {"name": name[:80], "allowed": allowed}
            ]
        return found
