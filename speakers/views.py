"""Pages of speakers."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from roadshow.http.pages import edit_url, render_list

from .filters import SpeakerFilter
from .models import Speaker

PAGE_SIZE = 60


@require_safe
def speaker_list(request):
    rows = Speaker.objects.visible_to(request.user).for_cards()
    return render_list(
        request,
        "speakers/speaker_list.html",
        SpeakerFilter(request.GET, rows, request=request),
        page_size=PAGE_SIZE,
    )


@require_safe
def speaker(request, slug):
    row = get_object_or_404(Speaker.objects.visible_to(request.user).defer("search"), slug=slug)
    talks = row.talks.visible_to(request.user).for_cards().newest_first()
    return render(
        request,
        "speakers/speaker.html",
        {
            "speaker": row,
            "talks": talks,
            "links": row.links.all(),
            "resources": row.resources.visible_to(request.user).listed().for_cards(),
            "edit": edit_url(request, row),
        },
    )
