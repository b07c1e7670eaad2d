# The set-up step of a process beside that of a sandbox: it sees the same files, and its own processes only.
#
# $1 the process's own user, or nothing
# then the command that drops all rights and becomes the process
set -e
user=$1
shift 1
path=$PATH PATH=/usr/sbin:/sbin:$PATH
mount -n -t proc -o nosuid,nodev,noexec,hidepid=2 proc /proc
for name in sys irq bus fs sysrq-trigger; do
    if [ -e "/proc/$name" ]; then mount -n --bind -o ro,nosuid,nodev,noexec "/proc/$name" "/proc/$name"; fi
done
if [ -n "$user" ]; then chown "$user" /proc/self/fd/1; fi
ulimit -n 1024 || :
ulimit -c 0 || :
# Some shells call it u, some p.
ulimit -u 1024 2> /dev/null || ulimit -p 1024 || :
# What a shell says of a process that ended by a signal is none of the process's own lines.
exec 5>&2 2> /dev/null
status=0
( PATH=$path; exec "$@" 2>&5 5>&- ) || status=$?
exit $status
