from django.urls import path

from roadshow.http import converters  # noqa: F401 - registers <uslug:…>

from . import feeds, views
from .exports import FORMATS

app_name = "events"
urlpatterns = [
    path("events.ics", views.calendar, name="calendar"),
    path("series/<uslug:slug>/", views.series, name="series"),
    path("series/<uslug:slug>/talks/", views.series_talks, name="series_talks"),
    path("series/<uslug:slug>/events.ics", views.series_calendar, name="series_calendar"),
    path("events/", views.event_list, name="events"),
    path("events/feed/", feeds.event_feed, name="feed"),
    path("events/<uslug:slug>/", views.event, name="event"),
    path("events/<uslug:slug>/preview.png", views.event_preview, name="event_preview"),
    path("events/<uslug:slug>/feedback/", views.event_feedback, name="event_feedback"),
    path("events/<uslug:slug>/schedule/", views.schedule, name="schedule"),
    *[
        path(f"events/<uslug:slug>/schedule.{format}", views.schedule_file, {"format": format}, name=format)
        for format in FORMATS
    ],
    path("sw.js", views.worker, name="worker"),
    path("events/<uslug:slug>/app.webmanifest", views.manifest, name="manifest"),
    path("events/<uslug:slug>/device.json", views.device_copy, name="device"),
    path("events/<uslug:slug>/device-more.json", views.device_more, name="device_more"),
    path("events/<uslug:slug>/programme/", views.programme, name="programme"),
    path("events/<uslug:slug>/changes/since/<int:number>/", views.news, name="news"),
    path("events/<uslug:slug>/live/", views.desk, name="desk"),
    path("events/<uslug:slug>/live/<uuid:room>/", views.desk_room, name="desk_room"),
    path("events/<uslug:slug>/live.json", views.live, name="live"),
    path("events/<uslug:slug>/speakers/", views.event_speakers, name="speakers"),
    path("events/<uslug:slug>/rooms/", views.room_list, name="rooms"),
    path("events/<uslug:slug>/rooms/<uuid:room>/", views.room, name="room"),
    path("venues/<uuid:guid>/", views.venue, name="venue"),
    path("events/<uslug:slug>/rooms.json", views.room_states, name="room_states"),
    path("events/<uslug:slug>/now/", views.now, name="now"),
    path("events/<uslug:slug>/display/", views.display, name="display"),
    path("events/<uslug:slug>/embed/", views.embed, name="embed"),
    path("events/<uslug:slug>/embed/schedule/", views.embed_schedule, name="embed_schedule"),
    path("events/<uslug:slug>/embed/speakers/", views.embed_speakers, name="embed_speakers"),
    path("events/<uslug:slug>/embed/next/", views.embed_next, name="embed_next"),
    path("embed.js", views.embed_script, name="embed_script"),
    path("oembed/", views.oembed, name="oembed"),
    path("events/<uslug:slug>/my/", views.my, name="my"),
    path("events/<uslug:slug>/my/code/", views.my_code, name="my_code"),
    path("events/<uslug:slug>/my/calendar/", views.my_calendar, name="my_calendar"),
    path("my/<str:token>.json", views.private_stars, name="private_stars"),
    path("my/<str:token>.ics", views.private_calendar, name="private_calendar"),
    path("preview/<str:token>/", views.preview_link, name="preview_link"),
    path("my-page/<str:token>/", views.speaker_page, name="speaker_page"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("events/<uslug:slug>/talks/", views.talk_list, name="talks"),
    path("events/<uslug:slug>/talks/<uslug:talk>.ics", views.talk_file, name="talk_file"),
    path("events/<uslug:slug>/talks/<uslug:talk>/", views.talk, name="talk"),
    path("events/<uslug:slug>/talks/<uslug:talk>/preview.png", views.talk_preview, name="talk_preview"),
    path("events/<uslug:slug>/talks/<uslug:talk>/feedback/", views.talk_feedback, name="talk_feedback"),
    path("events/<uslug:slug>/changes/", views.changes, name="changes"),
    path("events/<uslug:slug>/changes/feed/", feeds.changes_feed, name="changes_feed"),
]
