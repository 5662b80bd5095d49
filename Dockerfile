# The sandbox as a container image. docs/recipes.md says how to build and run it, docs/hosting.md how to let others reach it.
FROM python:3.11-slim AS build
WORKDIR /source
COPY pyproject.toml README.md CHANGELOG.md LICENSE openapi.yaml ./
COPY fixtures fixtures
COPY sandbox/sequences_sandbox sandbox/sequences_sandbox
COPY sandbox/client/sequences_sandbox_client sandbox/client/sequences_sandbox_client
COPY contract_tests/sequences_contract contract_tests/sequences_contract
RUN python -m venv /opt/sandbox && /opt/sandbox/bin/pip install --no-cache-dir ".[postgres]"

FROM python:3.11-slim
RUN useradd --system --uid 10001 sandbox
COPY --from=build /opt/sandbox /opt/sandbox
ENV PATH=/opt/sandbox/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2
USER sandbox
EXPOSE 4010
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["python", "-m", "sequences_sandbox.server.health"]
ENTRYPOINT ["sequences-sandbox", "serve", "--host", "0.0.0.0"]
