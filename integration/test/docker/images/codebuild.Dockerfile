# Stands in for CodeBuild's standard image: the programs that the buildspecs of this repository use.
FROM public.ecr.aws/docker/library/node:22-alpine
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
      bash curl docker.io git iptables jq procps python3-pip python3-venv unzip xz-utils zip \
    && rm -rf /var/lib/apt/lists/* /usr/lib/python3*/EXTERNALLY-MANAGED \
    && ln -s python3 /usr/bin/python
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt
COPY requirements.txt /tmp/
RUN python3 -m venv /opt/aws \
    && grep ^awscli /tmp/requirements.txt > /tmp/aws.txt \
    && /opt/aws/bin/pip install --quiet --no-cache-dir --requirement /tmp/aws.txt \
    && ln -s /opt/aws/bin/aws /usr/local/bin/aws
ENTRYPOINT []
CMD ["/bin/bash"]
