"""Settings, read from the environment (see docs/operations.md for each variable).

``EFUS_ENVIRONMENT`` is ``production`` unless said otherwise, and production refuses to
start when a value would be unsafe (see ``efus.safety``).
"""

import os
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from efus.bounces.configuration import refuse_unusable
from efus.file_storage import in_bucket
from efus.machine_translation import service_at
from efus.safety import refuse_unsafe_production, refuse_unusable_outbox

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Before anything imports numpy. Its threads wait for each other by spinning, so on cores that
# have other work the encoder of search by meaning is thirty times slower with several.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

EFUS_ENVIRONMENT = env.str("EFUS_ENVIRONMENT", default="production")
PRODUCTION = EFUS_ENVIRONMENT == "production"
DEMONSTRATION = EFUS_ENVIRONMENT == "demonstration"

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
SITE_URL = env.str("SITE_URL", default="").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, so that it can adapt it
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_countries",
    "efus",
    "efus.bounces",
    "efus.outbox",
    "rules.apps.AutodiscoverRulesConfig",
    "efus.accounts",
    "cities",
    "practices",
    "practices.search",
    "practices.digests",
    "practices.translations",
    "practices.collections",
    "practices.saved_searches",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "efus.requests.RefuseUnreadable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "efus.outage.AnswerDuringOutage",
    "allauth.account.middleware.AccountMiddleware",
    "efus.accounts.middleware.ReadersTimeZone",
]

ROOT_URLCONF = "efus.urls"
WSGI_APPLICATION = "efus.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "efus.context.site",
            ],
        },
    },
]

# Database, broker, cache

DATABASES = {
    "default": env.db("DATABASE_URL", default="postgresql:///efus"),
}
DATABASES["default"] |= {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_MAX_AGE": env.int("DATABASE_CONNECTION_SECONDS", default=60),
    "CONN_HEALTH_CHECKS": True,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},  # seconds
    },
}

# Celery: the database knows what is due, the broker only carries short tasks that may
# run twice without harm. Nothing is scheduled far ahead in the broker.

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sessions": {"task": "efus.accounts.tasks.forget_ended_sessions", "schedule": 86400.0},
    "drafts": {"task": "practices.publishing.tasks.forget_old_drafts", "schedule": 86400.0},
    "deleted": {"task": "efus.tasks.forget_deleted", "schedule": 86400.0},
    "outbox": {
        "task": "efus.outbox.tasks.run_outbox",
        "schedule": env.float("OUTBOX_TICK_SECONDS", default=10.0),
        "options": {"expires": 60},
    },
    "old mails": {"task": "efus.outbox.tasks.forget_old", "schedule": 86400.0},
    "digests": {
        "task": "practices.digests.tasks.run_digests",
        "schedule": env.float("DIGEST_TICK_SECONDS", default=60.0),
        "options": {"expires": 300},
    },
    "old digests": {"task": "practices.digests.tasks.forget", "schedule": 86400.0},
    "publications": {
        "task": "practices.publishing.tasks.publish_due",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "search": {
        "task": "practices.search.tasks.update_sets",
        "schedule": env.float("SEARCH_TICK_SECONDS", default=5.0),
        "options": {"expires": 5},
    },
    "passages": {
        "task": "practices.search.meaning.tasks.make_due_passages",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "links": {
        "task": "practices.links.tasks.check_due_links",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "links of published practices": {
        "task": "practices.links.tasks.refresh_links_of_published",
        "schedule": crontab(hour=2, minute=30),
    },
    "search vocabulary": {
        "task": "practices.search.tasks.apply_vocabulary_changes",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "bounces": {
        "task": "efus.bounces.tasks.read_mailbox",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "machine translations": {
        "task": "practices.translations.machine.tasks.run_machine_translations",
        "schedule": env.float("MACHINE_TRANSLATION_TICK_SECONDS", default=60.0),
        "options": {"expires": 60},
    },
}

# Links are only asked for on the public internet; tests name servers of their own here,
# as address:port. Production refuses any.
LINKS_ALSO_ASKED = env.list("LINKS_ALSO_ASKED", default=[])

# Machine translation: none unless a service is named.

MACHINE_TRANSLATION_URL = env.str("MACHINE_TRANSLATION_URL", default="")
MACHINE_TRANSLATION_SECONDS = env.float("MACHINE_TRANSLATION_SECONDS", default=60.0)
MACHINE_TRANSLATION_ANSWER_HOURS = env.float("MACHINE_TRANSLATION_ANSWER_HOURS", default=24.0)

# Languages. Adding one: see docs/languages.md.

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("it", _("Italian")),
    ("nl", _("Dutch")),
    ("pt", _("Portuguese")),
    ("sv", _("Swedish")),
]
COUNTRIES_OVERRIDE = {
    "CZ": _("Czechia"),  # the library has the Brazilian name in Portuguese
    "XK": _("Kosovo"),  # no ISO 3166-1 code of its own
}
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "efus.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:practices"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "efus.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True  # one address each; the old one holds until the new is confirmed
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Efus"
MFA_FORMS = {
    "add_webauthn": "efus.accounts.passkeys.AddForm",
    "login_webauthn": "efus.accounts.passkeys.LoginForm",
    "authenticate_webauthn": "efus.accounts.passkeys.SecondStepForm",
    "reauthenticate_webauthn": "efus.accounts.passkeys.ReauthenticateForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # passkeys at http://localhost

SESSION_COOKIE_NAME = "efus_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "efus_csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "efus.kept_forms.csrf_failure"
LANGUAGE_COOKIE_NAME = "efus_language"

# Mail

env_email = env.email_url_config(env.str("EMAIL_URL", default="") or "smtp://localhost:25")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env_email["EMAIL_HOST"]
EMAIL_PORT = env_email["EMAIL_PORT"]
EMAIL_HOST_USER = env_email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = env_email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = env_email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env_email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT_SECONDS", default=30.0)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
MAILS_PER_DOMAIN_PER_MINUTE = env.int("MAILS_PER_DOMAIN_PER_MINUTE", default=600)
MAIL_RETRY_SECONDS = env.float("MAIL_RETRY_SECONDS", default=120.0)
MAIL_CLAIM_SECONDS = env.float("MAIL_CLAIM_SECONDS", default=300.0)
MAIL_LOG_DAYS = env.int("MAIL_LOG_DAYS", default=180)
refuse_unusable_outbox(MAIL_LOG_DAYS, MAILS_PER_DOMAIN_PER_MINUTE)

# What comes back: told by the mail service, or found in a mailbox.

MAIL_SERVICE = env.str("MAIL_SERVICE", default="")
MAIL_SERVICE_WEBHOOK_KEY = env.str("MAIL_SERVICE_WEBHOOK_KEY", default="")
MAIL_SERVICE_WEBHOOK_SECRET = env.str("MAIL_SERVICE_WEBHOOK_SECRET", default="")
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")

# Files

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.str("FILES_ROOT", default="") or str(BASE_DIR / "media")
FILES_BUCKET = env.str("FILES_BUCKET", default="")
STORAGES = {
    "default": in_bucket(
        FILES_BUCKET,
        endpoint=env.str("FILES_ENDPOINT", default=""),
        region=env.str("FILES_REGION", default=""),
        access_key=env.str("FILES_ACCESS_KEY", default=""),
        secret_key=env.str("FILES_SECRET_KEY", default=""),
    )
    if FILES_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_SIZE_LIMIT = env.int("FILE_SIZE_LIMIT", default=10 * 2**20)
FILES_PER_PRACTICE = env.int("FILES_PER_PRACTICE", default=20)
FILE_UPLOAD_HANDLERS = [
    "efus.uploads.NoMoreThanTheLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20  # larger ones wait in a temporary file
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_NUMBER_FILES = 5  # a form has three

# Transport and content security

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # rate limits count per visitor, not for the proxy
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}

if PRODUCTION:
    refuse_unsafe_production(globals())
else:
    service_at(MACHINE_TRANSLATION_URL)  # refuses what names no service, in any environment
    refuse_unusable(globals())
