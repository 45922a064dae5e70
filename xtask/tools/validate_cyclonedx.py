"""Validates a CycloneDX 1.6 document against the official schema, strictly, as the schema's own library does."""

import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(Path(sys.argv[1]).read_text())
if error:
    sys.exit(f"{sys.argv[1]}: {error}")
print(f"{sys.argv[1]}: valid CycloneDX 1.6")
