# Starts the process and waits for the assignment: which code the process serves. Then it opens the gate, the process's
# fd 0, with a line "go". An assignment can be held: then the gate stays closed until it is asked for, and what runs beside the
# process is started meanwhile.
#
#   fd 0  from the platform: the assignment, "go", then whatever the process reads on its fd 3
#   fd 1  to the platform: "mounted" when held, then what the process writes on its fd 4
#   fd 2  the process's stdout and stderr
ulimit -n 1024 || :
ulimit -c 0 || :
# Some shells call it u, some p.
ulimit -u 1024 2> /dev/null || ulimit -p 1024 || :
# What a shell says of a process that ended by a signal is none of the process's own lines.
exec 3<&0 4>&1 5>&2 2> /dev/null
status=0
{
    set -e
    read -r code opt scratch hold
    assigned
    if [ "$hold" != - ]; then echo mounted >&4; fi
    exec 4>&-
    read -r gate
    echo "$gate"
} 2>&5 5>&- | PATH=$path "$@" 1>&5 2>&5 5>&- 9>&- || status=$?
exit $status
