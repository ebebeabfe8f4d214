# One image for sticks and routers. Nothing is compiled: every native module comes with binaries inside its npm package
# (docs/docker.md has the table). Only what every builder knows is used, so buildah, kaniko and the old docker build do, too.
#
#   docker build -t zte2mqtt .                                          the bridge
#   docker build -t zte2mqtt-home-assistant --target home-assistant .   the same as an app of Home Assistant
#   docker build --build-arg NODE_IMAGE=node:22-bookworm-slim …         where there is no Node 24, as on 32-bit ARM
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
# The packages carry binaries for every system; those of this one are enough.
RUN npm run build \
 && npm prune --omit=dev \
 && rm -f dist/.tsbuildinfo \
 && system="$(node -p 'process.platform + "-" + process.arch')" \
 && find node_modules -type d -path '*/prebuilds/*' ! -path "*/prebuilds/$system*" -prune -exec rm -r {} + \
 && other_libc="$(node -p 'process.report.getReport().header.glibcVersionRuntime ? "musl" : "gnu"')" \
 && rm -r node_modules/@libsql/*-"$other_libc"* \
 && find node_modules -type d -empty -delete

# The base without its package managers. A layer that only deletes would hide them and still ship them: the next stage
# takes what is left as one layer.
FROM ${NODE_IMAGE} AS system
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/share/man /usr/local/share/doc /opt/yarn* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
      /usr/local/bin/docker-entrypoint.sh /tmp/* /var/cache/apt/* /var/lib/apt/lists/*
# config/zte2mqtt.yaml, data/zte2mqtt.db and data/broker, where the bridge looks for them, are then all in the volume.
RUN mkdir -p /app /data \
 && ln -s /data /app/config \
 && ln -s /data /app/data \
 && ln -s /app/dist/main.js /usr/local/bin/zte2mqtt \
 && chown 1000:20 /data

FROM scratch AS bridge
ARG VERSION=unreleased
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="zte2mqtt" \
      org.opencontainers.image.description="Puts ZTE cellular modems on MQTT: SMS, USSD, signal and network state" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
COPY --from=system / /
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY LICENSE package.json ./
COPY --from=build /build/dist ./dist
RUN chmod 755 dist/main.js
# The port answers inside the container only; HEALTHCHECK asks it.
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    ZTE2MQTT_HEALTH_PORT=8383
# No name: the numbers hold on every base. 20 is dialout, the group of serial ports, on Debian and its kin.
USER 1000:20
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
  CMD ["node", "/app/dist/main.js", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/main.js"]

# Home Assistant hands over the options in a file that only root may read, and runs the container as it is.
FROM bridge AS home-assistant
ARG VERSION=unreleased
# amd64 or aarch64, the words of Home Assistant
ARG HASS_ARCH=amd64
LABEL io.hass.type="addon" \
      io.hass.version="${VERSION}" \
      io.hass.arch="${HASS_ARCH}"
USER 0:0
# What the form of the app has no field for stands in zte2mqtt.yaml, in the app's own configuration folder.
RUN rm /app/config && ln -s /config /app/config
ENV ZTE2MQTT_LOG_PRETTY=true
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "/app/dist/main.js", "addon", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/main.js", "addon"]

# What is built when no target is named.
FROM bridge
