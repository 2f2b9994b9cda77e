# Runs a command in a terminal of its own, as a terminal window does, shows what it says and how it ended. Until one letter is
# read from stdin: at `p` it only stops reading, at `c` it closes the terminal, at `l` it leaves the shell in it.
# usage: terminal.py own|lent|background COMMAND...   (lent: it writes there, but no signal tells it that the terminal was
# closed; background: of a shell, and it does not write to the terminal)
import os, pty, select, subprocess, sys

kind, command = sys.argv[1], sys.argv[2:]
if kind == 'own':
    pid, master = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
elif kind == 'background':
    os.dup2(1, 3)
    pid, master = pty.fork()
    if pid == 0:
        background = '"$@" </dev/null >&3 2>&3 & echo pid $! >&3; read left'
        os.execv('/bin/sh', ['sh', '-mc', background, 'sh', *command])
else:
    master, slave = os.openpty()
    pid = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True).pid
    os.close(slave)
if kind != 'background':
    print('pid', pid, flush=True)

while True:
    ready, _, _ = select.select([0, master], [], [])
    if master in ready:
        try:
            said = os.read(master, 65536)
        except OSError:
            break
        os.write(1, said)
    else:
        order = os.read(0, 1)
        if order == b'c':
            os.close(master)
        elif order == b'l':
            os.write(master, b'\n')
        break
_, status = os.waitpid(pid, 0)
print('status', os.waitstatus_to_exitcode(status), flush=True)
