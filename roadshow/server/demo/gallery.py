"""The demo's pictures on their way into storage, where no transaction reaches."""

from django.core.files.base import ContentFile

from events.models import Event, Photo

from .pictures import draw


class Gallery:
    """A context that deletes the files it stored when the block fails."""

    def __init__(self):
        self.stored = []

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind:
            for file in self.stored:
                file.storage.delete(file.name)

    def hang(self, event: Event, talks: dict, content: dict) -> list[Photo]:
        """Draw and store the pictures of an event; its own is the first of them."""
        photos = []
        for position, row in enumerate(content["photos"]):
            scene = row.pop("scene")
            photo = Photo(
                event=event,
                talk=talks.get(row.pop("talk", "")),
                license=content["license"],
                position=position,
                **row,
            )
            self._store(photo, f"{event.slug}-{scene}", draw(scene))
            photos.append(photo)
        self._store(event, event.slug, photos[0].picture.open().read())
        return photos

    def _store(self, row: Event | Photo, name: str, data: bytes) -> None:
        """Save `row` with that picture. A file that an interrupted load left under the name goes first."""
        field = row._meta.get_field("picture")
        field.storage.delete(field.generate_filename(row, f"{name}.webp"))
        row.picture = ContentFile(data, name=f"{name}.webp")
        row.save()
        self.stored.append(row.picture)
