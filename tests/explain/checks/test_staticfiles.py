"""The checks of static files: what is right is not found."""

import pytest

from enfilade.explain.checks import staticfiles as checks
from enfilade.test import override_settings


def found(check, **values):
    with override_settings(**values):
        return [finding.id for finding in check()]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "static").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "check",
    [
        checks.check_directories,
        checks.check_root,
        checks.check_prefixes,
        checks.check_folders,
        checks.check_storage,
        checks.check_finders,
        checks.check_url,
    ],
)
def test_a_site_that_is_right_has_no_findings(check, folder):
    entries = [folder / "static", ("shop", str(folder / "static"))]
    assert found(check) == []
    assert found(check, STATICFILES_DIRS=entries, STATIC_ROOT=folder / "out") == []


def test_a_root_around_its_sources_or_within_them(folder):
    dirs = [folder / "static"]
    for root in (folder, folder / "static", folder / "static/out"):
        assert found(checks.check_root, STATICFILES_DIRS=dirs, STATIC_ROOT=root) == [
            "staticfiles.E002"
        ]


def test_a_mistake_is_told_once(folder):
    """A value that is no list, or holds no paths, is not the business of the other checks."""
    for value, identifier in ((("static"), "staticfiles.E001"), ([3], "staticfiles.E006")):
        findings = [
            each
            for check in (
                checks.check_directories,
                checks.check_root,
                checks.check_prefixes,
                checks.check_folders,
                checks.check_finders,
            )
            for each in found(check, STATICFILES_DIRS=value, STATIC_ROOT=folder)
        ]
        assert findings == [identifier]


def test_a_damaged_manifest_is_a_storage_that_cannot_be_made(folder):
    (folder / "staticfiles.json").write_text("{")
    storage = "enfilade.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    values = {"STATICFILES_STORAGE": storage, "STATIC_ROOT": folder}
    assert found(checks.check_storage, **values) == ["staticfiles.E005"]


def test_a_manifest_that_cannot_be_read_is_told_once(folder):
    (folder / "staticfiles.json").mkdir()
    storage = "enfilade.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    values = {"STATICFILES_STORAGE": storage, "STATIC_ROOT": folder}
    assert found(checks.check_storage, **values) == ["staticfiles.E005"]
    assert found(checks.check_manifest, **values) == []


def test_a_coding_that_cannot_be_made(folder):
    assert found(checks.check_finders, STATICFILES_CODINGS=["lzma"]) == ["staticfiles.E006"]


def test_a_manifest_is_there_before_the_world_comes(folder):
    storage = "enfilade.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    values = {"STATICFILES_STORAGE": storage, "STATIC_ROOT": folder}
    assert found(checks.check_manifest) == []
    assert found(checks.check_manifest, **values) == ["staticfiles.W008"]
    (folder / "staticfiles.json").write_text('{"version": "1.1", "paths": {}}')
    assert found(checks.check_manifest, **values) == []
