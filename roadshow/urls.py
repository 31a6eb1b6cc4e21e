"""What is mounted where."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path
from django.views.generic import RedirectView

from roadshow.http import converters  # noqa: F401 - registers <uslug:…>
from roadshow.http.media import serve_media

from . import views, well_known
from .admin import personal_data
from .sitemaps import SITEMAPS

handler404 = "roadshow.former_addresses.page_not_found"
urlpatterns = [
    path("robots.txt", well_known.robots_txt),
    path("favicon.ico", well_known.favicon),
    path(".well-known/security.txt", well_known.security_txt),
    path(".well-known/change-password", well_known.change_password),
    path("api/", include("roadshow.api.router")),
    path("i18n/", include("django.conf.urls.i18n")),
    path(
        "sitemap.xml",
        sitemap_views.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap"},
        name="sitemaps",
    ),
    path("sitemap-<section>.xml", sitemap_views.sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("accounts/", include("allauth.urls")),
    path("media/<path:path>", serve_media),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("topics/", views.topic_list, name="topics"),
        path("topics/<uslug:slug>/", views.topic, name="topic"),
        path("search/", views.search, name="search"),
        path("search/suggest/", views.suggest, name="suggest"),
        path("", include("events.urls")),
        path("", include("speakers.urls")),
        path("", include("resources.urls")),
        path("", include("roadshow.jobs.urls")),
        path(
            "admin/password-reset/",
            RedirectView.as_view(pattern_name="account_reset_password"),
            name="admin_password_reset",  # the sign-in page links to it
        ),
        path("privacy/", views.portal_text, {"kind": "privacy"}, name="privacy"),
        path("imprint/", views.portal_text, {"kind": "imprint"}, name="imprint"),
        path("admin/", include((personal_data.get_urls(), "personal_data"))),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]
