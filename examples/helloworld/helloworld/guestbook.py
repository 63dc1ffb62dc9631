"""Functions for the operations of ``apis/guestbook.yaml``, named there by ``x-bind-server``."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid4

from apis.guestbook_models import Attachment, Entries, Entry, NewEntry
from pymacaron_core import NotFound, Upload, timenow

from helloworld.store import Store

entries: Store[UUID, Entry] = Store()


def list_entries(limit: int, tags: list[str] | None, since: datetime | None) -> Entries:
    found = [
        entry
        for entry in reversed(entries.values())
        if set(tags or ()) <= set(entry.tags or ()) and (since is None or entry.written >= since)
    ]
    return Entries(entries=found[:limit])


def write_entry(new: NewEntry) -> Entry:
    entry = Entry(id=uuid4(), written=timenow(), author=new.author, text=new.text, tags=new.tags)
    entries[entry.id] = entry
    return entry


def get_entry(entry_id: UUID) -> Entry:
    try:
        return entries[entry_id]
    except KeyError:
        raise NotFound(f"there is no entry {entry_id}") from None


def attach_file(entry_id: UUID, file: Upload, title: str) -> Entry:
    content = file.read()
    attachment = Attachment(title=title, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    with entries.lock:
        entry = get_entry(entry_id).clone()
        entry.attachments = [*(entry.attachments or ()), attachment]
        entries[entry_id] = entry
        return entry
