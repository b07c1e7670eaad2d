# Waits for the assignment, then for the container's configuration, and has an OCI runtime run it. The runtime's command
# comes as "$@"; where the bundle is and a name follow.
#
#   fd 0  from the platform: the assignment, then a length and so many bytes of configuration
#   fd 1  to the platform: "mounted" when held
#   fd 2  the container's stdout and stderr
ulimit -n 1024 || :
ulimit -c 0 || :
# Some shells call it u, some p.
ulimit -u 1024 2> /dev/null || ulimit -p 1024 || :
read -r code opt scratch hold
assigned
if [ "$hold" != - ]; then echo mounted; fi
read -r size
bundle=$(mktemp -d /tmp/bundle-XXXXXX)
head -c "$size" > "$bundle/config.json"
exec 0< /dev/null 5>&2 2> /dev/null
status=0
# Not /dev/null itself: runtimes give what the container reads to its user.
: | PATH=$path "$@" --root "$bundle/state" run -b "$bundle" function 1>&5 2>&5 5>&- 9>&- || status=$?
exit $status
