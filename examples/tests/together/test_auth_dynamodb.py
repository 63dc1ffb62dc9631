"""auth and dynamodb together: what a user saves is kept under their name."""

from documents import document

FUNCTIONS = """
    from apis.shop_models import Note
    from pymacaron_auth import generate_token, get_userid

    def log_in(user):
        return generate_token(user)

    def write_note(id, text):
        Note(id=id, text=text, by=get_userid()).save_to_db()
        return {}

    def read_note(id):
        return Note.load_from_db(id)
"""


def test_what_a_user_saves_is_kept_under_their_name(served):
    client = served(document(protected=True, kept=True), FUNCTIONS)
    auth = {"Authorization": f"Bearer {client.post('/login?user=ada').json}"}
    assert client.get("/notes/1", headers=auth).json["error"] == "ITEM_NOT_FOUND"
    assert client.put("/notes/1?text=hello", headers=auth).status_code == 200
    assert client.get("/notes/1", headers=auth).json == {"id": "1", "text": "hello", "by": "ada"}
    assert client.put("/notes/1?text=again", headers=auth).json["error"] == "CONFLICT"
    assert client.get("/notes/1").status_code == 401
