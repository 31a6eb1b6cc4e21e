"""Settings of the portal. Everything that varies comes from the environment; nothing is started here."""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from roadshow.server.configuration import (
    configure_cache,
    configure_database,
    configure_logging,
    configure_mail,
    configure_media,
    configure_single_sign_on,
    list_media_sources,
)

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
DEMO = env.bool("DEMO", default=True)  # the same for `make run`, manage.py and other WSGI servers
DEBUG = env.bool("DEBUG", default=False)
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

key_file = DATA_DIR / "secret-key"  # of a demo, made when it is started
if DEMO and not env.str("SECRET_KEY", default="") and key_file.exists():
    SECRET_KEY = key_file.read_text()
else:
    SECRET_KEY = required("SECRET_KEY", "$(openssl rand -base64 48)")
if DEMO and not env.str("ALLOWED_HOSTS", default=""):
    ALLOWED_HOSTS = LOCAL_HOSTS
else:
    ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS", "talks.example.org").split(",")]

SITE_URL = env.str("SITE_URL", default="").rstrip("/")
SITE_NAME = env.str("SITE_NAME", default="Roadshow")
# Where to report a vulnerability, such as mailto:security@example.org: shown in /.well-known/security.txt.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

# --- parts ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "roadshow.core.admin_config.PortalAdminConfig",
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
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "pgtrigger",
    "roadshow.core",
    "roadshow.api",
    "roadshow.jobs",
    "roadshow.journal",
    "roadshow.expiring",
    "speakers",
    "events",
    "resources",
    "roadshow",
]

MIDDLEWARE = [
    "roadshow.server.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "roadshow.server.replica.ReplicaMiddleware",
    "roadshow.http.caching.CachedResponseMiddleware",  # before all that a cached response does not need
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "roadshow.http.slashes.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "roadshow.server.accounts.RequireSecondFactor",
    "roadshow.server.accounts.SignInProviderAway",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "roadshow.journal.actor.ActorMiddleware",
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
            "builtins": ["roadshow.core.templatetags.address_tags"],
        },
    }
]

# --- database and cache --------------------------------------------------------------------------
DATABASES = {
    "default": configure_database(
        required("DATABASE_URL", "postgres://user:password@localhost/roadshow"), application_name="roadshow"
    )
}
DATABASES["default"]["TEST"] = {"TEMPLATE": "template0"}
if replica_url := env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = configure_database(replica_url, application_name="roadshow-replica")
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["roadshow.server.replica.ReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Connections of each web process; threads wait for one. 0: one for each thread, kept for a minute.
DATABASE_POOL = env.int("DATABASE_POOL", default=4)
STATEMENT_TIMEOUT = env.int("STATEMENT_TIMEOUT", default=30)  # seconds, 0: none; stored in the database
LOCK_TIMEOUT = env.int("LOCK_TIMEOUT", default=10)
SLOW_STATEMENTS = env.int(
    "SLOW_STATEMENTS", default=0
)  # milliseconds from which a statement is logged; 0: none

CACHES = {"default": configure_cache(env.str("CACHE_URL", default=f"filecache://{DATA_DIR}/cache"))}

# Views whose responses depend on the content version alone, see roadshow.http.caching. Not: plans, forms with
# tokens, and the feed of changes, which shows a change only when none before it is under way.
CACHE_RESPONSES = env.bool("KEEP_ANSWERS", default=not DEBUG)
# Each with the query parameters that it knows; "*": it checks them itself, and refuses or reports unknown ones.
CACHED_VIEWS = {
    "home": "", "topics": "*", "topic": "page", "search": "q in page", "suggest": "q", "sitemap": "p", "sitemaps": "",
    "privacy": "", "imprint": "",
    "events:series": "", "events:events": "*", "events:event": "recap", "events:schedule": "*", "events:talks": "*",
    "events:talk": "", "events:changes": "page release", "events:embed": "theme", "events:embed_schedule": "*",
    "events:embed_speakers": "theme", "events:device": "", "events:device_more": "",
    "events:live": "", "events:room_states": "",
    "events:speakers": "*", "events:rooms": "", "events:room": "day", "events:venue": "",
    **{f"events:{name}": "" for name in (
        "xml", "json", "calendar", "series_calendar", "feed", "changes_feed",
    )},
    "events:ics": "alarm", "events:talk_file": "alarm",
    "speakers:speakers": "*", "speakers:speaker": "",
    "resources:resources": "*", "resources:resource": "", "resources:collections": "*", "resources:collection": "",
    "resources:feed": "*", "resources:collection_feed": "",
    **{f"resources:{name}": "*" for name in ("json", "opml", "html", "md", "csv", "xlsx")},
    **{f"resources:collection_{name}": "" for name in ("json", "opml", "html", "md", "csv", "xlsx")},
    **{f"api:{name}-{kind}": "*" for name in (
        "series", "events", "venues", "rooms", "tracks", "topics", "talks", "slots", "releases", "speakers",
        "resources", "collections",
    ) for kind in ("list", "detail")},
    "api:events-schedule": "*", "api:releases-schedule": "*", "api:releases-differences": "*", "api:search": "*",
}  # fmt: skip

# --- people --------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "roadshow.server.sign_in.LimitByAddress",
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
AXES_LOCKOUT_CALLABLE = "roadshow.server.sign_in.lockout_response"
# Attempts to sign in from one address in a quarter of an hour, whatever the names: a hall may share it.
SIGN_IN_LIMIT_ADDRESS = env.int("SIGN_IN_LIMIT_ADDRESS", default=50)
# Second factors and single sign-on; accounts are made by organisers only.
ACCOUNT_ADAPTER = "roadshow.server.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=False)  # organisers have to set up a second factor
SOCIALACCOUNT_ADAPTER = "roadshow.server.accounts.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = configure_single_sign_on(
    server=env.str("OIDC_SERVER", default=""),
    client=env.str("OIDC_CLIENT", default=""),
    secret=env.str("OIDC_SECRET", default=""),
    name=env.str("OIDC_NAME", default="OpenID Connect"),
)
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

# --- security ------------------------------------------------------------------------------------
HTTPS = SITE_URL.startswith("https://")
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# The portal itself speaks plain HTTP: without a proxy that says how the client came, every request would be redirected.
SECURE_SSL_REDIRECT = HTTPS and BEHIND_PROXY
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=60 * 60 * 24 * 365) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_SUBDOMAINS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", *list_media_sources(env.str("MEDIA_STORAGE", default=""))],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Seconds for which a CDN may answer with a public page by itself; 0: it asks each time.
CDN_SECONDS = env.int("CDN_SECONDS", default=0)

# --- languages and times -------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "roadshow" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "roadshow.server.fonts.FontFinder",
]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": configure_media(env.str("MEDIA_STORAGE", default="")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "roadshow.http.static_files.GzipManifestStorage"
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
        "roadshow.api.authentication.AddressThrottle",
        "roadshow.api.authentication.UserThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": rate_per_worker(API_LIMIT_ADDRESS),
        "user": rate_per_worker(API_LIMIT_USER),
    },
    "NUM_PROXIES": 1 if SECURE_PROXY_SSL_HEADER else 0,
    "DEFAULT_PAGINATION_CLASS": "roadshow.api.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "roadshow.api.openapi.RecordSchema",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "roadshow.former_addresses.handle_api_exception",
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
    "SERVERS": [{"url": SITE_URL or "/"}],
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
    "LOGIN": {"form": "roadshow.server.accounts.AdminLoginForm"},
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
TASKS = {  # the queue is a table of the database
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "network"]}
}
# Jobs that workers start again and again: dotted path of a handler -> seconds between two starts.
PERIODIC_JOBS = {
    "roadshow.server.periodic.send_webhooks": 10,
    "events.actions.starting.announce_starting_talks": 60,
    "roadshow.server.periodic.check_links": 86_400,
    "roadshow.server.periodic.delete_expired_rows": 86_400,
}
UNDO_PERIOD = timedelta(days=30)  # for which an activity can be undone, and a deleted record restored
# Days after which rows are deleted, see roadshow.server.maintenance; 0: never. RETENTION=history=365,releases=730
RETENTION_DAYS = {
    "sessions": 1,
    "sign_ins": 30,
    "history": 0,
    "activities": 365,
    "deliveries": 30,
    "changes": 30,
    "stored_responses": 2,
    "previews": 2,  # files of imports that were looked at and not imported
    "jobs": 14,
    "failed_jobs": 90,
    "releases": 0,
    "mail": 730,  # of events that are over
    "private_links": 30,  # days after their end
} | {kind: int(days) for kind, days in env.dict("RETENTION", default={}).items()}

# --- fetching other people's addresses -----------------------------------------------------------
ROADSHOW_GUARD_ALLOWED_HOSTS = env.list("GUARD_ALLOWED_HOSTS", default=[])
# Whether check_links asks web.archive.org for a copy of each link that it finds broken.
ARCHIVE_LOOKUP = env.bool("ARCHIVE_LOOKUP", default=False)

# --- requests and watching -----------------------------------------------------------------------
STREAM_SECONDS = env.int("STREAM_SECONDS", default=300)  # after which a stream ends and browsers come again
STREAM_SLOTS = env.int("STREAM_SLOTS", default=8)  # server-sent events at once in each process; 0: none
# Bodies of requests that one process reads at a time, seconds that each may take, and its most bytes.
BODY_SLOTS = env.int("BODY_SLOTS", default=12)
BODY_SECONDS = env.float("BODY_SECONDS", default=30)
MAX_BODY_BYTES = env.int("MAX_BODY_BYTES", default=64 * 1024 * 1024)

ACCESS_LOG = env.bool("ACCESS_LOG", default=not DEMO)
METRICS = env.bool("METRICS", default=False)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

ADMINS = [("", address) for address in env.list("ADMIN_EMAILS", default=[])]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="roadshow@localhost")
EMAIL_BOUNCES_TO = env.str("EMAIL_BOUNCES_TO", default="")  # the envelope's sender; empty: EMAIL_FROM
EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
locals().update(configure_mail(env.str("EMAIL_URL", default=""), demo=DEMO))

LOGGING = configure_logging(
    level=env.str("LOG_LEVEL", default="WARNING"),
    json=env.str("LOG_FORMAT", default="line") == "json",
    access_log=ACCESS_LOG,
    mail_admins=bool(ADMINS),
)

SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    from roadshow.server.logs import mask_report

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        environment=env.str("SENTRY_ENVIRONMENT", default=""),
        before_send=mask_report,
        before_send_transaction=mask_report,
    )

SITE_DESCRIPTION = _("Talks, speakers, schedules and curated links of the events we hold.")
