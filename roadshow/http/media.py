"""Media: from the folder, with headers for ever, or a redirect to the object storage; a proxy may serve the folder."""

import mimetypes
from urllib.parse import urljoin

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponseNotModified,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from roadshow.server.configuration import MEDIA_CACHE_CONTROL

SHOWN = ("image/png", "image/jpeg", "image/webp", "image/gif")  # other files are downloaded, not shown


@require_safe
def serve_media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A media file. A changed picture gets another name, so clients may keep it for ever."""
    if not isinstance(default_storage, FileSystemStorage) and hasattr(default_storage, "bucket_name"):
        response: HttpResponseBase = HttpResponseRedirect(
            urljoin(request.build_absolute_uri("/"), default_storage.url(path))
        )
        response["Cache-Control"] = "public, max-age=300"
        return response
    try:
        modified = int(default_storage.get_modified_time(path).timestamp())
        file = default_storage.open(path)
    except (OSError, SuspiciousFileOperation, ValueError):
        raise Http404 from None
    since = parse_http_date_safe(request.headers.get("if-modified-since", ""))
    if since is not None and modified <= since:
        file.close()
        response = HttpResponseNotModified()
    else:
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        response = FileResponse(file, content_type=kind, as_attachment=kind not in SHOWN)
        response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = MEDIA_CACHE_CONTROL
    response["X-Content-Type-Options"] = "nosniff"
    return response
