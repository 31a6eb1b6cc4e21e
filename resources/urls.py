from django.urls import path

from roadshow.http import converters  # noqa: F401 - registers <uslug:…>

from . import views
from .formats import WRITERS

app_name = "resources"
urlpatterns = [
    path("resources/", views.resource_list, name="resources"),
    path("resources/feed/", views.resource_file, {"format": "atom"}, name="feed"),
    *[
        path(f"resources{writer.suffix}", views.resource_file, {"format": name}, name=name)
        for name, writer in WRITERS.items()
        if name != "atom"
    ],
    path("resources/suggest/", views.suggest, name="suggest"),
    path("resources/<uslug:slug>/", views.resource, name="resource"),
    path("collections/", views.collection_list, name="collections"),
    path("collections/<uslug:slug>/", views.collection, name="collection"),
    path("collections/<uslug:slug>/feed/", views.collection_file, {"format": "atom"}, name="collection_feed"),
    *[
        path(
            f"collections/<uslug:slug>{writer.suffix}",
            views.collection_file,
            {"format": name},
            name=f"collection_{name}",
        )
        for name, writer in WRITERS.items()
        if name != "atom"
    ],
]
