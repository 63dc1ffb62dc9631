"""The operations of the OpenAPI 3.0 document: those of the store, and what only this document says so.

Users who are made are answered, and an image is the body itself.
"""

from .store import *  # noqa: F403
from .store import keep_image, keep_user, needed, replace_user


def create_user(user):
    return keep_user(user)


def create_users_with_list_input(users):
    made = [keep_user(user) for user in needed(users, "a list of users")]
    return made[-1] if made else ({}, 200)


def update_user(user, username):
    replace_user(username, user)


def upload_file(image, pet_id, additional_metadata):
    return keep_image(pet_id, image or b"", additional_metadata)
