"""The queue itself: the rooms that know Celery. They are imported when the first task is sent, or a worker starts."""
