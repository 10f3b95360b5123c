"""Settings: one file, read from the environment only.

``EMR_MODE=local`` (the default) needs no variable and no server: SQLite, files under ``var/``.
``EMR_MODE=production`` demands its variables and names the one that is missing.
docs/operations.md lists the variables that can be set.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from rollout import schedule
from rollout.site import environment
from rollout.site.static_headers import scope_of_worker

env = environment.Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("EMR_VAR", default=str(BASE_DIR / "var"))).expanduser().resolve()
BUILD_DIR = BASE_DIR / "build"
# Where the office keeps its own Times New Roman: see rollout/publishing/papers/faces.py.
PAPER_FONTS = Path(folder) if (folder := env.str("EMR_PAPER_FONTS", default="")) else None

# --- Mode ---------------------------------------------------------------------------------

MODE = env.str("EMR_MODE", default="local")
if MODE not in ("local", "production"):
    raise ImproperlyConfigured(f"EMR_MODE must be 'local' or 'production', not {MODE!r}")
PRODUCTION = MODE == "production"

DEMO = env.bool("EMR_DEMO", default=False)
if DEMO and PRODUCTION:
    raise ImproperlyConfigured(
        "EMR_DEMO creates accounts whose passwords are public, so EMR_MODE=production refuses "
        "it: unset EMR_DEMO, or use EMR_MODE=local"
    )

# With it document numbers of two lists are compared (signatures/digests.py). Empty: they are not.
DOCUMENT_KEY = env.str("EMR_DOCUMENT_KEY", default="") or (
    "" if PRODUCTION else environment.local_secret_key(VAR_DIR / "document-key")
)

DEBUG = env.bool("EMR_DEBUG", default=False) and not PRODUCTION
if PRODUCTION:
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("EMR_ALLOWED_HOSTS")
    DATABASE_URL = env.str("DATABASE_URL")
    REDIS_URL = env.str("REDIS_URL")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="") or environment.local_secret_key(
        VAR_DIR / "secret-key"
    )
    ALLOWED_HOSTS = env.list("EMR_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
    DATABASE_URL = env.str("DATABASE_URL", default="")
    REDIS_URL = env.str("REDIS_URL", default="")

# --- Parts --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "rollout",
    "equipment",
    "signatures",
    "connectivity",
    "facilities",
    "rollout.site.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "heroicons",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "rollout.site.tracing.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "rollout.site.middleware.TextGZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rollout.site.middleware.WhenceMiddleware",
    "rollout.site.middleware.ReadingOnceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rollout.site.middleware.LanguageMiddleware",
    "rollout.site.middleware.RefusingMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rollout.site.middleware.IdleMiddleware",
    "rollout.site.middleware.OldPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "rollout.urls"
WSGI_APPLICATION = "rollout.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
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
                "rollout.day.standing_still",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------

if DATABASE_URL:
    DATABASES = {"default": environment.database(DATABASE_URL)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "emr.sqlite3",
        }
    }
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.int("EMR_CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write waits for its turn at the start, where SQLite
    # honours the timeout, and not half-way, where it fails at once.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command=(
            "PRAGMA journal_mode = WAL;"
            "PRAGMA synchronous = NORMAL;"
            "PRAGMA foreign_keys = ON;"
            "PRAGMA cache_size = -32000;"
            "PRAGMA temp_store = MEMORY"
        ),
    )
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

if REDIS_URL:
    REDIS = environment.redis(REDIS_URL)
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS.cache,
            "KEY_PREFIX": "emr",
        }
    }
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    CELERY_BROKER_URL = REDIS.broker
else:
    # Commands and tests need no server: each process keeps its own cache, and a job that is
    # sent is dropped with the process. The beat computes everything again anyway.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://localhost"

# Papers are private: they are served by views that check who asks, so there is no MEDIA_URL.
MEDIA_ROOT = VAR_DIR / "documents"
FILE_UPLOAD_PERMISSIONS = 0o600
# Bytes of one request of somebody who is signed in; a paper has ten megabytes at most, a
# file to import twenty.
MOST_BYTES = env.int("EMR_MOST_MEGABYTES", default=32) * 1024 * 1024
# The 5000 rows that may be changed at once each come with a field.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

STATIC_URL = "static/"
# Where the nightly backup is written and for which age key; empty: none is made.
BACKUP_TO = Path(folder) if (folder := env.str("EMR_BACKUP_TO", default="")) else None
BACKUP_FOR = env.str("EMR_BACKUP_FOR", default="")
BACKUP_KEEP = env.int("EMR_BACKUP_KEEP", default=14)
if bool(BACKUP_TO) != bool(BACKUP_FOR):
    raise ImproperlyConfigured("EMR_BACKUP_TO and EMR_BACKUP_FOR are set both or neither.")
STATIC_ROOT = Path(env.str("EMR_STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", BUILD_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
# Locally files are served from where they lie; only an image build collects them.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = scope_of_worker

# --- Language, dates, numbers -------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale-addons"]
FORMAT_MODULE_PATH = "rollout.formats"
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
# The day the product stands on, for sample data; None: the day in Viet Nam. Read by facilities/clock.py.
TODAY = env.past_day("EMR_TODAY", TIME_ZONE)
if TODAY and PRODUCTION:
    raise ImproperlyConfigured(
        "EMR_TODAY keeps the product on the day of its sample data, so EMR_MODE=production refuses "
        "it: unset EMR_TODAY, or use EMR_MODE=local"
    )

# --- People -------------------------------------------------------------------------------

AUTH_USER_MODEL = "facilities.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rollout.site.sign_in.PasswordBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
    {"NAME": "rollout.site.passwords.CommonInVietNam"},
    {"NAME": "rollout.site.passwords.NoneOfTheLast"},
]
# The name of a holder is blanked so many years after the certificate's end; 0: never.
NAMES_YEARS = env.int("EMR_NAMES_YEARS", default=5 if PRODUCTION else 0)
# What security level 3 asks; 0: never.
UNUSED_DAYS = env.int("EMR_UNUSED_DAYS", default=45 if PRODUCTION else 0)
PASSWORD_DAYS = env.int("EMR_PASSWORD_DAYS", default=180 if PRODUCTION else 0)
PASSWORD_DAYS_ADMINISTRATOR = env.int(
    "EMR_PASSWORD_DAYS_ADMINISTRATOR", default=60 if PRODUCTION else 0
)
# Of whoever has no second factor: letters small and large, digits, signs. 0: ten of any kind do.
if PASSWORD_ALONE := env.int("EMR_PASSWORD_ALONE", default=14 if PRODUCTION else 0):
    AUTH_PASSWORD_VALIDATORS.append(
        {"NAME": "rollout.site.passwords.LongAlone", "OPTIONS": {"length": PASSWORD_ALONE}}
    )

# Codes of an authenticator after the password: of the Department, leaders and administrators.
SECOND_FACTOR = env.bool("EMR_SECOND_FACTOR", default=PRODUCTION)
# A session that was not used for so long is over; 0: only after its seven days.
IDLE_MINUTES = env.int("EMR_IDLE_MINUTES", default=30 if PRODUCTION else 0)

# A whole department shares one address, so only the pair of name and address is locked out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "rollout.site.sign_in.client_address"

# --- Security -----------------------------------------------------------------------------

SESSION_COOKIE_AGE = 7 * 24 * 60 * 60
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE: Literal["Lax"] = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# Only with a proxy that always sets X-Forwarded-Proto and X-Forwarded-For itself; otherwise a
# visitor could forge them.
BEHIND_PROXY = PRODUCTION and env.bool("EMR_BEHIND_PROXY", default=False)
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = env.int("EMR_HSTS_SECONDS", default=365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- REST API -----------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rollout.site.sign_in.TokenAuthentication",
        "rollout.site.sign_in.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "rollout.api.described.DescribedSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rollout.api.throttling.OfStrangers",
        "rollout.api.throttling.OfReaders",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("EMR_API_RATE_ANONYMOUS", default="60/min"),
        "user": env.str("EMR_API_RATE", default="600/min"),
    },
    "EXCEPTION_HANDLER": "rollout.site.problems.handler",
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of ours, of the addresses that know it
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,  # whose X-Forwarded-For is believed
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# Whether the headline figures are told to everybody, without a sign-in: /public/ and the API beside it.
PUBLIC_SUMMARY = env.bool("EMR_PUBLIC_SUMMARY", default=False)

# Under which procurement files are published by the Open Contracting Data Standard: the prefix that the
# publisher was given, and who it is.
OCDS_PREFIX = env.str("EMR_OCDS_PREFIX", default="ocds-xxxxxx")
OCDS_PUBLISHER = env.str("EMR_OCDS_PUBLISHER", default="EMR rollout")

SPECTACULAR_SETTINGS = {
    # The same in every language: generated clients are named after it.
    "TITLE": "EMR rollout API",
    "DESCRIPTION": _(
        "Where each medical facility of the province stands in the rollout of electronic "
        "medical records, on any given day, computed from dated entries."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    # Codes are listed where they stand, not as types of their own.
    "POSTPROCESSING_HOOKS": [
        "rollout.api.described.in_ascii",
        "rollout.api.described.refusals_once",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Mail ---------------------------------------------------------------------------------

# smtp+tls://user:password@host:587; empty: nothing is mailed, and reminders stand in the inbox only.
MAIL_URL = env.str("EMR_MAIL_URL", default="")
MAILS = bool(MAIL_URL)
vars().update(environment.mail(MAIL_URL))
EMAIL_TIMEOUT = 20
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60  # seconds a link to choose the first password is good
DEFAULT_FROM_EMAIL = env.str("EMR_MAIL_FROM", default="emr@localhost")
# How readers of mail and calendars reach the product.
SITE_URL = env.str("EMR_SITE_URL", default="http://localhost:8000").rstrip("/")

# --- Jobs ---------------------------------------------------------------------------------

CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# A job is acknowledged when it is done and every job may run twice: killing a worker loses none.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page must not hang when the broker is away; the next beat repairs what was not sent.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0}
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Longer than the longest job, or a second worker would start it again meanwhile.
        "visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 3,
    }
CELERY_BEAT_SCHEDULE = schedule.BEAT
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Seen from outside ----------------------------------------------------------------------

# Who reads /metrics: whoever has the token, or asks from one of these networks. Neither: nobody.
METRICS_TOKEN = env.str("EMR_METRICS_TOKEN", default="")
METRICS_FROM = env.list("EMR_METRICS_FROM", default=[])
# Statements that take at least so many milliseconds have a line in the log; 0: none has.
SLOW_QUERY_MS = env.int("EMR_SLOW_QUERY_MS", default=500 if PRODUCTION else 0)
# The full name of a function that is given each error of a page or a job, such as
# "sentry_sdk.capture_exception"; empty: errors stand in the log only.
ERROR_HOOK = env.str("EMR_ERROR_HOOK", default="")

# --- Logs ---------------------------------------------------------------------------------

# No names, no e-mail addresses, no form contents: events carry identifiers only.
_BEFORE: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_BEFORE,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": "rollout.site.log_lines.Formatter",
            "foreign_pre_chain": _BEFORE,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(
                    [
                        structlog.processors.format_exc_info,
                        structlog.processors.JSONRenderer(ensure_ascii=False),
                    ]
                    if PRODUCTION
                    else [
                        # Plain, also where a richer one is installed: that one shows the values
                        # of all variables, names of people among them, and takes a second each.
                        structlog.dev.ConsoleRenderer(
                            colors=False, exception_formatter=structlog.dev.plain_traceback
                        )
                    ]
                ),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.str("EMR_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # A line for each request: its view and its time, never its address. On a desk it is noise.
        "rollout.requests": {
            "handlers": [],
            "level": "INFO" if PRODUCTION else "WARNING",
            "propagate": True,
        },
        # Every scanner of the internet asks for other hosts; they are refused without a word.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL"},
        # A line for each table of a font, at each paper that is drawn.
        "fontTools": {"handlers": [], "level": "WARNING", "propagate": True},
        # It writes the names that people typed at sign-in.
        "axes": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
