# The set-up step of a sandbox: process 1 of its namespaces.
# Mounts the sandbox's own view of the machine, leaves the machine's view, starts the process, and waits for the
# assignment: which code the process serves. Then it mounts that code and opens the gate, the process's fd 0, with a
# line "go" and what else was sent for it.
#
#   fd 0  from the platform: the assignment, then whatever the process reads on its fd 3
#   fd 1  to the platform: what the process writes on its fd 4
#   fd 2  the process's stdout and stderr
#
# $1 the new root   $2 the fstab of the fixed mounts   $3 cgroup.procs files to join   $4 the process's own user, or nothing
# then the command that drops all rights and becomes the process
set -e
root=$1 mounts=$2 groups=$3 user=$4
shift 4
path=$PATH PATH=/usr/sbin:/sbin:$PATH
for group in $groups; do echo $$ > "$group"; done
read -r _ _ width < /proc/self/uid_map
# In a user namespace of our own: one more for the process, and then no further one.
if [ "$width" = 1 ]; then echo 1 > /proc/sys/user/max_user_namespaces || :; fi
if [ -n "$user" ]; then chown "$user" /proc/self/fd/1 /proc/self/fd/2; fi
mount -n -a -T "$mounts"
cd "$root"
pivot_root . .
umount -n -l .
cd /
ulimit -n 1024 || :
exec 3<&0 4>&1
status=0
{
    set -e
    exec 4>&-
    read -r code opt scratch size
    {
        echo "/.library/$code /var/task none bind 0 0"
        [ "$opt" = - ] || echo "/.library/$opt /opt none bind 0 0"
        echo "tmpfs /tmp tmpfs nosuid,nodev,size=$scratch,mode=1777 0 0"
        # Covers the library: from here on nobody in this sandbox sees other code than its own.
        echo "tmpfs /.library tmpfs ro,size=4k,mode=000 0 0"
        echo "tmpfs /run tmpfs ro,size=4k,mode=755 0 0"
    } > /run/fstab
    mount -n -a -T /run/fstab
    echo go
    [ "$size" = 0 ] || head -c "$size" <&3
} | PATH=$path "$@" 1>&2 || status=$?
exit $status
