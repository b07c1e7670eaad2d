# Where a container of an OCI runtime is to run: follows enter.sh. A container's root is known when it is assigned; until
# then this waits, and so booting it is paid ahead. Goes on with serve-container.sh.
assigned() {
    # A runtime mounts /proc only where one is seen to which nothing is added.
    mount -n -t proc -o nosuid,nodev,noexec proc /proc
    mount -n -t tmpfs -o nosuid,nodev,size=1m,mode=755 tmpfs /tmp
    mkdir /tmp/root /tmp/scratch
    mount -n --bind -o ro,nosuid,nodev "/.library/$code" /tmp/root
    mount -n -t tmpfs -o "nosuid,nodev,size=$scratch,mode=1777" tmpfs /tmp/scratch
    mount -n -t tmpfs -o ro,size=4k,mode=000 tmpfs /.library
    # In a user namespace of our own each container has one below, also while the last one's is being forgotten.
    echo 12 >&9
}
