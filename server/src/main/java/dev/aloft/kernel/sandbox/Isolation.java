package dev.aloft.kernel.sandbox;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How a process is kept apart from the machine. */
public enum Isolation {
    /** The platform is root: namespaces without a user namespace, each sandbox a user of its own. */
    ROOT("namespaces, a user per sandbox"),
    /** Anybody: a user namespace gives the rights the set-up step needs. */
    USER("namespaces without root"),
    /** A plain process of the platform's user. Only on request. */
    NONE("none: functions can read and change all that the platform's user can");

    private final String words;

    Isolation(String words) {
        this.words = words;
    }

    /** What the setting {@code sandbox} means; nothing for {@code auto}: the strongest that the machine allows. */
    public static Optional<Isolation> of(String setting) {
        return switch (setting) {
            case "auto", "unshare" -> Optional.empty();
            case "none" -> Optional.of(NONE);
            default -> throw new IllegalArgumentException("sandbox is auto, unshare or none, not " + setting);
        };
    }

    /** For people. */
    public String words() {
        return words;
    }

    /** The command that opens the namespaces; it dies with the thread that started it, and its child with it. */
    List<String> opener() {
        var common = concat(List.of("setpriv", "--pdeathsig", "KILL"),
                concat(reopener(), List.of("--mount", "--propagation", "private")));
        return this == USER ? concat(common, List.of("--user", "--map-root-user")) : common;
    }

    /** The same for a process that has entered a sandbox's mounts: it opens the rest. */
    List<String> reopener() {
        return List.of("unshare", "--pid", "--ipc", "--uts", "--kill-child");
    }

    /** The command that gives up all rights for good. The process sees itself as AWS's user 993. */
    List<String> drop(long user) {
        var own = List.of("unshare", "--user", "--map-user=993", "--map-group=990");
        var id = String.valueOf(user);
        return this == USER
                ? concat(own, List.of("setpriv", "--no-new-privs"))
                : concat(List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--no-new-privs",
                        "--bounding-set=-all", "--inh-caps=-all"), own);
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
