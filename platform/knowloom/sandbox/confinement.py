"""What a process may no longer do once it has confined itself; standard library only.

This file is run by the sandbox's child, which sees nothing of this package. Landlock lets it
read the standard library and what was named, and nothing else of the file system; it may write
nowhere, signal nobody, and bind or connect nothing. A seccomp filter lets it make only the system
calls that computing takes: no socket, no new process or program, no tracing, mount or key ring.
Both are the kernel's, hold for everything the process loads or compiles, and cannot be taken back.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable

LIMITS, LANDLOCK, FULL = "limits", "landlock", "landlock+seccomp"

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ = 1 << 2 | 1 << 3  # files, directories
_FS_BITS = ((1, 13), (2, 14), (3, 15), (5, 16))  # Landlock version, how many rights it knows
_NET_SINCE, _SCOPE_SINCE = 4, 6
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000
# Architecture as seccomp calls it, and the numbers of the calls that computing takes.
_CALLS = {
    "x86_64": (
        0xC000003E,
        "read 0 write 1 open 2 close 3 stat 4 fstat 5 lstat 6 poll 7 lseek 8 mmap 9 mprotect 10"
        " munmap 11 brk 12 rt_sigaction 13 rt_sigprocmask 14 rt_sigreturn 15 pread64 17 readv 19"
        " writev 20 access 21 select 23 sched_yield 24 mremap 25 madvise 28 dup 32 nanosleep 35"
        " getpid 39 exit 60 uname 63 fcntl 72 getcwd 79 readlink 89 gettimeofday 96 getrlimit 97"
        " getrusage 98 sysinfo 99 times 100 getuid 102 getgid 104 geteuid 107 getegid 108"
        " sigaltstack 131 gettid 186 time 201 futex 202 sched_getaffinity 204 getdents64 217"
        " restart_syscall 219 clock_gettime 228 clock_getres 229 clock_nanosleep 230"
        " exit_group 231 openat 257 newfstatat 262 readlinkat 267 faccessat 269 pselect6 270"
        " ppoll 271 set_robust_list 273 getrandom 318 membarrier 324 statx 332 rseq 334"
        " faccessat2 439",
    ),
    "aarch64": (
        0xC00000B7,
        "getcwd 17 dup 23 fcntl 25 faccessat 48 openat 56 close 57 getdents64 61 lseek 62 read 63"
        " write 64 readv 65 writev 66 pread64 67 pselect6 72 ppoll 73 readlinkat 78 newfstatat 79"
        " fstat 80 exit 93 exit_group 94 futex 98 set_robust_list 99 nanosleep 101"
        " clock_gettime 113 clock_getres 114 clock_nanosleep 115 sched_getaffinity 123"
        " sched_yield 124 restart_syscall 128 sigaltstack 132 rt_sigaction 134 rt_sigprocmask 135"
        " rt_sigreturn 139 times 153 uname 160 getrlimit 163 getrusage 165 gettimeofday 169"
        " getpid 172 getuid 174 geteuid 175 getgid 176 getegid 177 gettid 178 sysinfo 179 brk 214"
        " munmap 215 mremap 216 mmap 222 mprotect 226 madvise 233 getrandom 278 membarrier 283"
        " statx 291 rseq 293 faccessat2 439",
    ),
}


def limit(seconds: float, memory: int, files: int) -> None:
    """Set what the kernel counts: processor time, address space, open files; none is written."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def confine(readable: Iterable[str]) -> str:
    """Give up all that computing does not take; return how far that went.

    Args:
        readable: files and directories that may still be read.
    """
    if not sys.platform.startswith("linux"):
        return LIMITS
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0 or not _landlock(libc, readable):
        return LIMITS
    return FULL if _seccomp(libc) else LANDLOCK


def _landlock(libc: ctypes.CDLL, readable: Iterable[str]) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = max(bits for since, bits in _FS_BITS if since <= version)
    handled = [(1 << rights) - 1]
    if version >= _NET_SINCE:
        handled.append(0b11)  # bind, connect
    if version >= _SCOPE_SINCE:
        handled.append(0b11)  # abstract sockets, signals to others
    rules = struct.pack(f"{len(handled)}Q", *handled)
    ruleset = libc.syscall(_CREATE_RULESET, rules, len(rules), 0)
    if ruleset < 0:
        return False
    for path in readable:
        _may_read(libc, ruleset, path)
    restricted: bool = libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return restricted


def _may_read(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    """Let a path be read, and all below it; one that is not there is left out."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rights = _READ if os.path.isdir(path) else 1 << 2  # noqa: PTH112 - no pathlib in the child
    libc.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", rights, handle), 0)
    os.close(handle)


def _seccomp(libc: ctypes.CDLL) -> bool:
    if platform.machine() not in _CALLS:
        return False
    architecture, text = _CALLS[platform.machine()]
    numbers = [int(word) for word in text.split()[1::2]]
    program = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        *((_EQUAL, len(numbers) - i, 0, number) for i, number in enumerate(numbers)),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code)
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    return bool(libc.prctl(_SECCOMP, _FILTER, header, 0, 0) == 0)
