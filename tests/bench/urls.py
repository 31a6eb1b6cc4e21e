"""The portal's addresses and one more."""

import random
from functools import cache

from django.http import HttpResponse
from django.urls import path

from roadshow.urls import urlpatterns as portal

CONTROL = "/bench-control"


def control(request):
    body = noise(int(request.GET["bytes"])) if request.GET else b"ok"
    return HttpResponse(body, content_type="text/plain")


@cache
def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


urlpatterns = [path(CONTROL[1:], control), *portal]
