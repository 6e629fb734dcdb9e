import ssl

import pytest

from certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def secured(authority):
    """The server's options for TLS with a certificate for localhost."""
    return authority.issue("localhost", "localhost").options


@pytest.fixture
def trusting(authority):
    """A client's context that knows the authority."""
    return ssl.create_default_context(cafile=str(authority.certificate))
