"""The embedding server: an encoder of the course that many clients share, over ZeroMQ and over HTTP.

    tlcourse serve --model minilm --http 8000

As in bert-as-service (Xiao 2018), texts go from a ventilator to workers, one process each, and from those to
a sink: large requests are split and merged, small ones computed together. `bert-serving-client` and `openai`
connect unchanged.

From the outside inwards: `command` (what is typed), `settings`, `http_front` and `wire` (the two languages
spoken), `server` (the loop between them), `ventilator`, `waiting`, `crew`, `sink`, `outlet`, and in each
worker `worker`, `embedding`, `pooling`. `on_ray` puts the same encoder onto a cluster.
"""
