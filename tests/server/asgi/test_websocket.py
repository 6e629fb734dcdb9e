"""Connections that ask for WebSocket are uvicorn's from then on."""

import pytest

sync_client = pytest.importorskip("websockets.sync.client")

APPLICATION = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
    if scope["type"] != "websocket":
        return
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{scope['client'][0]} {message['text']}"})
"""


@pytest.mark.slow
def test_speaks_websocket_beside_http(launch, tmp_path):
    (tmp_path / "talk.py").write_text(APPLICATION)
    flags = ("--interface=asgi", "--trusted-proxies=127.0.0.1")
    server = launch("talk:app", *flags).wait_until_ready()
    address = f"ws://127.0.0.1:{server.port}/talk"
    told = {"X-Forwarded-For": "192.0.2.7"}
    with sync_client.connect(address, additional_headers=told) as socket:
        for number in range(3):
            socket.send(f"hello {number}")
            assert socket.recv() == f"192.0.2.7 hello {number}"
    connection = server.connect()
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"hello"
