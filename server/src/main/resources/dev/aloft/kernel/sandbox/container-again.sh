# A container whose processes have ended runs once more, in the same root and with the same /tmp. Goes on with
# serve-container.sh.
#
# $1 unused, as in again.sh
# then the command of the OCI runtime
set -e
shift 1
path=$PATH PATH=/usr/sbin:/sbin:$PATH
mount -n -t proc -o nosuid,nodev,noexec proc /proc
exec 9> /dev/null
assigned() { :; }
