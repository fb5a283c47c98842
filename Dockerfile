# The app with the CPU build of PyTorch. Give the index address that PyTorch's "Get started" page shows for Linux, Pip, CPU:
#   docker build --build-arg PIP_EXTRA_INDEX_URL=ADDRESS -t interviewer .
# Without it pip takes the CUDA build, gigabytes that are of no use here.
FROM python:3.11-slim

ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_EXTRA_INDEX_URL=$PIP_EXTRA_INDEX_URL PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1

WORKDIR /app
COPY constraints.txt ./
# First and alone: by far the largest, and it seldom changes.
RUN pip install -c constraints.txt torch
COPY pyproject.toml README.md LICENSE ./
COPY prompts prompts
COPY knowledge knowledge
COPY interviewer interviewer
COPY evals evals
COPY ui ui
RUN pip install -c constraints.txt .

RUN useradd --create-home interviewer && mkdir /home/interviewer/data && chown interviewer /home/interviewer/data
USER interviewer
ENV INTERVIEWER_HOME=/home/interviewer/data INTERVIEWER_PORT=7860
VOLUME /home/interviewer/data
EXPOSE 7860
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/', timeout=4)"]
CMD ["interviewer", "serve", "--host", "0.0.0.0"]
