"""auth and async together: a task runs as the user whose call asked for it."""

from documents import document

import engines

FUNCTIONS = """
    import datetime as dt

    from apis.shop_models import Note
    from pymacaron_async import asynctask
    from pymacaron_auth import generate_token, get_user_token, get_userid
    from pymacaron_core import NotFound

    notes = {}
    tokens = set()

    def log_in(user):
        return generate_token(user)

    @asynctask()
    def keep(note, also):
        note.by = get_userid()
        notes.update({each.id: each for each in [note, *also["more"]]})

    def write_note(id, text):
        tokens.add(get_user_token())
        at = dt.datetime(2026, 1, 31, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
        keep(Note(id=id, text=text, at=at), {"more": [Note(id="more", text="too")]})
        return {}

    def read_note(id):
        if id not in notes:
            raise NotFound("not yet")
        return notes[id]
"""


def test_a_task_runs_as_the_user_who_called_with_models_as_its_arguments(served):
    client = served(document(protected=True, kept=False), FUNCTIONS, "name: shop\nwith_async: true\n")
    assert client.put("/notes/1?text=hello").status_code == 401
    auth = {"Authorization": f"Bearer {client.post('/login?user=ada').json}"}
    assert client.put("/notes/1?text=hello", headers=auth).status_code == 200
    note = engines.awaited(lambda: found(client, auth), "the note")
    assert note == {"id": "1", "text": "hello", "by": "ada", "at": "2026-01-31T12:00:00+02:00"}
    assert client.get("/notes/more", headers=auth).json == {"id": "more", "text": "too"}


def found(client, auth):
    answer = client.get("/notes/1", headers=auth)
    return answer.json if answer.status_code == 200 else None
