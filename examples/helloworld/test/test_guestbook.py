"""Entries are written, found by their tags, and take files."""

from io import BytesIO

from flask.testing import FlaskClient


def test_the_newest_entry_with_all_tags_comes_first(client: FlaskClient) -> None:
    for text, tags in (("one", ["a"]), ("two", ["a", "b"]), ("three", ["b", "a"])):
        client.post("/guestbook/entries", json={"author": "Ada", "text": text, "tags": tags})
    entries = client.get("/guestbook/entries?tags=a,b").get_json()["entries"]
    assert [entry["text"] for entry in entries] == ["three", "two"]


def test_a_file_is_attached_to_an_entry(client: FlaskClient) -> None:
    entry = client.post("/guestbook/entries", json={"author": "Ada", "text": "Lovely"}).get_json()
    form = {"file": (BytesIO(b"four"), "notes.txt"), "title": "Notes"}
    attached = client.post(f"/guestbook/entries/{entry['id']}/attachments", data=form).get_json()
    assert [(each["title"], each["bytes"]) for each in attached["attachments"]] == [("Notes", 4)]
