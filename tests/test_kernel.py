"""That a client hears a reply which came while it was sending."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.author.kernel import OwnKernel

pytestmark = pytest.mark.slow


async def heard(look: bool) -> list[bool]:
    """Four times: whether a waiting client hears, when a reply came just before it sent again."""
    manager = OwnKernel()
    await manager.start_kernel()
    client: Any = manager.client()
    client.start_channels()
    told = []
    try:
        await client.wait_for_ready(timeout=60)
        for _ in range(4):
            waiting = asyncio.ensure_future(client.shell_channel.get_msg(timeout=None))
            await asyncio.sleep(0.05)
            client.kernel_info()
            time.sleep(0.2)  # the loop must not run while the reply arrives
            client.kernel_info()
            await asyncio.sleep(0.2)
            if look:
                await client.is_alive()
                await asyncio.wait_for(waiting, 60)
            told.append(waiting.done())
            waiting.cancel()
            while await client.shell_channel.msg_ready():
                await client.shell_channel.get_msg()
    finally:
        client.stop_channels()
        await manager.shutdown_kernel()
        await manager.cleanup_resources()
    return told


def test_a_reply_is_heard_by_a_client_that_looks() -> None:
    assert not all(asyncio.run(heard(look=False))), "jupyter_client tells: look no more"
    assert asyncio.run(heard(look=True)) == [True] * 4
