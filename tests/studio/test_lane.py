"""Workers may crash and be slow; whoever asked hears a sentence, and the next one an answer."""

import asyncio
import json

from sharvin.app.new import new
from sharvin.studio.lane import Lane

CHECK = {"toml": new("wire")}


def in_lane(use, **options):
    async def run():
        lane = Lane("test", **options)
        lane.start()
        try:
            return await use(lane)
        finally:
            await lane.close()

    return asyncio.run(run())


def test_a_crash_is_a_message_and_the_next_request_is_answered():
    async def crash(lane):
        first = json.loads(await lane.call("device.check", CHECK))
        asked = asyncio.create_task(lane.call("device.check", CHECK))
        lane._process.kill()
        second = json.loads(await asked)
        third = json.loads(await lane.call("device.check", CHECK))
        return first, second, third

    first, second, third = in_lane(crash)
    assert first["ok"]
    assert third["ok"]
    assert second["ok"] or "ended unexpectedly" in second["error"]


def test_what_takes_too_long_is_given_up():
    async def wait(lane):
        return json.loads(await lane.call("device.check", CHECK))

    answer = in_lane(wait, seconds=0.0)
    assert "no answer within" in answer["error"]


def test_who_is_superseded_while_waiting_is_told_at_once():
    async def race(lane):
        calls = [asyncio.create_task(lane.call("device.check", CHECK, "s")) for _ in range(5)]
        return [json.loads(await call) for call in calls]

    *early, last = in_lane(race)
    assert last["ok"]
    assert all(answer["error"] == "superseded" for answer in early)
