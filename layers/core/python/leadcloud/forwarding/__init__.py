"""Passing requests on to controllers: one port, one forwarder per channel."""
