"""Sends records with the makers' own clients: the listener must be to them what they expect.

usage: shippers.py URL TOKEN
"""

import logging
import sys

from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk, streaming_bulk
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource

try:
    from opentelemetry.instrumentation.logging.handler import LoggingHandler
except ImportError:
    from opentelemetry.sdk._logs import LoggingHandler


def elastic(url: str, token: str) -> None:
    client = Elasticsearch(url, basic_auth=("any", token))
    assert client.info()["version"]["number"], "the client accepted the product"
    documents = ({"_index": "logs", "_id": str(n), "n": n} for n in range(200))
    taken, errors = bulk(client, documents)
    assert (taken, errors) == (200, []), (taken, errors)
    documents = ({"_op_type": "create", "_index": "logs", "n": n} for n in range(50))
    answers = list(streaming_bulk(client, documents, raise_on_error=False))
    assert all(ok for ok, _ in answers), answers


def otlp(url: str, token: str, compression: Compression, count: int) -> None:
    exporter = OTLPLogExporter(
        endpoint=f"{url}/v1/logs",
        headers={"Authorization": f"Bearer {token}"},
        compression=compression,
    )
    provider = LoggerProvider(resource=Resource.create({"host.name": "gate"}))
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = logging.getLogger(f"shipper.{compression.name}")
    logger.propagate = False
    logger.addHandler(LoggingHandler(logger_provider=provider))
    for n in range(count):
        logger.warning("known from otlp", extra={"n": n})
    assert provider.force_flush(), "everything was taken"
    provider.shutdown()


if __name__ == "__main__":
    elastic(*sys.argv[1:3])
    otlp(*sys.argv[1:3], Compression.Gzip, 150)
    otlp(*sys.argv[1:3], Compression.NoCompression, 100)
