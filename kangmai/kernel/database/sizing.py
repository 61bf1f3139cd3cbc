"""Server settings fitted to the memory of the machine."""

import os
from collections.abc import Mapping
from pathlib import Path


def machine_memory_mb() -> int:
    """The memory of this machine, or of the control group it runs in if that is less, in MB."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        text = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        text = "max"
    return min(physical, int(text) if text.isdigit() else physical) // 2**20


LEAST_CONNECTIONS = 100
BESIDE_REQUESTS = 40
"""Connections of the worker, of readers of the audit trail, of commands and of the server's own programs."""
WORKERS, THREADS = 1, 24
"""Processes and threads of the server where the environment names no others."""


def connections(environment: Mapping[str, str]) -> int:
    """Connections for every thread of the server, which may hold two, and for all else."""
    workers = int(environment.get("KANGMAI_WORKERS", WORKERS))
    threads = int(environment.get("KANGMAI_THREADS", THREADS))
    return max(LEAST_CONNECTIONS, 2 * workers * threads + BESIDE_REQUESTS)


def settings(memory_mb: int) -> dict[str, str]:
    """The PostgreSQL settings for a machine with `memory_mb` MB that also runs Kangmai itself.

    A fifth of the memory becomes shared buffers. Commits stay synchronous: an acknowledged write
    survives a power cut.
    """
    shared = max(64, min(memory_mb // 5, 8192))
    return {
        "listen_addresses": "",
        "max_connections": str(connections(os.environ)),
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{memory_mb // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(64, min(memory_mb // 16, 1024))}MB",
        "max_wal_size": "8GB" if memory_mb > 7000 else "2GB",
        "min_wal_size": "512MB",
        "wal_level": "replica",
        "wal_compression": "off",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "autovacuum_vacuum_insert_scale_factor": "0.05",
        "idle_in_transaction_session_timeout": "10min",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
