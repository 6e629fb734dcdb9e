"""Clients that leave whenever they like."""

import os
import random
import threading
from time import sleep

from patience import eventually
from wire.site import Site, holdings


def leave_nothing_behind(site: Site, data: bytes, clients: int, chance: random.Random) -> None:
    """So many *clients* send a part of *data* each and leave: connections, descriptors and threads
    are as before."""
    with site.client() as client:
        client.get("/")  # so that both ends are surely open
        files, threads = holdings()
    for number in range(clients):
        client = site.client()
        client.send(data[: chance.randrange(len(data))])
        if number % 3 == 0:
            sleep(0.001)
        chance.choice([client.close, client.reset])()
    eventually(lambda: len(os.listdir("/proc/self/fd")), files - 2)
    eventually(threading.active_count, threads)
    with site.client() as client:
        assert client.get("/").status == 200
