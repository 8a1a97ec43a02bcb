# Swift builds, Debian gives the libraries, and the image holds the program and what it needs to run.
# Both bases exist for linux/amd64 and linux/arm64, so that
#   docker buildx build --platform linux/amd64,linux/arm64 --tag YOUR/deployment-relay:0.1.0 .
# makes both. For an image that can be made again to the byte, name the bases by digest.
FROM swift:6.3-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libcurl4-openssl-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The tests are not built; the package names them, so their folders must be there.
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product deployment-relay \
 && install -D "$(swift build -c release --show-bin-path)/deployment-relay" /out/deployment-relay \
 && strip /out/deployment-relay

FROM debian:bookworm-slim AS gather
# libcurl speaks to GitLab, libstdc++ belongs to Swift's runtime, ca-certificates lets TLS be verified,
# tzdata serves the dates of templates.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libcurl4 libstdc++6 ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/*
COPY config/image/gather /gather
COPY --from=build /out/deployment-relay /deployment-relay
RUN /gather /deployment-relay /image

FROM scratch
COPY --from=gather /image/ /
ARG REVISION=unknown
LABEL org.opencontainers.image.title="deployment-relay" \
      org.opencontainers.image.description="Makes GitLab's record of Argo CD's deployments true" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.documentation="README.md" \
      org.opencontainers.image.base.name="scratch"
# The record logs. All else is only read, so the root file system may be read-only.
ENV PATH=/usr/local/bin RELAY_DATA=/data
WORKDIR /data
VOLUME /data
USER 65532:65532
# Webhooks, and the admin address. Both listen on 127.0.0.1 unless RELAY_LISTEN and
# RELAY_ADMIN_LISTEN say otherwise; beyond loopback each needs a token.
EXPOSE 8080 8081
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s CMD ["deployment-relay", "health"]
ENTRYPOINT ["deployment-relay"]
CMD ["serve"]
