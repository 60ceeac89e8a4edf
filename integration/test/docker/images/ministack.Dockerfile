# Stands in for MiniStack's own image, and as its health endpoint is compatible, for LocalStack's.
FROM public.ecr.aws/docker/library/node:22-alpine
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/*
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt
COPY requirements.txt /tmp/
RUN python3 -m venv /opt/ministack \
    && grep -v ^awscli /tmp/requirements.txt > /tmp/base.txt \
    && /opt/ministack/bin/pip install --quiet --no-cache-dir --requirement /tmp/base.txt
ENV GATEWAY_PORT=4566 BIND_HOST=0.0.0.0 LAMBDA_EXECUTOR=local PATH=/opt/ministack/bin:$PATH
EXPOSE 4566
ENTRYPOINT []
# The port that LocalStack's image announces itself with, too.
CMD ["sh", "-c", "echo Ready. && exec ministack"]
