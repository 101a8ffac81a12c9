# The headless node: fuses and records on the command line. `docker build -t cs2fusion-live .`, then for example
# `docker run --rm --user $(id -u):$(id -g) -v "$PWD:/data" cs2fusion-live fuse IR.mp4 VIS.mp4 -o OUT.mkv`
# release/rehearse.sh does the same steps where there is no Docker; keep the two alike.
FROM python:3.13-slim
# What OpenCV and PyAV load; no window is ever opened here.
RUN apt-get update && apt-get install --yes --no-install-recommends libxcb1 libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/cs2fusion-live
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY fusion_app fusion_app
COPY models models
COPY training training
COPY assets assets
# The first index has torch for the CPU, a tenth of the size; for a GPU: docker build --build-arg TORCH_INDEX= .
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN python -m venv /opt/venv && PIP_EXTRA_INDEX_URL=$TORCH_INDEX /opt/venv/bin/pip install --no-cache-dir \
    --constraint requirements.lock '.[cpu]'
ENV PATH=/opt/venv/bin:$PATH CS2FUSION_CACHE=/tmp/cs2fusion-cache CS2FUSION_LOGS=/tmp/cs2fusion-logs
WORKDIR /data
ENTRYPOINT ["cs2fusion-live"]
CMD ["doctor"]
