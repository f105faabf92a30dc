import importlib
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from portal.uploads.whole_body import only_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")

application = only_whole_bodies(get_wsgi_application())
# Every page, before gunicorn forks: nobody's first request waits for it, and the workers share it.
importlib.import_module(settings.ROOT_URLCONF)
