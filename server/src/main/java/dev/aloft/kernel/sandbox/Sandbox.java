package dev.aloft.kernel.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** One booted process tree: assigned once, frozen and thawed at will, killed whole. */
public final class Sandbox {
    private final Sandboxes sandboxes;
    private final Isolation isolation;
    private final View view;
    private final SandboxSpec spec;
    private final Optional<ControlGroups.Group> group;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private volatile Process process;
    private volatile boolean killed;
    // What the control group said last, before it was removed.
    private volatile long lastPeakBytes;
    private volatile boolean lastOutOfMemory;
    private Set<Long> frozen = Set.of();
    private Optional<Assignment> assignment = Optional.empty();

    Sandbox(Sandboxes sandboxes, Isolation isolation, View view, SandboxSpec spec, Optional<ControlGroups.Group> group) {
        this.sandboxes = sandboxes;
        this.isolation = isolation;
        this.view = view;
        this.spec = spec;
        this.group = group;
    }

    void started(Process process) {
        this.process = process;
        process.onExit().thenAccept(ended -> {
            group.ifPresent(limited -> {
                lastPeakBytes = limited.peakBytes();
                lastOutOfMemory = limited.outOfMemory();
                limited.remove();
            });
            sandboxes.gone(this);
            exit.complete(Exit.of(ended.exitValue()));
        });
        if (killed) {
            kill();
        }
    }

    void neverStarted() {
        group.ifPresent(ControlGroups.Group::remove);
        sandboxes.gone(this);
        exit.complete(new Exit.Status(1));
    }

    /** Mounts what is assigned and lets the process through its gate; a failure shows as the process's end. */
    public synchronized void assign(Assignment assigned) throws IOException {
        if (assignment.isPresent()) {
            throw new IllegalStateException("a sandbox is assigned once");
        }
        assignment = Optional.of(assigned);
        group.ifPresent(limited -> limited.limit(assigned.memoryMegabytes()));
        if (process == null) {
            List<String> command = spec.command().stream().map(this::outside).toList();
            started(sandboxes.start(spec, group, 0, command, Path.of("/")));
        }
        byte[] environment =
                spec.boot() == SandboxSpec.Boot.ASSIGNED ? Sandboxes.exports(assigned.environment()) : new byte[0];
        String line = assigned.code() + " " + assigned.layers().map(Path::toString).orElse("-") + " "
                + assigned.scratchMegabytes() + "m " + environment.length + "\n";
        var message = new ByteArrayOutputStream();
        message.writeBytes(line.getBytes(StandardCharsets.UTF_8));
        message.writeBytes(environment);
        process.getOutputStream().write(message.toByteArray());
        process.getOutputStream().flush();
    }

    /** Where the process finds what a sandbox shows at {@code path}: the same, unless nothing is isolated. */
    public String inside(String path, Assignment assigned) {
        if (isolation != Isolation.NONE) {
            return path;
        }
        if (path.startsWith("/var/task")) {
            return view.library().resolve(assigned.code()) + path.substring("/var/task".length());
        }
        if (path.startsWith("/opt")) {
            return assigned.layers().map(l -> view.library().resolve(l).toString()).orElse("/opt") + path.substring("/opt".length());
        }
        return path.startsWith("/var/runtime") ? spec.runtime() + path.substring("/var/runtime".length()) : path;
    }

    private String outside(String path) {
        return inside(path, assignment.orElseThrow());
    }

    /** To the process's fd 3. Only after the assignment. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** From the process's fd 4. */
    public InputStream output() {
        return process.getInputStream();
    }

    /** The process's stdout and stderr, and what the set-up step says when it fails. */
    public InputStream log() {
        return process.getErrorStream();
    }

    /** Stops all processes of the sandbox where they are. */
    public synchronized void freeze() {
        if (process == null || !frozen.isEmpty()) {
            return;
        }
        Set<Long> seen = Set.of();
        // Until nobody was born meanwhile.
        for (Set<Long> now = processes(); !seen.containsAll(now); now = processes()) {
            now.forEach(pid -> Signals.send(pid, Signals.STOP));
            seen = now;
        }
        frozen = seen;
    }

    /** Continues what {@link #freeze} stopped. */
    public synchronized void thaw() {
        frozen.forEach(pid -> Signals.send(pid, Signals.CONTINUE));
        frozen = Set.of();
    }

    /** The processes of the sandbox without those that hold it. */
    private Set<Long> processes() {
        long top = process.pid();
        if (isolation == Isolation.NONE) {
            return ProcessTree.below(top);
        }
        return ProcessTree.children(top).stream()
                .flatMap(first -> ProcessTree.below(first).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Ends every process of the sandbox, at once and by force. */
    public void kill() {
        killed = true;
        Process running = process;
        if (running == null) {
            return;
        }
        if (isolation == Isolation.NONE) {
            ProcessTree.below(running.pid()).forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
        running.destroyForcibly();
    }

    public boolean alive() {
        return process != null && process.isAlive();
    }

    /** Completed when the last process has ended. */
    public CompletableFuture<Exit> exit() {
        return exit;
    }

    public Exit awaitExit() {
        return process == null ? new Exit.Status(0) : exit.join();
    }

    /** Whether the kernel killed a process of this sandbox for want of memory. */
    public boolean outOfMemory() {
        return lastOutOfMemory || group.isPresent() && group.get().outOfMemory();
    }

    /** The most memory the sandbox held so far. */
    public long peakMemoryBytes() {
        if (group.isPresent()) {
            return Math.max(lastPeakBytes, group.get().peakBytes());
        }
        return process == null ? 0 : processes().stream().mapToLong(Sandbox::peakOf).sum();
    }

    private static long peakOf(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .sum();
        } catch (IOException gone) {
            return 0;
        }
    }
}
