"""Pictures that a file names by their address: fetched by a background job, and part of the import's undo."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from roadshow.core.fields import PictureField, ReencodedPicture, reencode_picture
from roadshow.http.guard import FetchFailed, fetch_url
from roadshow.jobs.handlers import JobError, background_job
from speakers.models import Speaker

from ...formats.links import is_web
from ...models import Event, Import, Talk
from .report import Wish
from .undo_log import amend_undo, copy_rows

_AT_ONCE = 8
_SHOWN = 50  # reasons that the job's result has
_MODELS: dict[str, type[models.Model]] = {"speaker": Speaker, "talk": Talk, "event": Event}


def is_picture_wanted(row, url: str) -> bool:
    """Whether a row is to have that picture: it has none, or one that an import fetched from another address."""
    if not is_web(url):
        return False
    known_url, known_name = (getattr(row, "imported", None) or {}).get("picture") or ("", "")
    return not row.picture or (row.picture.name == known_name and url != known_url)


def start_fetching(entry: Import, wishes: Iterable[Wish], by) -> None:
    """Queue the job once the import is committed."""
    listed = [[wish.kind, wish.key, wish.url] for wish in wishes]
    if listed:
        transaction.on_commit(
            lambda: fetch_pictures.start(owner=by, key=f"pictures:{entry.pk}", entry=entry.pk, wishes=listed)
        )


@background_job(seconds=3600, label=gettext_noop("Fetch the pictures of an import"))
def fetch_pictures(report, *, entry: int, wishes: list[list]) -> dict:
    """Fetch, re-encode and store pictures; how many were stored, and why others were not."""
    stored, problems, done = 0, [], 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, len(wishes), _AT_ONCE):
            batch = [Wish(*wish) for wish in wishes[start : start + _AT_ONCE]]
            fetched = dict(zip(batch, pool.map(_fetch, [wish.url for wish in batch]), strict=True))
            problems += [f"{wish.url}: {found}" for wish, found in fetched.items() if isinstance(found, str)]
            pictures = {wish: found for wish, found in fetched.items() if not isinstance(found, str)}
            stored += _store(entry, pictures)
            done += len(batch)
            report(done, len(wishes), _("Pictures"))
    _note_numbers(entry, stored, len(problems))
    return {"stored": stored, "failed": len(problems), "problems": problems[:_SHOWN]}


def _fetch(url: str) -> ReencodedPicture | str:
    """The picture, or in words why there is none."""
    try:
        found = fetch_url(url)
        if found.status != 200:
            return _("The address answered with status %(status)s.") % {"status": found.status}
        file = BytesIO(found.body)
        file.name = PurePosixPath(urlsplit(url).path).name or "picture"
        return reencode_picture(file)
    except FetchFailed as error:
        return str(error)
    except ValidationError as error:
        return " ".join(error.messages)


def _store(entry: int, pictures: dict[Wish, ReencodedPicture]) -> int:
    """Store pictures in one transaction, together with what undoes that; their number."""
    if not pictures:
        return 0
    saved: list[str] = []
    try:
        with transaction.atomic():
            found = Import.objects.select_for_update(of=("self",)).filter(pk=entry).first()
            if found is None or found.state != Import.State.DONE:
                raise JobError(_("The import was undone meanwhile."))
            before = {}
            for kind, model in _MODELS.items():
                wanted = {wish.key: (wish.url, file) for wish, file in pictures.items() if wish.kind == kind}
                before[model._meta.db_table] = copy_rows(model._meta.db_table, wanted)
                saved += _write(model, wanted)
            found.undo = amend_undo(bytes(found.undo), before)
            found.save(update_fields=["undo"])
    except BaseException:
        for name in saved:
            default_storage.delete(name)
        raise
    return len(saved)


def _write(model: type[models.Model], wanted: dict[int, tuple[str, ReencodedPicture]]) -> Iterator[str]:
    """Give rows their pictures, if they still want them; yields the name of each file."""
    field = cast(PictureField, model._meta.get_field("picture"))  # which each of _MODELS has
    for row in model._default_manager.select_for_update(of=("self",)).filter(pk__in=wanted):
        url, file = wanted[row.pk]
        if not is_picture_wanted(row, url):
            continue
        name = default_storage.save(field.generate_filename(row, file.name), file)
        yield name
        values = {"picture": name, "updated_at": timezone.now()}
        if hasattr(row, "imported"):
            values["imported"] = (row.imported or {}) | {"picture": [url, name]}
        model._default_manager.filter(pk=row.pk).update(**values)


def _note_numbers(entry: int, stored: int, failed: int) -> None:
    with transaction.atomic():
        found = Import.objects.select_for_update(of=("self",)).filter(pk=entry).first()
        if found:
            found.numbers = found.numbers | {"pictures": stored, "pictures_failed": failed}
            found.save(update_fields=["numbers"])


def list_picture_files(keys: dict[str, list[int]]) -> set[str]:
    """The files of the pictures that rows have, given their primary keys by table."""
    found: set[str] = set()
    for model in _MODELS.values():
        rows = model._default_manager.filter(pk__in=keys.get(model._meta.db_table, ())).exclude(picture="")
        found |= set(rows.values_list("picture", flat=True))
    return found


def delete_unused_files(names: set[str]) -> None:
    """Delete those of the files that no row names any more, once the transaction is committed."""
    for model in _MODELS.values():
        names = names - set(
            model._default_manager.filter(picture__in=names).values_list("picture", flat=True)
        )
    if names:
        transaction.on_commit(partial(_delete_files, names), robust=True)


def _delete_files(names: set[str]) -> None:
    for name in names:
        default_storage.delete(name)
