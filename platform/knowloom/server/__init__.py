"""The managed local Neo4j: downloaded by checksum, one server a workspace."""

from knowloom.server.config import TESTS, WORK, Ports, Profile
from knowloom.server.local import LocalServer, ServerInfo

__all__ = ["TESTS", "WORK", "LocalServer", "Ports", "Profile", "ServerInfo"]
