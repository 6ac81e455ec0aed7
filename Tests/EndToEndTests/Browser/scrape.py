"""Reads /metrics as Prometheus does: python scrape.py PORT, with prometheus_client."""

import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

text = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/metrics", timeout=60).read().decode()
families = {family.name: family for family in text_string_to_metric_families(text)}
for family in families.values():
    assert family.documentation and family.type in ("gauge", "counter"), family
    for sample in family.samples:
        assert sample.name.removesuffix("_total") == family.name, sample
trials = {s.labels["sweep"]: s.value for s in families["windrow_sweep_trials"].samples}
assert trials == {"grid": 6.0}, trials
state = {s.labels["state"] for s in families["windrow_sweep_state"].samples if s.value == 1}
assert state == {"finished"}, state
assert families["windrow_sweep_retried_attempts"].type == "counter"
print(len(families), "families")
