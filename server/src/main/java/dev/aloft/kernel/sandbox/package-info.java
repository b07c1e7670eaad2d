/**
 * Starts processes that see nothing of the machine but what they are given.
 *
 * <p>A sandbox is a process in Linux namespaces of its own (mount, pid, ipc, uts; a user namespace where the platform
 * is not root). It boots generic: interpreter, bootstrap, no code. Later it is assigned: its code appears read-only at
 * /var/task, its layers at /opt, an empty /tmp of a given size, and only then the process is let through its gate. What
 * it costs to boot is so paid ahead, and an assignment costs a few mounts: a root platform makes them itself (Mounts),
 * else the set-up step does.
 *
 * <pre>
 *   platform thread that lives as long as the platform
 *     └ setpriv --pdeathsig KILL    dies with the platform
 *         └ unshare --kill-child    opens the namespaces
 *             └ enter.sh            process 1: mounts, pivots, waits; holds rights, runs no foreign code
 *                 └ the process     no rights, sees /usr, /var/runtime, /var/task, /opt, /tmp
 * </pre>
 *
 * A function that is a container image has an OCI runtime (crun, runc) in the place of that process, which runs the
 * image's program in the sandbox (container.sh): the same groups, network, kills and freezes hold it, in a root of its
 * own.
 *
 * <p>What a sandbox saw can be kept when its processes have ended: the next goes on in the same mounts (again.sh), with
 * new processes. A companion runs beside: the same mounts, processes of its own (beside.sh).
 *
 * The network is the machine's, or of each sandbox its own: a loopback on which the platform alone listens (Network),
 * also for what goes on where another ended and for companions, and where it is wanted a way to the outside (Outside).
 * Only this package starts processes.
 */
package dev.aloft.kernel.sandbox;
