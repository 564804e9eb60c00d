"""Reads a file with pandas and checks it with pandera: the peer of the data benchmark. Prints what it took as JSON."""

import json
import resource
import sys
import time

import pandas as pd
import pandera.pandas as pa

path, kind = sys.argv[1:3]

wall, processor = time.perf_counter(), time.process_time()
if kind == "jsonl":
    frame = pd.read_json(path, lines=True)
else:
    frame = pd.read_csv(path)
schema = pa.DataFrameSchema(
    {
        "order": pa.Column(str, unique=True),
        "customer": pa.Column(str, nullable=False),
        "amount": pa.Column(float, pa.Check.in_range(0, 1000)),
        "category": pa.Column(str, pa.Check.isin(["books", "garden, home", "toys", "food", '"other"'])),
        "code": pa.Column(str, pa.Check.str_matches(r"^[A-Z]{3}-\d{4}$")),
    }
)
found = {}
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as errors:
    found = errors.failure_cases.groupby("column").size().to_dict()
    # Of a key that comes twice both rows are reported.
    found["order"] //= 2

print(
    json.dumps(
        {
            "wallMs": (time.perf_counter() - wall) * 1000,
            "processorMs": (time.process_time() - processor) * 1000,
            "maxRssKiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "rows": len(frame),
            "found": {column: int(count) for column, count in found.items()},
        }
    )
)
