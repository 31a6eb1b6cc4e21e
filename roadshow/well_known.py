"""Addresses that programs look for by convention: robots.txt, favicon.ico and /.well-known/."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from roadshow.http.pages import site_root


@require_safe
def robots_txt(request):
    """What crawlers should leave alone, and where the sitemap is."""
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /api/", "Disallow: /search/"]
    lines.append(f"Sitemap: {site_root(request)}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request):
    """For programs that ask for it without reading a page."""
    return redirect(static("roadshow/icons/icon.svg"))


@require_safe
def security_txt(request):
    """Where to report a vulnerability (RFC 9116); 404 unless SECURITY_CONTACT is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + timedelta(days=365)).date()
    languages = ", ".join(code for code, _name in settings.LANGUAGES)
    lines = [f"Contact: {settings.SECURITY_CONTACT}", f"Expires: {expires}T00:00:00Z"]
    lines.append(f"Preferred-Languages: {languages}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def change_password(request):
    """Where password managers send people who want to change their password."""
    return redirect("admin:password_change")
