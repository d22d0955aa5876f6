"""The product beside other gateways, in what breaks: `python -m benchmarks peers`."""
