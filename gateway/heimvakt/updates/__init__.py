"""Signed configurations and programs: how a bundle is made, verified, put in place, tried and taken
back.

This is the updater's side, which is another process than the gateway: a program cannot be trusted
to judge itself.
"""
