import os

from django.core.wsgi import get_wsgi_application

from portal.uploads.whole_body import only_whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")

application = only_whole_bodies(get_wsgi_application())
