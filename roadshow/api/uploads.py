"""Files over the API: pictures of records, re-encoded as everywhere, and documents as PDF."""

import secrets
from pathlib import PurePath
from urllib.parse import urljoin

from django.core.exceptions import ValidationError as ModelError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from roadshow.api.errors import as_api_error
from roadshow.api.viewsets import SHAPING, RecordViewSet
from roadshow.core.fields import reencode_picture
from roadshow.http.conditional import require_match
from roadshow.server.maintenance import DOCUMENTS

PICTURE_MB, DOCUMENT_MB = 20, 50
FILE = {"type": "string", "format": "binary"}
PICTURE_REQUEST = {
    "multipart/form-data": {"type": "object", "properties": {"file": FILE}, "required": ["file"]}
}


def read_file(request, megabytes: int) -> UploadedFile:
    """The `file` of a form. Raises ValidationError when there is none, or it is too large."""
    file = request.FILES.get("file")
    if file is None:
        raise ValidationError({"file": _("Send a file.")})
    if (file.size or 0) > megabytes * 1024 * 1024:
        raise ValidationError({"file": _("The file is larger than %(size)d MB.") % {"size": megabytes}})
    return file


def read_picture(request, known: tuple[str, ...] = ()):
    """The `file` of a form as a picture that we wrote ourselves. Raises ValidationError, also for keys not `known`."""
    for name in request.data if known else ():
        if name not in known:
            message = _("There is no key “%(name)s”. These are known: %(known)s.")
            raise ValidationError({name: message % {"name": name[:80], "known": ", ".join(known)}})
    try:
        return reencode_picture(read_file(request, PICTURE_MB))
    except ModelError as error:
        raise ValidationError({"file": error.messages}) from error


def store_document(request) -> tuple[str, str]:
    """Store the `file` of a form, a PDF, under a name that nobody guesses.

    Returns its address and the stem of its name. Raises ValidationError.

    Nothing of it is executed here: it is served as a download, never shown within the portal's origin.
    """
    file = read_file(request, DOCUMENT_MB)
    data = file.read()
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise ValidationError({"file": _("This is not a whole PDF file.")})
    stem = PurePath(file.name or "").stem
    name = f"{DOCUMENTS}/{timezone.now().year}/{slugify(stem)[:60] or 'file'}-{secrets.token_hex(8)}.pdf"
    return default_storage.url(default_storage.save(name, ContentFile(data))), stem[:200]


class PictureViewSet(RecordViewSet):
    """Records with a picture."""

    @extend_schema(request=PICTURE_REQUEST, filters=False)
    @action(detail=True, methods=["put"], parser_classes=[MultiPartParser])
    def picture(self, request, **_key):
        """Set the picture: a JPEG, PNG, GIF or WebP of at most 20 MB, as `file` of a form.

        It is stored as WebP without its metadata, at most 1920 pixels wide or high.
        """
        self.get_editable()  # before anything is decoded
        return self.set_picture(read_picture(request, ("file",)))

    @extend_schema(request=None, filters=False)
    @picture.mapping.delete
    def remove_picture(self, request, **_key):
        """Take the picture away."""
        return self.set_picture("")

    @transaction.atomic
    def set_picture(self, file) -> Response:
        self.allow_parameters(SHAPING)
        row = self.get_editable(lock=True)
        require_match(self.request, self.record_version(row))
        if file or row.picture:
            row.picture = file
            try:
                row.full_clean()
            except ModelError as error:
                raise as_api_error(error, {"picture": "file"}) from error
            row.save()
        return self.written_response(row)


def absolute_address(site: str, url: str) -> str:
    """The address of a stored file: of the portal, or of the object storage."""
    return urljoin(f"{site}/", url)
