"""The client of the Python SDK against `git agent mcp`: it checks every answer against the schema of its tool."""

import asyncio
import sys

from mcp import Client, StdioServerParameters


async def play(agent, mode):
    async with Client(StdioServerParameters(command=agent, args=["mcp"]), mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert len(tools) >= 19, sorted(tools)
        assert client.server_info.name == "git-agent", client.server_info

        async def call(name, **arguments):
            heard = []

            async def progress(done, total, message):
                heard.append(message)

            result = await client.call_tool(name, arguments, progress_callback=progress)
            assert not result.is_error, (name, result)
            return result.structured_content

        for name, tool in tools.items():
            if tool.annotations.read_only_hint and name not in ("show", "changes_since"):
                await call(name)
        task = (await call("start"))["task"]["id"]
        await call("show")
        await call("changes_since")
        await call("decide", text="in Python", why="to see it")
        assert (await call("checkpoint"))["created"] is False
        await call("pause", reason="the other version of the protocol comes next")
        refused = await client.call_tool("show", {"task": "nothing"})
        assert refused.is_error and "task-not-found" in refused.content[0].text, refused
        assert "Parse dates" in (await client.read_resource("git-agent://report")).contents[0].text
        assert "Parse dates" in (await client.get_prompt("resume", {"task": task})).messages[0].content.text
        print("ok", client.protocol_version)


async def main():
    for mode in ("auto", "legacy"):
        await play(sys.argv[1], mode)


asyncio.run(main())
