# A nodeos, for relay nodes and for the oracles' node: a release package of Leap (or Spring) on the Ubuntu that it is made for.
#   docker build -f deploy/docker/nodeos.Dockerfile --build-arg NODEOS_DEB_SHA256=… -t bppool/nodeos deploy/docker
# The sha256 is to be read from the release's page, or taken from a package that you have checked yourself: without it nothing is built.
FROM ubuntu:22.04
ARG NODEOS_DEB_URL=https://github.com/AntelopeIO/leap/releases/download/v5.0.3/leap_5.0.3_amd64.deb
ARG NODEOS_DEB_SHA256
ADD ${NODEOS_DEB_URL} /tmp/nodeos.deb
RUN test -n "${NODEOS_DEB_SHA256}" \
  && echo "${NODEOS_DEB_SHA256}  /tmp/nodeos.deb" | sha256sum --check \
  && apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates /tmp/nodeos.deb \
  && rm -rf /tmp/nodeos.deb /var/lib/apt/lists/* \
  && useradd --uid 65532 --no-create-home --shell /usr/sbin/nologin nodeos \
  && install --directory --owner=65532 --group=65532 /data
USER 65532:65532
WORKDIR /data
HEALTHCHECK --interval=5s --timeout=5s --start-period=120s --retries=3 CMD ["cleos", "--no-auto-keosd", "--url", "http://127.0.0.1:8888", "get", "info"]
# It makes a folder for protocol features beside its config.ini unless told otherwise, and that is read-only here.
ENTRYPOINT ["nodeos", "--data-dir", "/data", "--config-dir", "/etc/nodeos", "--protocol-features-dir", "/data/protocol_features"]
