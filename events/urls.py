from django.urls import path

from roadshow.base import converters  # noqa: F401 - registers <uslug:…>

from . import views

app_name = "events"
urlpatterns = [
    path("series/<uslug:slug>/", views.series, name="series"),
    path("events/", views.event_list, name="events"),
    path("events/<uslug:slug>/", views.event, name="event"),
    path("events/<uslug:slug>/schedule/", views.schedule, name="schedule"),
    path("events/<uslug:slug>/talks/", views.talk_list, name="talks"),
    path("events/<uslug:slug>/talks/<uslug:talk>/", views.talk, name="talk"),
    path("events/<uslug:slug>/changes/", views.changes, name="changes"),
]
