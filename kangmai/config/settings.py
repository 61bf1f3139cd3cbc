"""Django settings. Everything an operator may change is an environment variable, listed in docs/operations/settings.md."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

PACKAGE = Path(__file__).parents[1]

DATABASE_URL = os.environ.get("DATABASE_URL", "")
KEYS = Path(os.environ["KANGMAI_KEYS"]) if os.environ.get("KANGMAI_KEYS") else None
FILES = (
    Path(os.environ["KANGMAI_FILES"])
    if os.environ.get("KANGMAI_FILES")
    else KEYS and KEYS.parent.with_name(f"{KEYS.parent.name.removesuffix('.keys')}.files")
)
LAKE = (
    os.environ["KANGMAI_LAKE"]  # a folder, or s3://bucket/prefix
    if os.environ.get("KANGMAI_LAKE")
    else KEYS and KEYS.parent.with_name(f"{KEYS.parent.name.removesuffix('.keys')}.lake")
)
LAKE_ENDPOINT = os.environ.get("KANGMAI_LAKE_ENDPOINT", "")
LAKE_REGION = os.environ.get("KANGMAI_LAKE_REGION", "")
SUBSCRIBERS = [o for o in os.environ.get("KANGMAI_SUBSCRIBERS", "").split(",") if o]
FONT = os.environ.get("KANGMAI_FONT", "")
CARD_ALGORITHM = os.environ.get("KANGMAI_CARD_ALGORITHM", "ed25519")
MATCHING_MODEL = (
    Path(os.environ["KANGMAI_MATCHING_MODEL"]) if os.environ.get("KANGMAI_MATCHING_MODEL") else None
)
PUBLIC_URL = os.environ.get("KANGMAI_URL", "http://127.0.0.1:8000").rstrip("/")
CHANNELS = {
    "email": {
        "url": os.environ.get("KANGMAI_SMTP", ""),
        "from": os.environ.get("KANGMAI_MAIL_FROM", "kangmai@localhost"),
        "backend": "django.core.mail.backends.smtp.EmailBackend",
    },
    "sms": {
        "url": os.environ.get("KANGMAI_SMS_URL", ""),
        "token": os.environ.get("KANGMAI_SMS_TOKEN", ""),
    },
    "webhook": {
        "url": os.environ.get("KANGMAI_WEBHOOK_URL", ""),
        "token": os.environ.get("KANGMAI_WEBHOOK_TOKEN", ""),
    },
}
HANDOVER = Path(os.environ["KANGMAI_HANDOVER"]) if os.environ.get("KANGMAI_HANDOVER") else None
METRICS_TOKEN = os.environ.get("KANGMAI_METRICS_TOKEN", "")
DELETE_SEVERAL = os.environ.get("KANGMAI_DELETE_SEVERAL") == "1"
DEBUG = False
SECRET_KEY = os.environ.get("KANGMAI_SECRET_KEY", "")  # else derived from the keyring: config.start
ALLOWED_HOSTS = os.environ.get("KANGMAI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("KANGMAI_ORIGINS", "").split(",") if o]
DEMO = os.environ.get("KANGMAI_DEMO") == "1"


def _database(url: str) -> dict[str, object]:
    """The Django form of a libpq address."""
    parts = conninfo_to_dict(url)
    names = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        **{setting: str(parts.pop(name, "") or "") for name, setting in names.items()},
        "OPTIONS": dict(parts),
    }


DATABASES = {"default": _database(DATABASE_URL)} if DATABASE_URL else {}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "kangmai.kernel",
    "kangmai.records",
    "kangmai.registry",
    "kangmai.identity",
    "kangmai.identity.cards",
    "kangmai.identity.family",
    "kangmai.access",
    "kangmai.analytics",
    "kangmai.forms",
    "kangmai.messages",
    "kangmai.deadlines",
    "kangmai.handover",
    "kangmai.programmes.engine",
    "kangmai.programmes.vaccination",
    "kangmai.programmes.births",
    "kangmai.programmes.deaths",
    "kangmai.programmes.monitoring",
    "kangmai.programmes.watchdog",
    "kangmai.programmes.kit",
    "kangmai.programmes.campaigns",
    "kangmai.programmes.workload",
    "kangmai.programmes.points",
    "kangmai.programmes.activities",
    "kangmai.programmes.contracts",
    "kangmai.epidemic.orders",
    "kangmai.epidemic.venues",
    "kangmai.epidemic.cases",
    "kangmai.epidemic.surveillance",
    "kangmai.exchange.hl7v2",
    "kangmai.epidemic.nucleic_acid",
    "kangmai.epidemic.tracing",
    "kangmai.epidemic.supplies",
    "kangmai.epidemic.capacity",
    "kangmai.epidemic.quarantine",
    "kangmai.epidemic.grid",
    "kangmai.epidemic.tasks",
    "kangmai.epidemic.teams",
    "kangmai.epidemic.bulletin",
    "kangmai.governance.reporting",
    "kangmai.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "kangmai.portal.shell.security.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kangmai.portal.shell.language.SpeakLanguage",
    "kangmai.portal.shell.errors.ErrorPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kangmai.portal.shell.session.KnowActor",
]

ROOT_URLCONF = "kangmai.config.urls"
WSGI_APPLICATION = "kangmai.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kangmai.portal.shell.context.shell",
            ],
        },
    },
]

AUTH_USER_MODEL = "access.Account"
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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"/static/bundle/.+-[0-9A-Z]{8}\.\w+$"

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = os.environ.get("KANGMAI_HTTPS") == "1"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
CSRF_FAILURE_VIEW = "kangmai.portal.shell.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("KANGMAI_LOG", "WARNING")},
}
