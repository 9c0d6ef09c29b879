# The platform as it runs in production. The demonstration's servers are not in it.

FROM python:3.11-slim AS packages
RUN python -m venv /platform/packages
COPY requirements.lock .
RUN /platform/packages/bin/pip install --no-cache-dir --require-hashes \
    --requirement requirements.lock

FROM python:3.11-slim
ENV PATH=/platform/packages/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=efus.settings STATIC_ROOT=/platform/static
RUN useradd --system --no-create-home --home-dir /nonexistent platform
COPY --from=packages /platform/packages /platform/packages
WORKDIR /platform/efus
COPY manage.py ./
COPY efus efus/
COPY cities cities/
COPY practices practices/
COPY templates templates/
COPY static static/
COPY locale locale/
# Neither step reads a secret or meets a server; production settings come when it starts.
RUN python -m babel.messages.frontend compile --directory locale --domain django \
    && EFUS_ENVIRONMENT=build SECRET_KEY=only-for-this-step \
        python manage.py collectstatic --noinput --verbosity=0
# A volume that is mounted here begins as this folder: writable for who runs.
RUN mkdir /platform/files && chown platform: /platform/files
USER platform
EXPOSE 8000
CMD ["gunicorn", "efus.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", \
    "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
