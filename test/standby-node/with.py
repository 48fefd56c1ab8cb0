"""Runs a program of a standby at a time, on a disk and with limits that a test chooses: with.py PROGRAM CHANGES [TIMES [ARGUMENT…]]."""
import importlib.machinery
import importlib.util
import json
import sys

sys.dont_write_bytecode = True
path, changes, times = sys.argv[1], json.loads(sys.argv[2]), int((sys.argv + ['1'])[3])
loader = importlib.machinery.SourceFileLoader('agent', path)
agent = importlib.util.module_from_spec(importlib.util.spec_from_loader('agent', loader))
loader.exec_module(agent)
if 'booted' in changes:
    agent.ticks = lambda boot=agent.ticks, booted=changes.pop('booted'): boot() - booted
for name in ('now', 'ticks', 'is_clock_synchronised', 'free_gib', 'used_gib', 'is_read_only'):
    if name in changes:
        setattr(agent, name, lambda *_, value=changes.pop(name): value)
if changes.pop('unreadable', False):
    # Whoever runs the tests may be allowed to read everything.
    def refused(folder):
        raise PermissionError(13, 'Permission denied', folder)
    agent.os.scandir = refused
for name, value in changes.items():
    assert hasattr(agent, name), name
    setattr(agent, name, value)
if agent.os.geteuid():
    # Only root gives files away.
    agent.os.chown = agent.os.fchown = lambda *_: None
for _ in range(times):
    code = agent.main(sys.argv[4:])
sys.exit(code)
