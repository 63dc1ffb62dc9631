"""The operations of the Swagger 2.0 document: those of the store, and what only this document says so.

Writing a user answers nothing, and an image comes as a field of a form.
"""

from .store import *  # noqa: F403
from .store import keep_image, keep_user, replace_user


def create_user(user):
    keep_user(user)


def create_users_with_array_input(users):
    for user in users:
        keep_user(user)


create_users_with_list_input = create_users_with_array_input


def update_user(user, username):
    replace_user(username, user)


def upload_file(pet_id, additional_metadata, file):
    return keep_image(pet_id, file.read() if file else b"", additional_metadata)
