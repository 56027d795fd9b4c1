"""The shortest project file."""

from typing import Final

SHORT: Final = """\
trueup: 1
model: bank
data: calls.parquet
time: timestamp
label: subscribed
metric: average_precision
"""
