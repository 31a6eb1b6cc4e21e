"""The link of announcements that ends them: a page for people, a single POST for mail programs (RFC 8058)."""

from django.core.signing import BadSignature, loads
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from roadshow.http.private_pages import mark_private

from ..actions.mailing.messages import UNSUBSCRIBE
from ..models import MailRefusal, Message


@never_cache
@csrf_exempt  # mail programs send no token; the address itself is the secret
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether an address gets no more announcements of an event; a POST says so."""
    try:
        guid = loads(token, salt=UNSUBSCRIBE)
    except BadSignature:
        guid = None
    message = Message.objects.select_related("event").filter(guid=guid).first() if guid else None
    is_done = False
    if message and request.method == "POST":
        MailRefusal.objects.get_or_create(event=message.event, email=message.email.lower())
        is_done = True
    context = {"message": message, "is_done": is_done}
    return mark_private(render(request, "events/unsubscribe.html", context, status=200 if message else 404))
