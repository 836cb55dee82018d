"""A page without a browser: asks over the socket, and hears events."""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor

from websockets.asyncio.client import connect

PATIENCE = 90.0  # seconds that a loaded machine may need for what takes two


class Page:
    """What a page does: asks, and hears events."""

    def __init__(self, socket):
        self.socket, self.number, self.events = socket, 0, []

    async def begin(self, verb, **args):
        """Number of a request whose answer nobody waits for yet."""
        self.number += 1
        await self.socket.send(json.dumps({"id": self.number, "verb": verb, "args": args}))
        return self.number

    async def hear(self, accept):
        """The first message that ``accept`` likes; all of them are kept."""
        for message in self.events:
            if accept(message):
                return message
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
            self.events.append(message)
            if accept(message):
                return message

    async def answer(self, number):
        return await self.hear(lambda message: message.get("id") == number)

    async def ask(self, verb, **args):
        return await self.answer(await self.begin(verb, **args))

    async def until(self, job, accept):
        """Job as soon as ``accept`` likes it."""
        start = time.monotonic()
        while time.monotonic() - start < PATIENCE:
            (found,) = [j for j in (await self.ask("jobs.list"))["result"] if j["id"] == job]
            if accept(found):
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(found)


def on_page(address, use):
    """Result of ``use(page)`` on a page of the studio at ``address``."""

    async def talk():
        url = address.replace("http:", "ws:").replace("/?", "/ws?")
        async with connect(url, max_size=None, proxy=None, compression=None) as socket:
            return await use(Page(socket))

    with ThreadPoolExecutor(1) as aside:  # a browser test has a loop of its own here
        return aside.submit(lambda: asyncio.run(talk())).result()
