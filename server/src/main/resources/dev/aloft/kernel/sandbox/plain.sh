# The set-up step when nothing is isolated; goes on with serve.sh.
path=$PATH
exec 9> /dev/null
assigned() { :; }
