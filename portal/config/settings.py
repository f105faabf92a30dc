"""The one settings file. What differs between places comes from the environment (see .env.example)."""

import datetime as dt
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from portal.stylesheet import inline_css, source_expression

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# -- Where this runs ---------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# DEMO: sample accounts, the page that lists them, and mail kept in a folder. Never in production.
DEMO = env.bool("DEMO", default=False)
SECRET_KEY = env("SECRET_KEY")
# Keys for NIK and NPWP: one encrypts, one makes the hash to search by. Both are needed to read old rows.
FIELD_ENCRYPTION_KEY = env("FIELD_ENCRYPTION_KEY")
FIELD_HASH_KEY = env("FIELD_HASH_KEY")
# Ed25519 keys (base64 of 32 bytes) that sign certificates: the first signs, those after it only stay published.
CERTIFICATE_KEYS = env.list("CERTIFICATE_KEY", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://localhost:8000")
# The class that signs contracts (partnerships.signatures.provider). Development keys prove nothing: only a demo has them unasked.
SIGNATURE_PROVIDER = env("SIGNATURE_PROVIDER", default="") or (
    "partnerships.signatures.development.DevelopmentProvider" if DEBUG or DEMO else ""
)
# Where uploads, demo mail and collected static files go.
STATE_DIR = Path(env("STATE_DIR", default=str(BASE_DIR / ".local")))
# Where the audit trail is written down a second time: best on a disk that who runs the database cannot write to.
AUDIT_ANCHORS = Path(env("AUDIT_ANCHORS", default=str(STATE_DIR / "anchors")))
HTTPS = env.bool("HTTPS", default=not (DEBUG or DEMO))
# Whether events may be sent to this machine itself, to try a receiver out: never where real people register.
WEBHOOKS_TO_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", default=False)

# -- Applications ------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal",
    "curation",
    "partnerships",
    "portal.config.admin.RepairAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rules",
    "django_htmx",
    "template_partials",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

CSRF_FAILURE_VIEW = "portal.views.errors.not_trusted"
MIDDLEWARE = [
    "portal.middleware.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.middleware.unprocessable.UnprocessableMiddleware",
    # Innermost: opens the request's transaction and names in it who acts for whom.
    "portal.middleware.acting.ActingMiddleware",
]

ROOT_URLCONF = "portal.config.urls"
WSGI_APPLICATION = "portal.config.wsgi.application"

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
                "portal.context_processors.chrome",
            ],
            "builtins": [
                "portal.templatetags.ui",
                "django.templatetags.i18n",
                "template_partials.templatetags.partials",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Database ----------------------------------------------------------------------------------------------------------
# Web and workers log in as mitrapasok_app, which owns nothing; migrations run with the owner's DATABASE_URL.
DATABASES = {
    "default": env.db("DATABASE_URL") | {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60)}
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The day of Jakarta is what `current_date` means, in our SQL and in the database's own functions.
DATABASES["default"]["TIME_ZONE"] = "Asia/Jakarta"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Celery ------------------------------------------------------------------------------------------------------------
REDIS_URL = env("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Redis redelivers what a dead worker held after visibility_timeout: above the longest task, checked often.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    # Whoever only wants to send a hint learns at once that nobody is there; a worker goes on trying all the same.
    "max_retries": 0,
}
CELERY_BEAT_SCHEDULE = {
    "day": {"task": "portal.keep_up", "schedule": 600.0},
    # Twice within the ten minutes that the trail may be without: one round may be missed.
    "anchors": {"task": "portal.anchor_audit", "schedule": 240.0, "options": {"expires": 240}},
    # Behind a worker that is busy for long these do not pile up.
    "jobs": {"task": "portal.hint_due_jobs", "schedule": 1.0, "options": {"expires": 5}},
    "scoring": {"task": "curation.due_runs", "schedule": 60.0},
    "search": {"task": "curation.refresh_search", "schedule": 15.0, "options": {"expires": 15}},
    "partnerships": {"task": "partnerships.keep_up", "schedule": 3600.0},
    "releases": {"task": "partnerships.publish", "schedule": 15.0, "options": {"expires": 15}},
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "cache"}
}

# Applications that one scoring job scores and commits together.
SCORING_RANGE_SIZE = env.int("SCORING_RANGE_SIZE", default=20_000)
# Enterprises that one job scores over evidence already read.
POOL_RANGE_SIZE = env.int("POOL_RANGE_SIZE", default=100_000)
# Changed enterprises that one job reads again, in every pool.
POOL_REFRESH_SIZE = env.int("POOL_REFRESH_SIZE", default=5_000)
# What a job's statement may take; a page's has the app role's own, shorter limit.
LONG_STATEMENT = "10min"

# -- Open contracting data (OCDS) ---------------------------------------------------------------------------------------
# Registered with the Open Contracting Partnership before real data are published; this one is visibly for trying it out.
OCDS_TEST_PREFIX = "ocds-test00"
OCDS_PREFIX = env("OCDS_PREFIX", default=OCDS_TEST_PREFIX)
OCDS_PUBLISHER = env("OCDS_PUBLISHER", default="MitraPasok")
OCDS_LICENCE = env("OCDS_LICENCE", default="https://creativecommons.org/licenses/by/4.0/")

# -- People ------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "landing"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "portal.forms.account.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "MitraPasok: "
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Beside allauth's own limits: signed files that are checked on the page, by nobody known.
ACCOUNT_RATE_LIMITS = {"check_signed_file": "20/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "MitraPasok"
MFA_TOTP_TOLERANCE = 1  # one step: the clocks of cheap phones drift
MFA_ADAPTER = "portal.accounts.MFAAdapter"
MFA_FORMS = {
    "authenticate": "portal.forms.account.OneUseAuthenticateForm",
    "reauthenticate": "portal.forms.account.OneUseReauthenticateForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
# From signing in on, for everybody but SMEs (portal.sessions).
STAFF_SESSION = dt.timedelta(hours=10)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# -- Mail --------------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="MitraPasok <noreply@localhost>")
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE_DIR / "mail"
else:
    vars().update(env.email("EMAIL_URL", default="consolemail://"))

# -- Language, time, numbers ------------------------------------------------------------------------------------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Jakarta"

# -- Files -------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = STATE_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Collecting took half a minute over files nobody asks for: maps of packages' scripts, and every file under both its names.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Somebody may choose all photos of a phone: the form then says how many are taken, where Django would only answer 400.
DATA_UPLOAD_MAX_NUMBER_FILES = 1000

# -- API ---------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.SessionAuthentication",
        "portal.api.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.PolicyPermission"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.Description",
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.Pagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env("API_RATE_ANON", default="120/min"),
        "user": env("API_RATE_USER", default="600/min"),
        # While somebody types; beside the others, so that typing uses up nobody's calls.
        "suggestions": env("API_RATE_SUGGESTIONS", default="300/min"),
        # Signed files that somebody has checked: each costs a process of its own.
        "files": env("API_RATE_FILES", default="20/min"),
    },
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "portal.api.problems.problem_handler",
    "PAGE_SIZE": 25,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MitraPasok API",
    "DESCRIPTION": "Curation and partnership of small businesses with state-owned enterprises.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # Several things have a `status`, and editions are named twice: say whose.
    "ENUM_NAME_OVERRIDES": {
        "EnterpriseStatusEnum": "portal.enums.EnterpriseStatus.choices",
        "DataRequestKindEnum": "portal.enums.DataRequestKind.choices",
        "DataRequestStatusEnum": "portal.enums.DataRequestStatus.choices",
        "DuplicateStatusEnum": "portal.enums.DuplicateStatus.choices",
        "ProgrammeStatusEnum": "curation.enums.ProgrammeStatus.choices",
        "PartnershipStatusEnum": "partnerships.enums.PartnershipStatus.choices",
        "KnowledgeKindEnum": "partnerships.enums.KnowledgeKind.choices",
        "FinancingKindEnum": "partnerships.enums.FinancingKind.choices",
        "ApplicationStatusEnum": "curation.enums.ApplicationStatus.choices",
        "ConsortiumStatusEnum": "curation.enums.ConsortiumStatus.choices",
        "MemberStatusEnum": "curation.enums.MemberStatus.choices",
        "DocumentKindEnum": "portal.enums.DocumentKind.choices",
        "DocumentStateEnum": "portal.enums.DocumentState.values",
        "RunStateEnum": "curation.enums.RunState.choices",
        "RunKindEnum": "curation.enums.RunKind.choices",
        "OutcomeEnum": "curation.enums.Outcome.choices",
        "RenewalOutcomeEnum": "curation.enums.RenewalOutcome.choices",
        "DigitalQuestionEnum": "portal.enums.DigitalQuestion.choices",
        "QualityQuestionEnum": "portal.enums.QualityQuestion.choices",
        "InnovationKindEnum": "portal.enums.InnovationKind.choices",
        "MarketKindEnum": "portal.enums.MarketKind.choices",
        "UnitEnum": "portal.enums.Unit.choices",
        "KbliEditionEnum": "portal.models.reference.KbliClass.Edition",
        "SourceEnum": "portal.enums.FundingSource.choices",
        "ShapeEnum": "curation.enums.Shape.choices",
        "FeatureSourceEnum": "curation.api.scoring_features.SOURCES",
        "IndustrySizeEnum": "portal.enums.IndustrySize.choices",
    },
}

# -- Browser security --------------------------------------------------------------------------------------------------
# The stylesheet that public and SME pages carry inside them; style-src holds its hash.
INLINE_STYLESHEET = inline_css(STATIC_ROOT)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, source_expression(INLINE_STYLESHEET)],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# -- Logs: one JSON object a line with the request's id ---------------------------------------------------------------
LOGGING_CONFIG = "portal.logging.configure"
# Without it Django would not call the function above.
LOGGING = {"level": env("LOG_LEVEL", default="INFO")}
