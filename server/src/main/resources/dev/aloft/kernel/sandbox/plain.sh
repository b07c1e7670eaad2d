# The set-up step when nothing is isolated: the gate and the file descriptors of enter.sh, no more.
exec 3<&0 4>&1
status=0
{
    exec 4>&-
    read -r code opt scratch size
    echo go
    [ "$size" = 0 ] || head -c "$size" <&3
} | "$@" 1>&2 || status=$?
exit $status
