"""A mail server whose manners can be changed while it runs.

Started as: server.py PORT FOLDER. Accepted messages become files in FOLDER: NAME.eml, what of it a mail program shows as
NAME.body, and what is attached in NAME.files/. What it does next is the word in FOLDER/manners: `accept`, `refuse` (451 to every message), `hang` (never answers DATA), `drop` (keeps the message and
closes the connection before it says so).
"""

import asyncio
import email
import email.policy
import pathlib
import signal
import sys
import uuid

from aiosmtpd.smtp import SMTP


class Postbox:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def manners(self):
        return (self.folder / "manners").read_text().strip()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.manners() == "refuse":
            return "451 4.3.0 not now"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        manners = self.manners()
        if manners == "hang":
            (self.folder / f"{uuid.uuid4()}.hung").touch()
            await asyncio.Event().wait()
        name = uuid.uuid4()
        self.take_apart(name, envelope.content)
        fresh = self.folder / f"{name}.new"
        fresh.write_bytes(envelope.content)
        fresh.rename(self.folder / f"{name}.eml")
        if manners == "drop":
            server.transport.close()
        return "250 OK"

    def take_apart(self, name, content):
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(preferencelist=("plain",))
        (self.folder / f"{name}.body").write_text(body.get_content() if body else "")
        files = self.folder / f"{name}.files"
        files.mkdir()
        for part in message.iter_attachments():
            (files / pathlib.PurePath(part.get_filename()).name).write_bytes(part.get_payload(decode=True))


async def main(port, folder):
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: SMTP(Postbox(folder), hostname="mail.example.school"), "127.0.0.1", port)
    async with server:
        await stop.wait()


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
