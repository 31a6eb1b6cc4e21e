from django.urls import path

from roadshow.base import converters  # noqa: F401 - registers <uslug:…>

from . import views

app_name = "resources"
urlpatterns = [
    path("resources/", views.resource_list, name="resources"),
    path("resources/<uslug:slug>/", views.resource, name="resource"),
    path("collections/", views.collection_list, name="collections"),
    path("collections/<uslug:slug>/", views.collection, name="collection"),
]
