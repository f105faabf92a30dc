# One image for web, worker, beat and the migration; docker-compose.yml says which command each runs.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt

COPY manage.py pyproject.toml ./
COPY portal portal
COPY curation curation
COPY partnerships partnerships
COPY templates templates
COPY static static
COPY locale locale

# Settings ask for these; none is used to compile translations and none stays in the image.
RUN SECRET_KEY=build FIELD_ENCRYPTION_KEY=build FIELD_HASH_KEY=build DATABASE_URL=postgres:///build REDIS_URL=redis:// \
    python manage.py messages compile

RUN useradd --system --home-dir /var/lib/mitrapasok --create-home mitrapasok
USER mitrapasok
ENV STATE_DIR=/var/lib/mitrapasok
VOLUME /var/lib/mitrapasok
EXPOSE 8000

CMD ["gunicorn", "portal.config.wsgi:application", "--bind", "0.0.0.0:8000", "--threads", "4", "--preload", "--no-control-socket"]
