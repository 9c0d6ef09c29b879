"""The WSGI application that the web server serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efus.settings")

django_application = get_wsgi_application()


def application(environ, start_response):
    """Django's application, for requests in UTF-8.

    A request may name any other codec of Python as its charset, and Django would read the
    address by it: some smuggle in characters that UTF-8 cannot have, others raise.
    """
    kind, separator, parameters = environ.get("CONTENT_TYPE", "").partition(";")
    if separator:
        kept = [part for part in parameters.split(";") if "charset" not in part.lower()]
        environ["CONTENT_TYPE"] = ";".join([kind, *kept])
    return django_application(environ, start_response)
