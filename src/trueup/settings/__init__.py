"""What does the owner want? trueup.yaml, read, checked and told in the loop's own words.

quantity   how durations, shares, rates and sizes are written
names      how metrics are called
fields     values between YAML and types
section    what every section is
triggers   the reasons to act
measures   the owner's numbers, and slices
sections   every key, its type, default and purpose
places     file, line and column
problems   what is wrong, in sentences
axis       how long a span is on this project's time axis
references whether what the file names exists
to_policy  what the loop is asked for
resolved   the file with nothing left unsaid; its JSON Schema
table      the owner's rows
guess      what `init` can tell from a table
template   what `init` writes
token      what opens the server
project    the checked file and where its things are
"""

from trueup.settings.project import HOME, Settings, load

__all__ = ["HOME", "Settings", "load"]
