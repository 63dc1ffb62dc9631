"""async and dynamodb together: a model that persists goes to a task, which saves it."""

from documents import document

import engines

FUNCTIONS = """
    from apis.shop_models import Note
    from pymacaron_async import asynctask

    def log_in(user):
        return user

    @asynctask()
    def keep(note):
        note.save_to_db()

    def write_note(id, text):
        keep(Note(id=id, text=text))
        return {}

    def read_note(id):
        return Note.load_from_db(id)
"""


def test_a_task_saves_the_model_it_was_given(served):
    client = served(document(protected=False, kept=True), FUNCTIONS, "name: shop\nwith_async: true\n")
    assert client.put("/notes/1?text=hello").status_code == 200
    note = engines.awaited(lambda: "text" in client.get("/notes/1").json and client.get("/notes/1").json, "the note")
    assert note == {"id": "1", "text": "hello"}
