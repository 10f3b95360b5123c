"""How gunicorn serves the product; read by itself when started in this folder."""

import gc
import os

wsgi_app = "rollout.wsgi:application"
bind = os.environ.get("EMR_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("EMR_WEB_WORKERS", "2"))
threads = int(os.environ.get("EMR_WEB_THREADS", "4"))
timeout = 60
preload_app = True
control_socket_disable = True
# The heartbeat file belongs in memory: on a slow disk it makes workers look dead.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# Addresses of pages stay out of the logs; errors go to the console with the rest.
accesslog = None


def when_ready(server):
    """Load what the first request would load, then keep it out of every garbage collection."""
    from django.urls import get_resolver

    list(get_resolver().url_patterns)
    gc.collect()
    gc.freeze()
