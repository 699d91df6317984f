"""Settings that are the same in the demo, the tests and a real pharmacy."""

from django.utils.translation import gettext_lazy as _

from shop.settings.env import BASE_DIR, VAR_DIR, env
from shop.settings.oscar import *
from shop.settings.oscar import OSCAR_APPS

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_ID = 1
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "shop.accounts.apps.PharmacyAdminConfig",
    # Before Django's accounts: in the place of its command that sets anybody's password.
    "shop.credentials",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.flatpages",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "shop.accounts.apps.AccountsConfig",
    "shop.audit",
    "shop.help_lines",
    "shop.jurisdictions",
    "shop.vault",
    "shop.patients",
    "shop.mailing",
    "shop.stock",
    "shop.tasks",
    "shop.prescriptions",
    "shop.continuity",
    "shop.standing",
    "shop.review",
    "shop.register",
    "shop.dispensing",
    "shop.sending",
    "shop.payments",
    "shop.settling",
    "shop.closing",
    "shop.pages",
    *OSCAR_APPS,
    "haystack",
    "treebeard",
    "sorl.thumbnail",
    "django_tables2",
    "widget_tweaks",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "shop.accounts.middleware.private_pages_are_not_stored",
    "shop.accounts.devices.keep_the_cookie",
    "shop.accounts.staff_sessions.StaffSessions",
    "shop.audit.requests.remember_origin",
    "oscar.apps.basket.middleware.BasketMiddleware",
]

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
                "oscar.core.context_processors.metadata",
                "shop.pages.context.pharmacy",
            ],
        },
    },
]
FORM_RENDERER = "shop.pages.forms.ShopFormRenderer"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/shop.sqlite3")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }

# Rate limits must hold across processes, so the cache is never a process's own memory.
CACHES = {"default": env.cache("CACHE_URL", default="dbcache://shop_cache")}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache":
    # From its usual 300 entries on it throws a third away, and with them limits and used codes.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 100_000}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
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
LOGIN_REDIRECT_URL = "/accounts/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Wrong passwords and codes are counted by shop.accounts.tries, in which a known device has its own.
ACCOUNT_RATE_LIMITS = {"save_draft": "30/m/user", "login": "", "login_failed": ""}
# The shop tells of changes itself: allauth's own messages are lost when the mail server is not there.
ACCOUNT_EMAIL_NOTIFICATIONS = False
# An open session alone changes no email address: the password, or a code, is asked again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Links to choose a new password live for ten minutes (OWASP ASVS 5.0, 6.5.5), those that confirm an
# address for a day; each works once, and only the newest.
PASSWORD_RESET_TIMEOUT = 10 * 60
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "shop.credentials.links.ResetLinks"  # noqa: S105
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_EMAIL_CONFIRMATION_HMAC = False
ACCOUNT_ADAPTER = "shop.credentials.adapter.AccountAdapter"
MFA_ADAPTER = "shop.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "activate_totp": "shop.accounts.forms.RegisterAppForm",
    "authenticate": "shop.accounts.forms.SignInCodeForm",
    "generate_recovery_codes": "shop.accounts.forms.NewRecoveryCodesForm",
    "reauthenticate": "shop.accounts.forms.ConfirmCodeForm",
}
# People who work here: how long a session may be left alone, and how old the last code of the
# authenticator app may be for a decision, a refund or a signature; both in minutes.
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", default=15)
PROOF_MINUTES = env.int("PROOF_MINUTES", default=30)
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
DEVICE_COOKIE_NAME = "device"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# American English; what the code calls a basket, as Oscar does, a customer reads as "cart".
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en-us", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", default="UTC")

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Every page asks for the name with the hash in it, so the other copy is not kept.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "prescriptions": {
        "BACKEND": "shop.vault.storage.WholeFileStorage",
        "OPTIONS": {
            "location": env("PRESCRIPTION_STORAGE", default=str(VAR_DIR / "prescriptions")),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}

# Where clamd listens, host:port or the path of its socket; empty: no malware scan.
CLAMD_ADDRESS = env("CLAMD_ADDRESS", default="")
# What becomes of a file while clamd does not answer: refuse or flag.
SCANNER_DOWN = env("SCANNER_DOWN", default="")

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="pharmacy@example.com")
OSCAR_FROM_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# The pharmacy that puts its name on the shop. Any of these empty: the shop is a demonstration.
PHARMACY = {
    "name": env("PHARMACY_NAME", default=""),
    "address": env("PHARMACY_ADDRESS", default=""),
    "phone": env("PHARMACY_PHONE", default=""),
    "email": env("PHARMACY_EMAIL", default=""),
    "owner": env("PHARMACY_OWNER", default=""),
    "registration_number": env("PHARMACY_REGISTRATION_NUMBER", default=""),
    "register_url": env("PHARMACY_REGISTER_URL", default=""),
    "superintendent": env("PHARMACY_SUPERINTENDENT", default=""),
    "superintendent_number": env("PHARMACY_SUPERINTENDENT_NUMBER", default=""),
}
# What a demonstration says of itself instead.
DEMO_PHARMACY = {
    "name": "Alder Pharmacy",
    "address": "1 Example Quay, Sampletown",
    "phone": "+1 555 0100",
    "email": "pharmacist@example.com",
    "owner": "Alder Demonstration Ltd",
    "registration_number": "",
    "register_url": "",
    "superintendent": "",
    "superintendent_number": "",
}
IS_DEMO = not all(PHARMACY.values())
# Whose texts a reader sees who has not chosen a country.
CONTENT_COUNTRY = env("CONTENT_COUNTRY", default="US")
# ISO 3166-1 alpha-2 codes of the countries the pharmacy is licensed to send medicines to.
LICENSED_COUNTRIES = env.list("LICENSED_COUNTRIES", default=["AU", "US"])
# Whose rules prescriptions are checked by: a file of shop/jurisdictions/profiles.
JURISDICTION = env("JURISDICTION", default="demo")
# So many days after the day on which it was expected a parcel counts as delivered.
DELIVERED_AFTER_DAYS = env.int("DELIVERED_AFTER_DAYS", default=14)
# Width and height in mm of the labels in the printer, "102x51"; empty: those of the label's layout.
LABEL_STOCK = env("LABEL_STOCK", default="")
# How many days before the last day of an approval the customer is reminded of what is left.
EXPIRY_REMINDER_DAYS = env.int("EXPIRY_REMINDER_DAYS", default=14)
# How long a pharmacist holds a prescription taken for review, in minutes.
REVIEW_CLAIM_MINUTES = env.int("REVIEW_CLAIM_MINUTES", default=20)
# How long a review usually takes, in working hours, eight a day: what the customer is told, and
# what counts, in whole days, towards the day on which a supply is expected.
REVIEW_WORKING_HOURS = env.int("REVIEW_WORKING_HOURS", default=4)
# A batch that ends in fewer days is not sold any more; one in fewer than so many asks whoever dispenses.
BATCH_LEAST_DAYS = env.int("BATCH_LEAST_DAYS", default=30)
BATCH_ASK_DAYS = env.int("BATCH_ASK_DAYS", default=90)
# For how many days what was typed and not sent is kept.
DRAFT_DAYS = env.int("DRAFT_DAYS", default=30)

STRIPE_SECRET_KEY = env("STRIPE_SECRET_KEY", default="sk_test_emulator")
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRETS", default=[])
STRIPE_API_BASE = env("STRIPE_API_BASE", default="https://api.stripe.com")
# Where the hosted card page lives: the one foreign place a form of ours may lead to.
STRIPE_CHECKOUT_ORIGIN = env("STRIPE_CHECKOUT_ORIGIN", default="https://checkout.stripe.com")
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", STRIPE_CHECKOUT_ORIGIN],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # At INFO the client writes a line for every call, and the font tools several for every leaflet.
    "loggers": {"stripe": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}
