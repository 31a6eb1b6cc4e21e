import mimetypes

from django.apps import AppConfig


class RoadshowConfig(AppConfig):
    name = "roadshow"
    verbose_name = "Roadshow"

    def ready(self):
        mimetypes.add_type("image/webp", ".webp")  # which systems without /etc/mime.types do not know

        from django.db.backends.signals import connection_created

        from roadshow.server import checks  # noqa: F401 - registers them
        from roadshow.server.database import watch_connection

        connection_created.connect(watch_connection)
