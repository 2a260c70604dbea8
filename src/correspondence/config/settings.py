"""Django's settings. Environments differ by values only: see ``core.settings``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.csp import CSP

from correspondence.config import environment, logs
from correspondence.core import settings as core_settings
from correspondence.core.errors import Misconfigured

CT = environment.read()
core_settings.use(CT)

ROOT = Path(__file__).resolve().parents[3]


def database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "correspondence.core.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        # Longer than a failover takes, shorter than a request may last: see core.database.
        "COMMIT_SECONDS": 25,
        "OPTIONS": {
            "connect_timeout": 2,
            "options": "-c lock_timeout=10s -c statement_timeout=60s"
            " -c idle_in_transaction_session_timeout=75s",
            **query,
        },
    }


OWNER_COMMANDS = ("migrate", "migrate_safely", "makemigrations", "sqlmigrate", "showmigrations", "dbshell")
AS_OWNER = len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS
DATABASES = {"default": database(environment.database_url(CT, as_owner=AS_OWNER))}
if AS_OWNER:
    DATABASES["default"]["COMMIT_SECONDS"] = None  # a migration checks what it changed when it commits
CACHES = {
    "default": {
        "BACKEND": "correspondence.core.cache.Cache",
        "LOCATION": [environment.cache_url(CT)],
        "KEY_PREFIX": "correspondence-cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = CT.secret_key.get_secret_value()
DEBUG = False
BASE_HOST = urlsplit(CT.base_url).hostname or ""
ALLOWED_HOSTS = [BASE_HOST, *CT.allowed_hosts]
CSRF_TRUSTED_ORIGINS = [CT.base_url]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "correspondence.core",
    "correspondence.audit",
    "correspondence.jobs",
    "correspondence.rulebook",
    "correspondence.notifications",
    "correspondence.organisation",
    "correspondence.cases",
    "correspondence.documents",
    "correspondence.commissioning",
    "correspondence.retention",
    "correspondence.caseload",
    "correspondence.pages",
    "correspondence.api",
    "correspondence.config",
]

MIDDLEWARE = [
    "correspondence.pages.middleware.reference.ReferenceMiddleware",
    "correspondence.pages.middleware.headers.HeadersMiddleware",
    "correspondence.pages.middleware.health.HealthMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "correspondence.pages.middleware.method.MethodMiddleware",
    "correspondence.pages.middleware.forms.FormsMiddleware",
    "correspondence.pages.middleware.clock.ClockMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "correspondence.pages.middleware.session.SessionAgeMiddleware",
    "correspondence.pages.middleware.limits.LimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "correspondence.pages.middleware.sign_in.SignInRequiredMiddleware",
]

ROOT_URLCONF = "correspondence.config.urls"
WSGI_APPLICATION = "correspondence.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "correspondence.config.templating.environment",
            "context_processors": [
                "django.template.context_processors.csp",
                "django.contrib.messages.context_processors.messages",
                "correspondence.pages.context.frame",
                "correspondence.pages.navigation.context",
            ],
        },
    },
]
FORM_RENDERER = "correspondence.pages.forms.renderer.Renderer"

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["correspondence.organisation.passwords.Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "correspondence.organisation.passwords.LengthValidator"},
    {"NAME": "correspondence.organisation.passwords.CommonValidator"},
    {"NAME": "correspondence.organisation.passwords.ServiceWordsValidator"},
]
PASSWORD_RESET_TIMEOUT = 6 * 3600
LOGIN_URL = "sign_in"

SESSION_ENGINE = "correspondence.pages.session_store"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CT.secure_cookies
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "correspondence.pages.views.errors.csrf_failure"
if CT.secure_cookies:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_HSTS_SECONDS = 63_072_000 if CT.secure_cookies else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": [CSP.NONE],
}

STATIC_URL = "/assets/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", ROOT / ".local" / "assets"))
STATICFILES_DIRS = [ROOT / "frontend" / "assets"]
if CT.brand == "govuk":
    # The typeface and the crown's icons, for services on gov.uk alone: see frontend/VENDORED.md.
    STATICFILES_DIRS.append(ROOT / "frontend" / "govuk-brand")
    if not STATICFILES_DIRS[-1].is_dir():
        raise Misconfigured(
            "BRAND=govuk needs frontend/govuk-brand. Make it with: frontend/vendor.sh --govuk-brand"
        )
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "correspondence.config.static.HashedAssets"},
}

FILE_UPLOAD_HANDLERS = ["correspondence.pages.uploads.LimitedUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
DATA_UPLOAD_MAX_NUMBER_FILES = 50

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True

LOGGING_CONFIG = None
logs.configure(CT.log_level)
