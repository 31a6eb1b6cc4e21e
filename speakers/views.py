"""Pages of speakers."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from roadshow.core.compiled_queries import compiled_query, first_or_404
from roadshow.http.caching import depend_on
from roadshow.http.pages import edit_url, render_list

from .filters import SpeakerFilter
from .models import Speaker, SpeakerLink

PAGE_SIZE = 60


@require_safe
def speaker_list(request):
    rows = Speaker.objects.visible_to(request.user).for_cards()
    response = render_list(
        request,
        "speakers/speaker_list.html",
        SpeakerFilter(request.GET, rows, request=request),
        page_size=PAGE_SIZE,
    )
    if set(request.GET) - {"q", "letter", "ordering", "page"}:
        return response
    return depend_on(response, kinds=["speakers", "talks"])


@require_safe
def speaker(request, slug):
    row = first_or_404(load_speaker(request.user, slug=slug))
    talks = row.talks.load_of_speaker(request.user, speaker=row.pk)
    tied = row.resources.load_tied(request.user, speaker=row.pk)
    resources = [link for link in tied if link.is_listed]
    row.resources.add_topics(request.user, resources)
    response = render(
        request,
        "speakers/speaker.html",
        {
            "speaker": row,
            "talks": talks,
            "events": list({talk.event.pk: talk.event for talk in talks}.values()),
            "links": load_links(request.user, speaker=row.pk),
            "resources": resources,
            "edit": edit_url(request, row),
        },
    )
    return depend_on(response, records=row.talks.values_list("guid", flat=True))


@compiled_query
def load_speaker(user, slug):
    return Speaker.objects.visible_to(user).defer("search").filter(slug=slug)


@compiled_query
def load_links(user, speaker):
    return SpeakerLink.objects.filter(speaker=speaker)
