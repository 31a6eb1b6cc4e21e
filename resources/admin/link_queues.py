"""The queues above the admin's list of links: what curators have to decide."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..models import Resource

State, Health = Resource.State, Resource.Health
LABELS = {
    "suggested": _("Suggested"),
    "broken": _("Broken"),
    "failing": _("Not answering lately"),
    "moved": _("Moved"),
}


def build_link_queues(request) -> list[dict]:
    """Name, number of links, URL and whether it is the current one, for each queue; 1 query."""
    published = Q(state=State.PUBLISHED)
    counts = Resource.objects.editable_by(request.user).aggregate(
        suggested=Count("pk", filter=Q(state=State.SUGGESTED)),
        broken=Count("pk", filter=published & Q(health=Health.BROKEN)),
        failing=Count("pk", filter=published & Q(health=Health.FAILING)),
        moved=Count("pk", filter=published & Q(health=Health.MOVED)),
    )
    list_url = reverse("admin:resources_resource_changelist")
    queues = [{"name": _("All"), "url": list_url, "current": not request.GET}]
    for name, label in LABELS.items():
        query = _queue_query(name)
        url = reverse("admin:resources_resource_changelist", query=query)
        current = request.GET.dict() == query
        queues.append({"name": label, "total": counts[name], "url": url, "current": current})
    return queues


def _queue_query(name: str) -> dict[str, str]:
    """The changelist's query parameters for a queue."""
    if name == State.SUGGESTED:
        return {"state__exact": State.SUGGESTED.value}
    return {"state__exact": State.PUBLISHED.value, "health__exact": name}
