"""Ways out of sandboxes, of the kinds that were published against others.

Each sets `answer` only where it got what it should not; a program that is held back raises or is
ended. FILE holds a secret, NAME is a variable of the host's environment with the same secret, PID
and PORT are the host's.
"""

# ruff: noqa: E501 - a program a line

from __future__ import annotations

LEAK = "\nif CANARY_LIKE not in str(got): raise SystemError('held back')\nanswer = got"

# Reading what is not theirs.
READ = {
    "open": "got = open('FILE').read()",
    "open bytes": "got = open('FILE', 'rb').read()",
    "io": "import io\ngot = io.open('FILE').read()",
    "io.FileIO": "import io\ngot = io.FileIO('FILE').readall()",
    "_io": "import _io\ngot = _io.open('FILE').read()",
    "io.open_code": "import io\ngot = io.open_code('FILE').read()",
    "os.open": "import os\ngot = os.read(os.open('FILE', 0), 99)",
    "posix": "import posix\ngot = posix.read(posix.open('FILE', 0), 99)",
    "pathlib": "from pathlib import Path\ngot = Path('FILE').read_text()",
    "codecs": "import codecs\ngot = codecs.open('FILE').read()",
    "linecache": "import linecache\ngot = linecache.getline('FILE', 1)",
    "fileinput": "import fileinput\ngot = ''.join(fileinput.input('FILE'))",
    "shutil": "import shutil\nshutil.copy('FILE', 'copy')\ngot = open('copy').read()",
    "mmap": "import mmap, os\nf = os.open('FILE', 0)\ngot = mmap.mmap(f, 0, prot=1)[:]",
    "relative": "got = open('../' * 20 + 'FILE'.lstrip('/')).read()",
    "symlink": "import os\nos.symlink('FILE', 'link')\ngot = open('link').read()",
    "hard link": "import os\nos.link('FILE', 'link')\ngot = open('link').read()",
    "chdir": "import os\nos.chdir(os.path.dirname('FILE'))\ngot = os.listdir('.')",
    "listing": "import os\ngot = os.listdir(os.path.dirname('FILE')), open('FILE').read()",
    "sendfile": "import os\nos.sendfile(1, os.open('FILE', 0), 0, 99)\ngot = 'CANARY'",
    "loader": "import importlib.util as u\ns = u.spec_from_file_location('m', 'FILE')\n"
    "m = u.module_from_spec(s)\ngot = s.loader.get_data('FILE')",
    "zipimport": "import zipimport\ngot = zipimport.zipimporter('FILE')",
    "sqlite": "import sqlite3\ngot = sqlite3.connect('FILE').execute('select 1').fetchall()\nopen('FILE')",
    "environ": "import os\ngot = os.environ['NAME']",
    "environ bytes": "import os\ngot = os.environb[b'NAME']",
    "getenv": "import os\ngot = os.getenv('NAME')",
    "proc environ": "got = open('/proc/self/environ').read()",
    "proc parent": "got = open('/proc/PID/environ').read()",
    "proc parent memory": "got = open('/proc/PID/mem', 'rb').read(9)",
    "proc maps": "got = open('/proc/self/maps').read() and 'CANARY'",
    "proc fd": "import os\ngot = [open(f'/proc/PID/fd/{i}').read() for i in range(3)]",
    "proc root": "got = open('/proc/self/root' + 'FILE').read()",
    "proc cwd": "got = open('/proc/PID/cwd/x').read()",
    "passwd": "got = open('/etc/passwd').read() and 'CANARY'",
    "shadow": "got = open('/etc/shadow').read() and 'CANARY'",
    "handles": "import os\ngot = [os.read(i, 99) for i in range(5, 60)]",
    "ctypes open": "import ctypes\nc = ctypes.CDLL(None)\nb = ctypes.create_string_buffer(99)\n"
    "f = c.open(b'FILE', 0)\nc.read(f, b, 99)\ngot = b.value",
    "ctypes getenv": "import ctypes\nc = ctypes.CDLL(None)\nc.getenv.restype = ctypes.c_char_p\n"
    "got = c.getenv(b'NAME')",
    "ctypes syscall": "import ctypes\nc = ctypes.CDLL(None)\nb = ctypes.create_string_buffer(99)\n"
    "f = c.syscall(257, -100, b'FILE', 0)\nc.syscall(0, f, b, 99)\ngot = b.value",
    "process_vm_readv": "import ctypes\nc = ctypes.CDLL(None)\n"
    "if c.syscall(310, PID, 0, 0, 0, 0, 0) >= 0: got = 'CANARY'\nelse: raise OSError('held')",
    "ptrace": "import ctypes\nc = ctypes.CDLL(None)\n"
    "if c.ptrace(16, PID, 0, 0) == 0: got = 'CANARY'\nelse: raise OSError('held')",
}
# Inside Python: each ends in a file, which must be what holds.
REACH = {
    "subclasses": "for c in ().__class__.__base__.__subclasses__():\n"
    "    if c.__name__ == 'FileLoader': got = c('m', 'FILE').get_data('FILE')",
    "globals of a function": "def f(): pass\ngot = f.__globals__['__builtins__'].open('FILE').read()",
    "builtins": "got = __builtins__['open']('FILE').read() if isinstance(__builtins__, dict)"
    " else __builtins__.open('FILE').read()",
    "import function": "got = __import__('builtins').open('FILE').read()",
    "getattr": "got = getattr(__import__('o' + 's'), 'po' + 'pen')('cat FILE').read()",
    "format path": "class A: pass\ngot = open('{0.__class__}'.format('FILE') and 'FILE').read()",
    "string.Formatter": "import string\nv = string.Formatter().get_field('0.__class__', ['x'], {})\n"
    "got = open('FILE').read()",
    "frames": "import sys\ngot = sys._getframe().f_builtins['open']('FILE').read()",
    "traceback frames": "try: 1 / 0\nexcept Exception as e:\n"
    "    got = e.__traceback__.tb_frame.f_builtins['open']('FILE').read()",
    "generator frames": "g = (x for x in [1])\ngot = g.gi_frame.f_builtins['open']('FILE').read()",
    "coroutine frames": "async def f(): pass\nc = f()\n"
    "o = c.cr_frame.f_builtins['open']\nc.close()\ngot = o('FILE').read()",
    "except star": "try: raise ExceptionGroup('e', [ValueError()])\nexcept* ValueError as g:\n"
    "    got = g.__traceback__.tb_frame.f_builtins['open']('FILE').read()",
    "match class": "import os\nmatch os:\n    case object(open=o): got = os.read(o('FILE', 0), 99)",
    "descriptor": "class A:\n    def __get__(self, *_): return open('FILE').read()\n"
    "class B: a = A()\ngot = B().a",
    "metaclass": "class M(type):\n    def __getattr__(c, n): return open('FILE').read()\n"
    "class A(metaclass=M): pass\ngot = A.x",
    "decorator": "@lambda f: open('FILE').read()\ndef got(): pass",
    "eval": "got = eval(\"open('FILE').read()\")",
    "exec": "exec(\"got = open('FILE').read()\")",
    "compile": "exec(compile(\"got = open('FILE').read()\", 'x', 'exec'))",
    "code object": "def f(): return open('FILE').read()\nimport types\n"
    "got = types.FunctionType(f.__code__, {'__builtins__': __builtins__})()",
    "pickle": "import pickle\ngot = pickle.loads(b\"cbuiltins\\nopen\\n(S'FILE'\\ntR.\").read()",
    "marshal": "import marshal\nexec(marshal.loads(marshal.dumps("
    "compile(\"got = open('FILE').read()\", 'x', 'exec'))))",
    "gc": "import gc\nf = [o for o in gc.get_objects() if callable(o)"
    " and getattr(o, '__name__', '') == 'open'][0]\ngot = f('FILE').read()",
    "audit hook": "import sys\nsys.addaudithook(lambda *a: None)\ngot = open('FILE').read()",
    "reload": "import importlib, io\nimportlib.reload(io)\ngot = io.open('FILE').read()",
    "sys.modules": "import sys\ngot = sys.modules['io'].open('FILE').read()",
    "finaliser": "class A:\n    def __del__(self): global got; got = open('FILE').read()\ndel A\n"
    "got = open('FILE').read()",
}
# Doing what is not theirs.
ACT = {
    "fork": "import os\nif os.fork() == 0: os._exit(0)\nanswer = 'ESCAPED'",
    "fork bomb": "import os\nwhile True: os.fork()",
    "forkpty": "import pty\npty.fork()\nanswer = 'ESCAPED'",
    "spawn": "import os\nos.posix_spawn('/bin/true', ['true'], {})\nanswer = 'ESCAPED'",
    "system": "import os\nif os.system('true') != 0: raise OSError('held')\nanswer = 'ESCAPED'",
    "subprocess": "import subprocess\nsubprocess.run(['/bin/true'], check=True)\nanswer = 'ESCAPED'",
    "exec program": "import os\nos.execv('/bin/true', ['true'])",
    "multiprocessing": "import multiprocessing\nmultiprocessing.Process(target=print).start()\n"
    "answer = 'ESCAPED'",
    "thread": "import _thread\n_thread.start_new_thread(print, ())\nanswer = 'ESCAPED'",
    "tcp": "import socket\nsocket.create_connection(('127.0.0.1', PORT))\nanswer = 'ESCAPED'",
    "udp": "import socket\ns = socket.socket(2, 2)\ns.sendto(b'x', ('127.0.0.1', PORT))\n"
    "answer = 'ESCAPED'",
    "unix socket": "import socket\nsocket.socketpair()\nanswer = 'ESCAPED'",
    "listen": "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\nanswer = 'ESCAPED'",
    "raw socket": "import socket\nsocket.socket(17, 3)\nanswer = 'ESCAPED'",
    "urllib": "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:PORT')\n"
    "answer = 'ESCAPED'",
    "name look-up": "import socket\nsocket.getaddrinfo('example.org', 80)\nanswer = 'ESCAPED'",
    "kill the host": "import os\nos.kill(PID, 0)\nanswer = 'ESCAPED'",
    "kill the group": "import os\nos.killpg(0, 0)\nanswer = 'ESCAPED'",
    "write": "open('x', 'w').write('x')\nanswer = 'ESCAPED'",
    "write there": "open('FILE', 'a').write('x')\nanswer = 'ESCAPED'",
    "truncate": "import os\nos.truncate('FILE', 0)\nanswer = 'ESCAPED'",
    "unlink": "import os\nos.unlink('FILE')\nanswer = 'ESCAPED'",
    "rename": "import os\nos.rename('FILE', 'FILE.2')\nanswer = 'ESCAPED'",
    "chmod": "import os\nos.chmod('FILE', 0)\nanswer = 'ESCAPED'",
    "chown": "import os\nos.chown('FILE', 1, 1)\nanswer = 'ESCAPED'",
    "utime": "import os\nos.utime('FILE', (1, 1))\nanswer = 'ESCAPED'",
    "mkdir": "import os\nos.mkdir('d')\nanswer = 'ESCAPED'",
    "mkfifo": "import os\nos.mkfifo('f')\nanswer = 'ESCAPED'",
    "device": "import os\nos.mknod('d', 0o600 | 0o20000, os.makedev(1, 3))\nanswer = 'ESCAPED'",
    "temporary file": "import tempfile\ntempfile.TemporaryFile().write(b'x')\nanswer = 'ESCAPED'",
    "memory file": "import os\nos.memfd_create('x')\nanswer = 'ESCAPED'",
    "disk fill": "f = open('x', 'wb')\nwhile True: f.write(b'x' * 10**7)",
    "chroot": "import os\nos.chroot('/')\nanswer = 'ESCAPED'",
    "mount": "import ctypes\nif ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, 0) != 0:\n"
    "    raise OSError('held')\nanswer = 'ESCAPED'",
    "user namespace": "import ctypes\nif ctypes.CDLL(None).unshare(0x10000000) != 0:\n"
    "    raise OSError('held')\nanswer = 'ESCAPED'",
    "setuid": "import os\nos.setuid(1)\nanswer = 'ESCAPED'",
    "nice": "import os\nos.nice(-5)\nanswer = 'ESCAPED'",
    "limits up": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n"
    "answer = 'ESCAPED'",
    "limits of others": "import resource\nresource.prlimit(PID, resource.RLIMIT_NOFILE, (1, 1))\n"
    "answer = 'ESCAPED'",
    "host name": "import socket\nsocket.sethostname('x')\nanswer = 'ESCAPED'",
    "clock": "import time\ntime.clock_settime(0, 1)\nanswer = 'ESCAPED'",
    "bpf": "import ctypes\nif ctypes.CDLL(None).syscall(321, 0, 0, 0) < 0: raise OSError('held')\n"
    "answer = 'ESCAPED'",
    "io_uring": "import ctypes\nif ctypes.CDLL(None).syscall(425, 1, 0) < 0: raise OSError('held')\n"
    "answer = 'ESCAPED'",
    "key ring": "import ctypes\nif ctypes.CDLL(None).syscall(250, 0, -3) < 0: raise OSError('held')\n"
    "answer = 'ESCAPED'",
    "32 bit calls": "import ctypes\nif ctypes.CDLL(None).syscall(0x40000000 + 57) < 0:\n"
    "    raise OSError('held')\nanswer = 'ESCAPED'",
}
# Taking more than is allowed, or breaking down.
TAKE = {
    "endless loop": "while True: pass",
    "endless loop in C": "answer = 9 ** 9 ** 9",
    "endless sleep": "import time\ntime.sleep(10**6)",
    "caught in a loop": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "slow expression": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')\nraise OSError('matched')",
    "memory": "answer = [0] * 10**11",
    "memory bit by bit": "x = []\nwhile True: x.append('y' * 10**6)",
    "memory of a text": "answer = 'x' * 10**11",
    "memory of bytes": "answer = bytearray(10**11)",
    "recursion": "def f(): return f()\nf()",
    "deep recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return [f(n + 1)]\nf(0)",
    "deep data": "x = []\nfor _ in range(10**5): x = [x]\nanswer = x",
    "circular data": "x = []\nx.append(x)\nanswer = x",
    "flood": "while True: print('x' * 1000)",
    "flood of errors": "import sys\nwhile True: sys.stderr.write('x' * 1000)",
    "large result": "answer = ['x' * 1000] * 10**6",
    "shared data": "x = 'y' * 1000\nfor i in range(8): x = [x] * 1000\nanswer = x",
    "no data": "answer = object()",
    "no result": "pass",
    "exit": "import sys\nsys.exit(0)",
    "hard exit": "import os\nos._exit(0)",
    "abort": "import os\nos.abort()",
    "crash": "import ctypes\nctypes.string_at(0)",
    "code that crashes": "import types\ndef f(): pass\n"
    "f.__code__ = f.__code__.replace(co_code=b'\\x01\\x02' * 9)\nf()",
    "raise system exit": "raise SystemExit('answer')",
    "keyboard interrupt": "raise KeyboardInterrupt",
    "stop the output": "import os\nfor i in range(99):\n    try: os.close(i)\n    except OSError: pass",
    "stop": "import signal, os\nos.kill(os.getpid(), signal.SIGSTOP)\nwhile True: pass",
}
