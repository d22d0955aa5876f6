"""E-locks and readers that speak OSDP 2.2 (IEC 60839-11-5), with its secure channel and never
without, by libosdp."""
