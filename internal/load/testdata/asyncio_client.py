"""A load client of Python's asyncio alone, for the benchmark that compares ours.

It does what every client has to do: one connection a stream, the chunks of the
transfer taken apart, each event decoded as JSON, the time taken when the read
that held the first token returned. It is as plain and as fast as we know how to
write one without packages. Arguments: address, streams, requests, seconds over
which the first requests are spread, tokens of an answer. It prints one line of
JSON.
"""

import asyncio
import json
import sys
import time
from urllib.parse import urlsplit


async def read_stream(reader, seen):
    """Read one answer to its end; seen is called with the tokens' arrival."""
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
    raw, text, left, over = b"", b"", 0, False
    while not over:
        data = await reader.read(65536)
        at = time.perf_counter()
        if not data:
            raise RuntimeError("the stream was cut")
        raw, pos, parts = raw + data, 0, [text]
        while pos < len(raw):
            if left:
                parts.append(raw[pos:pos + left])
                pos, left = pos + len(parts[-1]), left - len(parts[-1])
                continue
            size = pos + 2 if raw.startswith(b"\r\n", pos) else pos  # behind the end of the chunk before
            end = raw.find(b"\r\n", size)
            if end < 0:
                break
            left, pos = int(raw[size:end], 16), end + 2
            if left == 0:
                over = True
                break
        raw = raw[pos:]
        events = b"".join(parts).split(b"\n\n")
        text = events.pop()
        for event in events:
            if not event.startswith(b"data: ") or event == b"data: [DONE]":
                continue
            choices = json.loads(event[6:]).get("choices")
            if choices and choices[0].get("delta", {}).get("content"):
                seen(at)
    if len(raw) < 2:
        await reader.readexactly(2 - len(raw))


async def main():
    address, streams, requests = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    spread, tokens = float(sys.argv[4]), int(sys.argv[5])
    body = {"model": "fake-model", "messages": [{"role": "user", "content": "Say something."}], "stream": True,
            "max_tokens": tokens, "stream_options": {"include_usage": True}}
    body = json.dumps(body).encode()
    ask = (f"POST {address.path}/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\n"
           f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
    first, events, taken = [], 0, 0

    def seen_since(start):
        waiting = True

        def seen(at):
            nonlocal waiting, events
            events += 1
            if waiting:
                waiting = False
                first.append(round((at - start) * 1e6))
        return seen

    async def worker(k):
        nonlocal taken
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.sleep(spread * k / streams)
        while taken < requests:
            taken += 1
            start = time.perf_counter()
            writer.write(ask)
            await read_stream(reader, seen_since(start))
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(worker(k) for k in range(streams)))
    print(json.dumps({"first_us": first, "events": events, "seconds": time.perf_counter() - began}))


asyncio.run(main())
