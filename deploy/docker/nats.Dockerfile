# A node of the NATS cluster, not as root. docker-compose.yml builds it; the configuration is mounted.
FROM nats:2.9.25-alpine
RUN mkdir /data && chown 65532:65532 /data
USER 65532:65532
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["wget", "--quiet", "--spider", "http://127.0.0.1:8222/healthz"]
ENTRYPOINT ["nats-server"]
CMD ["--config", "/etc/nats.conf"]
