"""The portal's addresses and one more."""

from django.http import HttpResponse
from django.urls import path

from roadshow.urls import urlpatterns as portal

CONTROL = "/bench-control"


def control(request):
    return HttpResponse(b"ok", content_type="text/plain")


urlpatterns = [path(CONTROL[1:], control), *portal]
