# One image for web, worker and beat; docker-compose.yml says which command each one runs.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv/emr

COPY requirements/base.lock requirements/base.lock
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements/base.lock

# pg_dump and pg_restore for backups: of the server's version, from PostgreSQL's own packages.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-common \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install --yes --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*

COPY . .
# Collecting needs the settings but no server; the key is used for nothing and stays in no layer.
RUN python -m rollout.site.build \
 && EMR_MODE=production EMR_ALLOWED_HOSTS=localhost SECRET_KEY=only-while-building \
    DATABASE_URL=postgres://localhost/none REDIS_URL=redis://localhost/0 \
    EMR_STATIC_ROOT=/srv/emr/static-collected python manage.py collectstatic --no-input

# The process owns its data folder and can write nowhere else.
RUN useradd --system --no-create-home --uid 10001 emr \
 && mkdir -p /var/lib/emr/documents /var/lib/emr/backups && chown -R emr: /var/lib/emr
USER emr
ENV EMR_MODE=production EMR_VAR=/var/lib/emr EMR_STATIC_ROOT=/srv/emr/static-collected \
    EMR_BIND=0.0.0.0:8000
EXPOSE 8000
CMD ["gunicorn"]
