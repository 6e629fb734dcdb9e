"""Storages of Django's for its side of a comparison; it wants them named by import path."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class WithModules(ManifestStaticFilesStorage):
    """The imports of JavaScript modules too."""

    support_js_module_import_aggregation = True
