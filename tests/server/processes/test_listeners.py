import os
import resource
import socket
import stat

import pytest

from enfilade.server.options import Options
from enfilade.server.processes.listeners import ListenError, Listeners, raise_file_limit
from enfilade.server.processes.profiler import open_place
from running import free_port


def connects(listeners):
    for listener in listeners.sockets:
        with socket.socket(listener.family) as client:
            client.settimeout(5)
            client.connect(listener.getsockname())
            listener.accept()[0].close()
    return True


def test_listens_at_a_host_and_port_without_blocking(listen):
    listeners = listen("127.0.0.1:0")
    assert connects(listeners)
    assert not listeners.sockets[0].getblocking()
    port = listeners.sockets[0].getsockname()[1]
    assert listeners.urls() == [f"http://127.0.0.1:{port}"]


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_listens_at_an_ipv6_address(listen):
    try:
        listeners = listen("[::1]:0")
    except ListenError:
        pytest.skip("this machine has no IPv6 loopback address")
    assert listeners.urls()[0].startswith("http://[::1]:")
    assert connects(listeners)


def test_every_address_of_a_host_name_gets_the_same_port(listen):
    listeners = listen("localhost:0")
    assert len({listener.getsockname()[1] for listener in listeners.sockets}) == 1


def test_an_empty_host_means_every_interface(listen):
    assert listen(":0").sockets[0].getsockname()[0] == "0.0.0.0"


def test_several_addresses_may_be_given(listen, tmp_path):
    assert len(listen("127.0.0.1:0", f"unix:{tmp_path}/s").sockets) == 2


def test_says_who_has_the_port_and_how_to_find_out(listen):
    port = listen("127.0.0.1:0").sockets[0].getsockname()[1]
    with pytest.raises(ListenError, match=f"127.0.0.1:{port}: Address already in use") as caught:
        listen(f"127.0.0.1:{port}")
    assert f"-iTCP:{port}" in caught.value.hint


@pytest.mark.parametrize("bind", ["127.0.0.1:{}", ":{}", "localhost:{}"])
@pytest.mark.parametrize("profiler", [":{}", "http://127.0.0.1:{}", "localhost:{}"])
def test_says_that_the_site_has_the_address_of_the_profiler(listen, bind, profiler):
    port = free_port()
    bound = bind.format(port)
    listen(bound)
    with pytest.raises(ListenError, match="Address already in use") as caught:
        open_place(Options(bind=(":0", bound), profiler=profiler.format(port)))
    assert caught.value.hint == (
        f"The site itself has it, by --bind {bound}: give --profiler an address of its own."
    )


def test_says_how_to_find_who_else_has_the_address_of_the_profiler(listen):
    port = listen("127.0.0.1:0").sockets[0].getsockname()[1]
    with pytest.raises(ListenError) as caught:
        open_place(Options(bind=("127.0.0.1:1", f"192.0.2.1:{port}"), profiler=f":{port}"))
    assert f"-iTCP:{port}" in caught.value.hint


def test_says_that_the_site_has_the_socket_file_of_the_profiler(listen, tmp_path):
    listen(address := f"unix:{tmp_path}/s")
    with pytest.raises(ListenError) as caught:
        open_place(Options(bind=(address,), profiler=address))
    assert f"by --bind {address}" in caught.value.hint


def test_says_that_an_address_is_not_of_this_machine(listen):
    with pytest.raises(ListenError, match=r"192\.0\.2\.1:0") as caught:
        listen("192.0.2.1:0")
    assert "does not have that address" in caught.value.hint


def test_a_failure_closes_what_was_opened_before(tmp_path):
    path = tmp_path / "site.sock"
    with pytest.raises(ListenError):
        Listeners(Options(bind=(f"unix:{path}", "192.0.2.1:0")))
    assert not path.exists()


# Unix sockets ------------------------------------------------------------------------------


def test_a_unix_socket_has_the_mode_that_was_asked_for(listen, tmp_path):
    path = tmp_path / "site.sock"
    listeners = listen(f"unix:{path}", socket_mode="640")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert listeners.urls() == [f"unix:{path}"]
    assert connects(listeners)


def test_a_unix_socket_file_is_removed_at_the_end(listen, tmp_path):
    path = tmp_path / "site.sock"
    listen(f"unix:{path}").close()
    assert not path.exists()


def test_a_child_does_not_remove_the_socket_file(listen, tmp_path):
    path = tmp_path / "site.sock"
    listeners = listen(f"unix:{path}")
    pid = os.fork()
    if not pid:
        listeners.close()
        os._exit(0)
    os.waitpid(pid, 0)
    assert path.exists()


def test_a_file_that_another_server_put_there_is_left_alone(listen, tmp_path):
    path = tmp_path / "site.sock"
    first = listen(f"unix:{path}")
    path.rename(tmp_path / "old.sock")
    second = listen(f"unix:{path}")
    first.close()
    assert connects(second)


def test_a_stale_socket_file_is_replaced(listen, tmp_path):
    path = tmp_path / "site.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    assert connects(listen(f"unix:{path}"))


def test_a_socket_file_in_use_is_left_alone(listen, tmp_path):
    path = tmp_path / "site.sock"
    first = listen(f"unix:{path}")
    with pytest.raises(ListenError, match="already in use"):
        listen(f"unix:{path}")
    assert connects(first)


def test_a_file_that_is_no_socket_is_left_alone(listen, tmp_path):
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(ListenError, match="not a socket"):
        listen(f"unix:{path}")
    assert path.read_text() == "data"


def test_says_that_the_folder_of_the_socket_file_is_missing(listen, tmp_path):
    with pytest.raises(ListenError, match="No such file") as caught:
        listen(f"unix:{tmp_path}/nowhere/site.sock")
    assert "folder" in caught.value.hint


def test_says_that_a_path_is_too_long_for_a_socket(listen, tmp_path):
    with pytest.raises(ListenError, match="too long"):
        listen(f"unix:{tmp_path}/{'x' * 120}")


# Descriptors -------------------------------------------------------------------------------


def test_adopts_a_listening_descriptor(listen):
    parent = socket.create_server(("127.0.0.1", 0))
    listeners = listen(f"fd://{parent.detach()}")
    assert connects(listeners)
    assert not listeners.sockets[0].get_inheritable()


def test_refuses_a_descriptor_that_does_not_listen(listen):
    with socket.socket() as idle, pytest.raises(ListenError, match="not a listening socket"):
        listen(f"fd://{os.dup(idle.fileno())}")


def test_refuses_a_descriptor_that_is_no_socket(listen, tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(ListenError) as caught:
        listen(f"fd://{descriptor}")
    assert "not a socket" in caught.value.hint
    os.close(descriptor)


def test_refuses_a_descriptor_that_is_not_open(listen):
    with pytest.raises(ListenError) as caught:
        listen("fd://987")
    assert "No such descriptor" in caught.value.hint


def test_raises_the_limit_of_open_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(hard, 1 << 20)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
