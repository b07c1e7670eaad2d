# A container beside another: the same root and /tmp, processes of its own. Its configuration is read from fd 0.
#
# $1 unused, as in beside.sh
# then the command of the OCI runtime
set -e
shift 1
path=$PATH PATH=/usr/sbin:/sbin:$PATH
mount -n -t proc -o nosuid,nodev,noexec proc /proc
ulimit -n 1024 || :
ulimit -c 0 || :
ulimit -u 1024 2> /dev/null || ulimit -p 1024 || :
bundle=$(mktemp -d /tmp/bundle-XXXXXX)
cat > "$bundle/config.json"
exec 0< /dev/null 5>&2 2> /dev/null
status=0
: | PATH=$path "$@" --root "$bundle/state" run -b "$bundle" beside 2>&5 5>&- || status=$?
exit $status
