"""Settings of the portal. Everything that varies comes from the environment; nothing is started here."""

import sys
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("ROADSHOW_DATA", default=str(BASE_DIR / ".data"))).expanduser().resolve()


def required(name: str, example: str) -> str:
    """The value of an environment variable that a real installation has to set."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment, for example {name}={example}.")
    return value


# --- what kind of start this is ------------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)
TESTING = env.bool("ROADSHOW_TESTING", default="pytest" in sys.modules)
DEBUG = env.bool("DEBUG", default=False)
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

if TESTING:
    SECRET_KEY, ALLOWED_HOSTS = "only-for-tests", LOCAL_HOSTS
elif DEMO:
    key_file = DATA_DIR / "secret-key"  # whoever starts a demo has made it
    SECRET_KEY = (
        key_file.read_text() if key_file.exists() else required("SECRET_KEY", "$(openssl rand -base64 48)")
    )
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOCAL_HOSTS)
else:
    SECRET_KEY = required("SECRET_KEY", "$(openssl rand -base64 48)")
    ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS", "talks.example.org").split(",")]

SITE_URL = env.str("SITE_URL", default="").rstrip("/")
SITE_NAME = env.str("SITE_NAME", default="Roadshow")

# --- parts ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "knox",
    "import_export",
    "simple_history",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "pgtrigger",
    "roadshow.core",
    "roadshow.api",
    "roadshow.jobs",
    "speakers",
    "events",
    "resources",
    "roadshow",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "roadshow.http.caching.CachedResponseMiddleware",  # before all that a cached response does not need
    "roadshow.http.policies.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "roadshow.api.errors.ConflictMiddleware",
]

ROOT_URLCONF = "roadshow.urls"
WSGI_APPLICATION = "roadshow.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "roadshow.http.pages.site_context",
            ],
        },
    }
]

# --- database and cache --------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url_config(required("DATABASE_URL", "postgres://user:password@localhost/roadshow")),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # they outlive a transaction, and PgBouncer's loan of a connection
    }
}
DATABASES["default"]["TEST"] = {"TEMPLATE": "template0"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A cache that fails is a miss, see roadshow.http.caching.backends. Options in CACHE_URL win.
CACHE = env.cache_url("CACHE_URL", default=f"filecache://{DATA_DIR}/cache") | {"TIMEOUT": 86400}
CACHE_OPTIONS: dict[str, object]
match CACHE["BACKEND"].rpartition(".")[2]:
    case "FileBasedCache":
        CACHE["BACKEND"], CACHE_OPTIONS = "roadshow.http.caching.backends.FileCache", {"MAX_ENTRIES": 5000}
    case "RedisCache":
        CACHE["BACKEND"] = "roadshow.http.caching.backends.RedisCache"
        CACHE_OPTIONS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    case _:
        CACHE_OPTIONS = {}
CACHES = {"default": CACHE | {"OPTIONS": CACHE_OPTIONS | CACHE.get("OPTIONS", {})}}

# Views whose responses depend on the content version alone, see roadshow.http.caching. Not: plans, forms with
# tokens, and the feed of changes, which shows a change only when none before it is under way.
CACHE_RESPONSES = env.bool("KEEP_ANSWERS", default=not (TESTING or DEBUG))
CACHED_VIEWS = [
    "home", "topics", "topic", "search", "suggest", "sitemap",
    *(f"events:{name}" for name in (
        "series", "events", "event", "schedule", "talks", "talk", "changes", "xml", "json", "ics",
        "talk_file", "calendar", "series_calendar", "feed", "changes_feed",
        "embed", "embed_schedule", "embed_speakers", "device", "device_more",
    )),
    "speakers:speakers", "speakers:speaker",
    *(f"resources:{name}" for name in (
        "resources", "resource", "collections", "collection", "feed", "collection_feed",
        *(f"{part}{name}" for part in ("", "collection_") for name in ("json", "opml", "html", "md", "csv", "xlsx")),
    )),
    *(f"api:{name}-{kind}" for name in (
        "series", "events", "venues", "rooms", "tracks", "topics", "talks", "slots", "releases", "speakers",
        "resources", "collections",
    ) for kind in ("list", "detail")),
    "api:events-schedule", "api:releases-schedule", "api:releases-differences", "api:search",
]  # fmt: skip

# --- people --------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "roadshow.http.rate_limits.client_address"
AXES_ENABLED = not TESTING
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

# --- security ------------------------------------------------------------------------------------
HTTPS = SITE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# Rendered by libraries, see roadshow.http.policies.
THIRD_PARTY_PAGES = ("/admin/", "/zh-hans/admin/", "/api/docs/")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- languages and times -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "roadshow" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- API -----------------------------------------------------------------------------------------
# Requests in a minute, 0 for no limit. Many readers may share an address: a whole hall does.
API_LIMIT_ADDRESS = env.int("API_LIMIT_ADDRESS", default=3000)
API_LIMIT_USER = env.int("API_LIMIT_USER", default=3000)
WORKERS = env.int("WORKERS", default=2)


def rate_per_worker(limit: int) -> str | None:
    """A worker's share of a limit of requests in a minute, as DRF's throttles write it."""
    return f"{-(-limit // WORKERS)}/min" if limit else None


REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["drf_orjson_renderer.renderers.ORJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["drf_orjson_renderer.parsers.ORJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "roadshow.api.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["roadshow.api.authentication.OrganisersMayWrite"],
    "DEFAULT_THROTTLE_CLASSES": [
        "roadshow.api.throttling.AddressThrottle",
        "roadshow.api.throttling.UserThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": rate_per_worker(API_LIMIT_ADDRESS),
        "user": rate_per_worker(API_LIMIT_USER),
    },
    "NUM_PROXIES": 1 if SECURE_PROXY_SSL_HEADER else 0,
    "DEFAULT_PAGINATION_CLASS": "roadshow.api.pagination.NumberedPages",
    "DEFAULT_SCHEMA_CLASS": "roadshow.api.openapi.RecordSchema",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
KNOX_TOKEN_MODEL = "roadshow.ApiToken"  # noqa: S105 - a model
MIGRATION_MODULES = {"knox": None}  # its own table would be made beside ours and stay empty
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "roadshow.api.errors.ErrorHandler"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Roadshow API",
    "DESCRIPTION": "Events, talks, speakers, schedules and links. Read by everybody, written by organisers.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "roadshow.api.openapi.complete",
    ],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- admin ---------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_URL": "/",
    "SITE_SYMBOL": "tour",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("roadshow/icons/icon.svg"),
        }
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {  # the portal's green
            "50": "#eefaf3",
            "100": "#d5f2e1",
            "200": "#aee4c7",
            "300": "#7acfa7",
            "400": "#46b384",
            "500": "#249869",
            "600": "#0b6e4f",
            "700": "#0a5c43",
            "800": "#0a4936",
            "900": "#093c2e",
            "950": "#04211a",
        }
    },
    "STYLES": [lambda request: static("roadshow/admin/admin.css")],
    "COMMAND": {"search_callback": "roadshow.admin.search.search_admin"},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "roadshow.admin.sidebar.navigation",
    },
    "DASHBOARD_CALLBACK": "roadshow.admin.dashboard.add_dashboard_context",
}
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

# --- background work -----------------------------------------------------------------------------
# The queue is a table of the database; tests run tasks at once, in the test's transaction.
TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"
        if TESTING
        else "django_tasks_db.DatabaseBackend"
    }
}
# Jobs that workers start again and again: dotted path of a handler -> seconds between two starts.
PERIODIC_JOBS: dict[str, int] = {}

# --- fetching other people's addresses -----------------------------------------------------------
ROADSHOW_GUARD_ALLOWED_HOSTS = env.list("GUARD_ALLOWED_HOSTS", default=[])
# Whether check_links asks web.archive.org for a copy of each link that it finds broken.
ARCHIVE_LOOKUP = env.bool("ARCHIVE_LOOKUP", default=False)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}

SITE_DESCRIPTION = _("Talks, speakers, schedules and curated links of the events we hold.")
