"""auth, async and dynamodb together: a task saves a model as the user who called."""

from documents import document

import engines

FUNCTIONS = """
    from apis.shop_models import Note
    from pymacaron_async import asynctask
    from pymacaron_auth import generate_token, get_userid

    def log_in(user):
        return generate_token(user)

    @asynctask()
    def change(id, text):
        note = Note.load_from_db(id)
        note.text, note.by = text, get_userid()
        note.save_to_db()

    def write_note(id, text):
        if not Note.exists(id):
            Note(id=id, text=text, by=get_userid()).save_to_db()
        else:
            change(id, text)
        return {}

    def read_note(id):
        return Note.load_from_db(id)
"""


def test_a_task_changes_what_is_kept_as_the_user_who_called(served):
    client = served(document(protected=True, kept=True), FUNCTIONS, "name: shop\nwith_async: true\n")
    ada, grace = ({"Authorization": f"Bearer {client.post(f'/login?user={user}').json}"} for user in ("ada", "grace"))
    client.put("/notes/1?text=hello", headers=ada)
    assert client.get("/notes/1", headers=ada).json["by"] == "ada"
    assert client.put("/notes/1?text=changed", headers=grace).status_code == 200
    changed = engines.awaited(lambda: (n := client.get("/notes/1", headers=ada).json)["text"] == "changed" and n, "it")
    assert changed == {"id": "1", "text": "changed", "by": "grace"}


def test_the_service_says_that_it_has_all_it_needs(served):
    client = served(document(protected=True, kept=True), FUNCTIONS, "name: shop\nwith_async: true\n")
    assert client.get("/health/ready").json == {"status": "ready", "checks": ["auth", "async", "dynamodb"]}
