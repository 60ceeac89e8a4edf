# Stands in for the official Go image, with Debian's Go.
FROM greenroom-test/debian:bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc golang-go libc6-dev \
    && rm -rf /var/lib/apt/lists/*
COPY authorities.crt /etc/ssl/certs/ca-certificates.crt
ENV GOPATH=/go
WORKDIR /go
CMD ["bash"]
