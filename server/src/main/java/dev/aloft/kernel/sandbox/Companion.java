package dev.aloft.kernel.sandbox;

import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** A process beside that of a sandbox: it sees the same files and ends with it at the latest. */
public final class Companion {
    private final Process process;
    private final boolean isolated;

    Companion(Process process, boolean isolated) {
        this.process = process;
        this.isolated = isolated;
    }

    /** Its stdout and stderr. */
    public InputStream log() {
        return process.getInputStream();
    }

    /** Completed when it has ended. */
    public CompletableFuture<Exit> exit() {
        return process.onExit().thenApply(ended -> Exit.of(ended.exitValue()));
    }

    public void kill() {
        processes().forEach(pid -> Signals.send(pid, Signals.KILL));
        if (isolated) {
            process.toHandle().destroyForcibly();
        } else {
            process.destroyForcibly();
        }
    }

    /** Its processes without those that hold it. */
    Set<Long> processes() {
        if (!isolated) {
            Set<Long> all = ProcessTree.below(process.pid());
            all.add(process.pid());
            return all;
        }
        return ProcessTree.children(process.pid()).stream()
                .flatMap(first -> ProcessTree.below(first).stream())
                .collect(Collectors.toSet());
    }
}
