# The set-up step of a sandbox: process 1 of its namespaces.
# Mounts the sandbox's own view of the machine, leaves the machine's view, and goes on with serve.sh.
#
# $1 the new root   $2 the fstab of the fixed mounts   $3 cgroup.procs files to join   $4 the process's own user, or nothing
# then the command that drops all rights and becomes the process
set -e
# On a machine without memory a function ends before anything else does.
echo 1000 > /proc/self/oom_score_adj || :
root=$1 mounts=$2 groups=$3 user=$4
shift 4
path=$PATH PATH=/usr/sbin:/sbin:$PATH
for group in $groups; do echo $$ > "$group"; done
read -r _ _ width < /proc/self/uid_map
# In a user namespace of our own: one more for the process and for each that may be started beside it, and then no
# further one.
exec 9> /dev/null
if [ "$width" = 1 ] && echo 1 > /proc/sys/user/max_user_namespaces; then exec 9> /proc/sys/user/max_user_namespaces; fi
if [ -n "$user" ]; then chown "$user" /proc/self/fd/1 /proc/self/fd/2; fi
mount -n -a -T "$mounts"
cd "$root"
pivot_root . .
umount -n -l .
cd /
# By this name the platform knows that it can mount what is assigned, where it may.
printf sandbox > /proc/self/comm
assigned() {
    [ "$code" != - ] || return 0
    {
        echo "/.library/$code /var/task none bind 0 0"
        [ "$opt" = - ] || echo "/.library/$opt /opt none bind 0 0"
        echo "tmpfs /tmp tmpfs nosuid,nodev,size=$scratch,mode=1777 0 0"
        # Covers the library: from here on nobody in this sandbox sees other code than its own.
        echo "tmpfs /.library tmpfs ro,size=4k,mode=000 0 0"
        # Another name than that of what is there already: mount(8) would take it for the same.
        echo "run /run tmpfs ro,size=4k,mode=755 0 0"
    } > /run/fstab
    mount -n -a -T /run/fstab
    [ "$hold" = - ] || echo 11 >&9
}
