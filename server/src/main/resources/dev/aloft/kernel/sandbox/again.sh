# The set-up step of a sandbox whose processes have ended and whose files are as they left them: process 1 of new
# namespaces that sees the old mounts. Goes on with serve.sh.
#
# $1 the process's own user, or nothing
# then the command that drops all rights and becomes the process
set -e
user=$1
shift 1
path=$PATH PATH=/usr/sbin:/sbin:$PATH
mount -n -t proc -o nosuid,nodev,noexec,hidepid=2 proc /proc
read -r _ _ width < /proc/self/uid_map
exec 9> /dev/null
if [ "$width" = 1 ]; then
    # The kernel takes a moment to forget the namespaces of processes that ended.
    echo 8 > /proc/sys/user/max_user_namespaces
    exec 9> /proc/sys/user/max_user_namespaces 8> /proc/sys/user/max_user_namespaces
    { exec < /dev/null > /dev/null 2>&1; sleep 2; echo 1 >&8; } &
    exec 8>&-
fi
for name in sys irq bus fs sysrq-trigger; do
    if [ -e "/proc/$name" ]; then mount -n --bind -o ro,nosuid,nodev,noexec "/proc/$name" "/proc/$name"; fi
done
if [ -n "$user" ]; then chown "$user" /proc/self/fd/1 /proc/self/fd/2; fi
assigned() { [ "$hold" = - ] || echo 12 >&9; }
