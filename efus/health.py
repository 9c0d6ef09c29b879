"""Is the process alive, and is it able to serve?"""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from redis import RedisError


@never_cache
def alive(request):
    """200 as long as the process answers."""
    return JsonResponse({"alive": True})


@never_cache
def ready(request):
    """200 when database, broker and migrations are all in place, else 503 saying which is not."""
    state = {"database": False, "broker": False, "migrations": False}
    try:
        executor = MigrationExecutor(connection)
        state["database"] = True
        state["migrations"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        pass
    try:
        cache.set("ready", 1, timeout=5)
        state["broker"] = True
    except (RedisError, OSError):
        pass
    return JsonResponse(state, status=200 if all(state.values()) else 503)
