"""URL patterns of the workspace, below those of the event's admin."""

from django.urls import path

from .activity import activity
from .clone import clone
from .duplicates import duplicates
from .entry import enter
from .mail import mail_page, mailing, write_mail
from .material import material
from .overview import overview
from .people import people
from .prints import print_file, prints
from .publish import publish
from .quality import quality
from .recap import recap
from .setup import set_up
from .statistics import statistics


def get_urls(model_admin) -> list:
    wrap = model_admin.admin_site.admin_view
    return [
        path("set-up/", wrap(set_up), name="events_event_new"),
        path("<int:pk>/overview/", wrap(overview), name="events_event_overview"),
        path("<int:pk>/set-up/", wrap(set_up), name="events_event_setup"),
        path("<int:pk>/people/", wrap(people), name="events_event_people"),
        path("<int:pk>/activity/", wrap(activity), name="events_event_activity"),
        path("<int:pk>/material/", wrap(material), name="events_event_material"),
        path("<int:pk>/mail/", wrap(mail_page), name="events_event_mail"),
        path("<int:pk>/mail/<int:number>/", wrap(mailing), name="events_event_mailing"),
        path("<int:pk>/mail/<str:kind>/", wrap(write_mail), name="events_event_mail_write"),
        path("<int:pk>/print/", wrap(prints), name="events_event_prints"),
        path("<int:pk>/print/<str:key>/", wrap(print_file), name="events_event_print_file"),
        path("<int:pk>/publish/", wrap(publish), name="events_event_publish"),
        path("<int:pk>/duplicates/", wrap(duplicates), name="events_event_duplicates"),
        path("<int:pk>/quality/", wrap(quality), name="events_event_quality"),
        path("<int:pk>/recap/", wrap(recap), name="events_event_recap"),
        path("<int:pk>/statistics/", wrap(statistics), name="events_event_statistics"),
        path("<int:pk>/clone/", wrap(clone), name="events_event_clone"),
        path("<int:pk>/enter/", wrap(enter), name="events_event_enter_talks"),
    ]
