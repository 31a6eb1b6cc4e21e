"""Find or create topics by name, for imports."""

from collections.abc import Iterable

from roadshow.core.slugs import SlugAllocator

from ..models import Topic


def get_or_create_topics(names: Iterable[str]) -> tuple[dict[str, Topic], list[Topic]]:
    """(name -> topic, created topics). Names match regardless of case, and are cut at 120 characters."""
    cut = {name: name.strip()[:120].strip() for name in names if name.strip()}
    known = (
        {topic.name.casefold(): topic for topic in Topic.objects.only("pk", "name", "slug")} if cut else {}
    )
    missing: dict[str, str] = {}
    for name in cut.values():
        if name.casefold() not in known:
            missing.setdefault(name.casefold(), name)
    slugs = SlugAllocator(Topic, missing.values(), fallback="topic")
    new = Topic.objects.bulk_create(
        [Topic(name=name, slug=slugs.allocate(name)) for name in missing.values()], batch_size=500
    )
    known |= {topic.name.casefold(): topic for topic in new}
    return {name: known[shown.casefold()] for name, shown in cut.items()}, new
