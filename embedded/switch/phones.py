"""SIPp as callers and as phones, each a short play written here: who says what, and when."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from embedded.ports import LOOPBACK
from embedded.switch.asterisk import QUEUE, Asterisk, udp_ports

_AUDIO = """v=0
o=phone 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio [auto_media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a={way}
"""
_VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]"
_RECEIVED = "[last_Via:]\n[last_From:]\n{to}\n[last_Call-ID:]\n[last_CSeq:]"
_MY_TAG = ";tag=[pid]p[call_number]"
_LATEST_MS = 120_000
_PORTS = Path("/proc/net/udp")


def _send(text: str) -> str:
    return f"<send><![CDATA[\n\n{text}\n]]></send>"


def _again(text: str) -> str:
    """Sent until it is answered."""
    return f'<send retrans="500"><![CDATA[\n\n{text}\n]]></send>'


def _request(method: str, number: int, where: str = "[next_url]", to: str = "[peer_tag_param]", body: str = "") -> str:
    """What a caller says; within a call it knows the other side's tag."""
    head = f"""{method} {where} SIP/2.0
{_VIA}
[routes]
From: <sip:[cli]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>{to}
Call-ID: [call_id]
CSeq: {number} {method}
Contact: <sip:[cli]@[local_ip]:[local_port]>
Max-Forwards: 70"""
    if where != "[next_url]":
        head = head.replace("[routes]\n", "")
    return _ended(head, body)


def _ended(head: str, body: str) -> str:
    if not body:
        return f"{head}\nContent-Length: 0\n"
    return f"{head}\nContent-Type: application/sdp\nContent-Length: [len]\n\n{body}"


def _answer(code: int, word: str, *, tagged: bool = True, way: str | None = None) -> str:
    """What a phone says to what it has received."""
    to = f"[last_To:]{_MY_TAG}" if tagged else "[last_To:]"
    head = f"SIP/2.0 {code} {word}\n{_RECEIVED.format(to=to)}\nContact: <sip:phone@[local_ip]:[local_port]>"
    return _ended(head, _AUDIO.format(way=way) if way is not None else "")


def _play(name: str, *steps: str) -> str:
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="{name}">\n'
    return head + "\n".join(steps) + "\n</scenario>\n"


def _pause(seconds: float) -> str:
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


_BYE_COMES = f'<recv request="BYE" timeout="{_LATEST_MS}"/>'


def caller(stays: float | None = None) -> str:
    """Calls, is answered by the switch at once, and hangs up after so many seconds, or waits to be hung up."""
    invite = _request("INVITE", 1, "sip:[service]@[remote_ip]:[remote_port]", "", _AUDIO.format(way="sendrecv"))
    rings = ('<recv response="100" optional="true"/>', '<recv response="180" optional="true"/>')
    steps = [_again(invite), *rings, '<recv response="200" rrs="true"/>', _send(_request("ACK", 1))]
    if stays is None:
        steps += [_BYE_COMES, _send(_answer(200, "OK", tagged=False))]
    else:
        steps += [_pause(stays), _again(_request("BYE", 2)), '<recv response="200"/>']
    return _play("caller", *steps)


_INVITED = """<recv request="INVITE" rrs="true"><action>
<ereg regexp=":(.*)" search_in="hdr" header="From" assign_to="from,theirs"/>
<ereg regexp=":(.*)" search_in="hdr" header="To" assign_to="to,mine"/>
</action></recv><Reference variables="from,to,theirs,mine"/>"""


def phone(rings: float = 0.3, talks: float | None = None, holds: float | None = None) -> str:
    """Rings, picks up, and hangs up after so many seconds of talk, or waits for it; `holds`: a hold of so long."""
    steps = [_INVITED, _send(_answer(180, "Ringing")), _pause(rings)]
    steps += [_again(_answer(200, "OK", way="sendrecv")), '<recv request="ACK" crlf="true"/>']
    if holds is not None:
        steps += [_pause(1), *_reinvite(21, "sendonly"), _pause(holds), *_reinvite(22, "sendrecv")]
    if talks is None:
        steps += [_BYE_COMES, _send(_answer(200, "OK", tagged=False))]
    else:
        steps += [_pause(talks), _again(_from_phone("BYE", 90)), '<recv response="200"/>']
    return _play("phone", *steps)


def refusing(code: int, word: str) -> str:
    """Says no at once, or that it is busy, or not there."""
    steps = ('<recv request="INVITE"/>', _again(_answer(code, word)), '<recv request="ACK"/>')
    return _play("refusing", *steps)


def ringing() -> str:
    """Rings until the switch gives up."""
    cancelled = "SIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n"
    steps = ['<recv request="INVITE"/>', _send(_answer(180, "Ringing"))]
    steps += [f'<recv request="CANCEL" timeout="{_LATEST_MS}"/>', _send(_answer(200, "OK", tagged=False))]
    steps += [_send(f"{cancelled}CSeq: [cseq] INVITE\nContent-Length: 0\n"), '<recv request="ACK"/>']
    return _play("ringing", *steps)


def _from_phone(method: str, number: int, body: str = "") -> str:
    """Within a call that came in, the phone's own words: who called is now who is spoken to."""
    head = f"""{method} [next_url] SIP/2.0
{_VIA}
[routes]
From: [$mine]{_MY_TAG}
To: [$theirs]
Call-ID: [call_id]
CSeq: {number} {method}
Contact: <sip:phone@[local_ip]:[local_port]>
Max-Forwards: 70"""
    return _ended(head, body)


def _reinvite(number: int, way: str) -> tuple[str, ...]:
    answered = ('<recv response="100" optional="true"/>', '<recv response="200" rrs="true"/>')
    invite = _from_phone("INVITE", number, _AUDIO.format(way=way))
    return (_again(invite), *answered, _send(_from_phone("ACK", number)))


class Phones:
    """Plays going on against one switch; leaving ends them all."""

    def __init__(self, switch: Asterisk) -> None:
        self._switch = switch
        self._running: list[asyncio.subprocess.Process] = []
        self._folder = switch.directory / "sipp"
        self._folder.mkdir(parents=True, exist_ok=True)

    async def __aenter__(self) -> Phones:
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._running:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self._running))

    async def call(self, number: str, play: str, dialled: str = QUEUE) -> asyncio.subprocess.Process:
        """Somebody with this number calls the hotline."""
        [port] = udp_ports(1)
        return await self._run(play, port, "-m", "1", "-s", dialled, "-key", "cli", number)

    async def stand(self, port: int, play: str) -> None:
        """A phone stands at a port, for any number of calls, and listens when this returns."""
        process = await self._run(play, port, "-key", "cli", "phone")
        for _ in range(200):
            if _listens(port) or process.returncode is not None:
                return
            await asyncio.sleep(0.02)

    async def _run(self, play: str, port: int, *more: str) -> asyncio.subprocess.Process:
        file = self._folder / f"{port}-{len(self._running)}.xml"
        file.write_text(play)
        own = ("-sf", str(file), "-i", LOOPBACK, "-mi", LOOPBACK, "-p", str(port), "-nostdin", *more)
        command = self._switch.packages.command("usr/bin/sipp", *own, f"{LOOPBACK}:{self._switch.sip}")
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=self._folder,
            env={**os.environ, "TERM": "dumb"},
        )
        self._running.append(process)
        return process


def _listens(port: int) -> bool:
    return f":{port:04X} " in _PORTS.read_text()
