"""The world outside: a mail server and a system that is called, answering while workers run.

They are served by the process of the test itself and only between forks, without a thread.
"""

import asyncio
import email
import email.policy
import socket
from email.message import EmailMessage

from tests.workers import Worker

AWAY, BREAKS_OFF = "away", "breaks off"


class Outside:
    """`mood`: "", AWAY (nobody answers), BREAKS_OFF (takes a mail and hangs up before saying so)."""

    def __init__(self):
        self.mood = ""
        self.mails: list[EmailMessage] = []
        self.calls: list[tuple[str, bytes]] = []  # identifier and body
        self._mail, self._system, self._nobody = (socket.socket() for _each in range(3))
        for place in (self._mail, self._system, self._nobody):
            place.bind(("127.0.0.1", 0))
        self._mail.listen()
        self._system.listen()  # and at the third nobody listens
        self._talks: set[asyncio.Task] = set()

    def close(self) -> None:
        for place in (self._mail, self._system, self._nobody):
            place.close()

    @property
    def mail_port(self) -> int:
        return (self._nobody if self.mood == AWAY else self._mail).getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._system.getsockname()[1]}/alerts"

    def until_ended(self, *workers: Worker) -> list[list[str] | None]:
        """Answer them until they have ended: the steps each took, None for who was killed."""
        return asyncio.run(self._serve(workers))

    async def _serve(self, workers) -> list[list[str] | None]:
        servers = [
            await asyncio.start_server(self._kept(talk), sock=place.dup())
            for place, talk in ((self._mail, self._take_mail), (self._system, self._answer_call))
        ]
        reports = await asyncio.gather(*(_read(worker.pipe) for worker in workers))
        for server in servers:
            server.close()
        while self._talks:
            await asyncio.wait(self._talks)
        return [worker.ended(report) for worker, report in zip(workers, reports, strict=True)]

    def _kept(self, talk):
        async def kept(reader, writer) -> None:
            self._talks.add(asyncio.current_task())
            try:
                await talk(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass  # who called was killed
            finally:
                writer.close()
                self._talks.discard(asyncio.current_task())

        return kept

    async def _take_mail(self, reader, writer) -> None:
        def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())

        say("220 outside")
        while line := (await reader.readline()).strip().upper():
            if line == b"DATA":
                say("354 go on")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(email.message_from_bytes(raw[:-3], policy=email.policy.default))
                if self.mood == BREAKS_OFF:
                    return
            say("221 bye" if line == b"QUIT" else "250 ok")

    async def _answer_call(self, reader, writer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        said = dict(line.split(": ", 1) for line in head.splitlines()[1:] if line)
        body = await reader.readexactly(int(said["content-length"]))
        if self.mood == AWAY:
            writer.write(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")
            return
        self.calls.append((said["webhook-id"], body))
        writer.write(b"HTTP/1.1 204 Heard\r\n\r\n")


async def _read(pipe: int) -> str:
    reader = asyncio.StreamReader(limit=2**24)
    transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader),
        open(pipe, "rb"),  # noqa: SIM115 the transport closes it
    )
    try:
        return (await reader.read()).decode()
    finally:
        transport.close()
