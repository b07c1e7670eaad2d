package dev.aloft.kernel.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * One booted process tree: assigned once, frozen and thawed at will, killed whole. What it saw can be kept for another
 * that goes on where this one ended, and processes can be started beside it.
 */
public final class Sandbox {
    private static final int BACKLOG = 64;
    private static final byte[] GO = "go\n".getBytes(StandardCharsets.UTF_8);
    private static final int LOOKS = 4;

    private final Sandboxes sandboxes;
    private final Isolation isolation;
    private final View view;
    private final SandboxSpec spec;
    private final Optional<ControlGroups.Group> group;
    private final Optional<Network> network;
    private final long number;
    private final List<Companion> companions = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private final CompletableFuture<Process> begun = new CompletableFuture<>();
    private volatile Process process;
    private volatile boolean killed;
    private final MemoryUse memory;
    private Set<Long> frozen = Set.of();
    private volatile boolean isFrozen;
    private Kept kept;
    private boolean ended;
    private volatile Optional<Assignment> assignment = Optional.empty();
    private volatile boolean isPrepared;

    Sandbox(Sandboxes sandboxes, Isolation isolation, View view, SandboxSpec spec, Optional<ControlGroups.Group> group,
            Optional<Network> network, long number) {
        this.sandboxes = sandboxes;
        this.isolation = isolation;
        this.view = view;
        this.spec = spec;
        this.group = group;
        this.network = network;
        this.number = number;
        this.memory = new MemoryUse(group, this::processes);
    }

    void started(Process process) {
        this.process = process;
        begun.complete(process);
        process.onExit().thenAccept(ended -> {
            memory.ended();
            synchronized (this) {
                this.ended = true;
                if (kept == null) {
                    leave();
                }
            }
            sandboxes.gone(this);
            exit.complete(Exit.of(ended.exitValue()));
        });
        if (killed) {
            kill();
        }
    }

    // ---- again

    /** From now on what the processes see outlives them, until {@link #release} or {@link #again}. */
    public synchronized void keep() throws IOException {
        if (kept == null && !ended && isolation != Isolation.NONE && process != null) {
            long first = ProcessTree.children(process.pid()).stream().findFirst()
                    .orElseThrow(() -> new IOException("no process"));
            kept = Kept.of(isolation, first);
            // Else nobody would know it of a process that ends in its first event.
            peakMemoryBytes();
        }
    }

    /** What was kept is let go. */
    public synchronized void release() {
        if (kept != null) {
            kept.close();
            kept = null;
            if (ended) {
                leave();
            }
        }
    }

    /** Nobody of it is left and nobody will come. */
    private void leave() {
        group.ifPresent(ControlGroups.Group::remove);
        network.ifPresent(Network::close);
    }

    /**
     * Boots the same once more, after the end of this one: in the same files if they were kept, else afresh. It is to
     * be assigned as this one was.
     */
    public synchronized Sandbox again() {
        if (kept == null) {
            return sandboxes.boot(spec);
        }
        var next = new Sandbox(sandboxes, isolation, view, spec, group, network, number);
        next.kept = kept;
        next.memory.beginsAgain();
        kept = null;
        sandboxes.living(next);
        try {
            next.started(sandboxes.startAgain(spec, group, network, number, next.kept));
            return next;
        } catch (IOException e) {
            next.neverStarted();
            throw new SandboxException("cannot start " + spec.command().getFirst() + ": " + e.getMessage());
        }
    }

    /**
     * Starts a process beside, once what it shall see is mounted: see {@link #hold}. It outlives the process, not
     * {@link #kill}.
     */
    public Companion beside(List<String> command, Map<String, String> environment) throws IOException {
        keep();
        if (isolation != Isolation.NONE && kept == null) {
            throw new IOException("the sandbox has ended");
        }
        boolean contains = spec.boot() == SandboxSpec.Boot.CONTAINER;
        List<String> seen = isolation == Isolation.NONE ? command.stream().map(this::outside).toList() : command;
        Process beside = contains ? sandboxes.startContainerBeside(spec, group, network, number, kept)
                : sandboxes.startBeside(group, network, number, kept, environment, seen);
        var companion = new Companion(beside, isolation != Isolation.NONE);
        companions.add(companion);
        beside.onExit().thenAccept(_ -> companions.remove(companion));
        try (var out = beside.getOutputStream()) {
            out.write(contains
                    ? SetUp.container(isolation, number, new Assignment.Container(command, "/"), environment)
                    : SetUp.exports(environment));
        }
        if (killed) {
            companion.kill();
        }
        return companion;
    }

    void neverStarted() {
        leave();
        sandboxes.gone(this);
        exit.complete(new Exit.Status(1));
    }

    /**
     * Begins with what can be done of an assignment whose environment is not known yet, where that is something: its
     * mounts, and what booted ahead goes through its gate. {@link #assign} of the same follows.
     */
    public void prepare(Assignment assigned) throws IOException {
        if (process != null && network.isEmpty() && spec.boot() != SandboxSpec.Boot.CONTAINER) {
            isPrepared = true;
            mount(assigned, "-");
            if (spec.boot() == SandboxSpec.Boot.AHEAD) {
                open();
            }
        }
    }

    /** Mounts what is assigned and lets the process through its gate; a failure shows as the process's end. */
    public void assign(Assignment assigned) throws IOException {
        if (isPrepared) {
            assignment = Optional.of(assigned);
        } else {
            assign(assigned, "-");
        }
        if (!isPrepared || spec.boot() != SandboxSpec.Boot.AHEAD) {
            open();
        }
    }

    /** Mounts what is assigned and returns when that is there; the process waits at its gate until {@link #open}. */
    public void hold(Assignment assigned) throws IOException {
        assign(assigned, "hold");
        var said = new StringBuilder();
        for (int b = process.getInputStream().read(); b != '\n'; b = process.getInputStream().read()) {
            if (b < 0) {
                throw new IOException("the set-up step ended: " + said);
            }
            said.append((char) b);
        }
    }

    private void assign(Assignment assigned, String hold) throws IOException {
        // Not under the lock: whoever ends the network, once the process has ended, wants that first.
        if (network.isPresent()) {
            network.get().await();
        }
        mount(assigned, hold);
    }

    private synchronized void mount(Assignment assigned, String hold) throws IOException {
        if (assignment.isPresent()) {
            throw new IllegalStateException("a sandbox is assigned once");
        }
        assignment = Optional.of(assigned);
        group.ifPresent(limited ->
                limited.limit(assigned.memoryMegabytes(), assigned.scratchMegabytes(), sandboxes.exactProcessors()));
        if (process == null) {
            List<String> command = spec.command().stream().map(this::outside).toList();
            started(sandboxes.start(spec, group, network, 0, command, Path.of("/")));
        }
        String rest = isMounted(assigned) ? "- - -"
                : assigned.code() + " " + assigned.layers().map(Path::toString).orElse("-")
                + " " + assigned.scratchMegabytes() + "m";
        write((rest + " " + hold + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Says false where the set-up step is to mount. */
    private boolean isMounted(Assignment assigned) throws IOException {
        try {
            return spec.boot() != SandboxSpec.Boot.CONTAINER && sandboxes.mount(process, assigned);
        } catch (IOException half) {
            killProcess();
            throw half;
        }
    }

    /** Lets the process through its gate. */
    public synchronized void open() throws IOException {
        Assignment assigned = assignment.orElseThrow();
        var message = new ByteArrayOutputStream();
        switch (spec.boot()) {
            case AHEAD -> message.writeBytes(GO);
            case ASSIGNED, ASSIGNED_WITH_PIPES -> {
                message.writeBytes(GO);
                message.writeBytes(SetUp.exports(assigned.environment()));
            }
            case CONTAINER -> {
                byte[] configuration = SetUp.container(isolation, number, assigned.container().orElseThrow(),
                        assigned.environment());
                message.writeBytes((configuration.length + "\n").getBytes(StandardCharsets.UTF_8));
                message.writeBytes(configuration);
            }
        }
        write(message.toByteArray());
    }

    private void write(byte[] bytes) throws IOException {
        process.getOutputStream().write(bytes);
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
            return assigned.layers().map(l -> view.library().resolve(l).toString()).orElse("/opt")
                    + path.substring("/opt".length());
        }
        return path.startsWith("/var/runtime") ? spec.runtime() + path.substring("/var/runtime".length()) : path;
    }

    private String outside(String path) {
        return inside(path, assignment.orElseThrow());
    }

    /** Where the processes can reach whoever accepts what comes: on their loopback. */
    public ServerSocket listener() throws IOException {
        return network.isPresent() ? network.get().runtimeApi()
                : new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    }

    /** The same on this port, where the sandbox has a loopback of its own. */
    public Optional<ServerSocket> listener(int port) throws IOException {
        if (network.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(sandboxes.onStarter(() -> network.get().within(
                () -> new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress()))));
    }

    /**
     * Makes what listens in the sandbox on that port reachable on this machine's loopback, also what listens there when
     * it goes on after its end.
     */
    public void publish(int port) throws IOException {
        if (network.isPresent()) {
            network.get().publish(this::connect, port);
        }
    }

    /** Connects to what listens in the sandbox on its {@code sandbox.localdomain}. */
    public Socket connect(int port, int mostMillis) throws IOException {
        Socket socket = network.isPresent() ? sandboxes.onStarter(network.get()::socket) : new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), mostMillis);
        return socket;
    }

    /** To the process's fd 3. Only after the assignment. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** From the process's fd 4. */
    public InputStream output() {
        return process.getInputStream();
    }

    /**
     * The process's stdout and stderr, and what the set-up step says when it fails; waits for a process that starts
     * when assigned.
     */
    public InputStream log() {
        return begun.exceptionally(_ -> null).thenApply(running -> running == null ? InputStream.nullInputStream()
                : running.getErrorStream()).join();
    }

    /** Stops all processes of the sandbox where they are. */
    public synchronized void freeze() {
        if (process == null || isFrozen) {
            return;
        }
        isFrozen = true;
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
        isFrozen = false;
    }

    /** Asks the process to end. */
    public synchronized void terminate() {
        if (process != null) {
            List<Long> first = ProcessTree.children(process.pid());
            (isolation == Isolation.NONE ? first
                    : first.stream().flatMap(pid -> ProcessTree.children(pid).stream()).toList())
                    .forEach(pid -> Signals.send(pid, Signals.TERMINATE));
        }
    }

    /** The processes of the sandbox without those that hold it. */
    private Set<Long> processes() {
        if (process == null) {
            return Set.of();
        }
        long top = process.pid();
        Set<Long> all = isolation == Isolation.NONE ? ProcessTree.below(top) : ProcessTree.children(top).stream()
                .flatMap(first -> ProcessTree.below(first).stream())
                .collect(Collectors.toSet());
        companions.forEach(companion -> all.addAll(companion.processes()));
        return all;
    }

    /** Ends every process of the sandbox and those beside it, at once and by force. */
    public void kill() {
        companions.forEach(Companion::kill);
        killProcess();
    }

    /** Ends the process and those that it started; what runs beside it goes on. */
    public void killProcess() {
        killed = true;
        Process running = process;
        if (running == null) {
            begun.cancel(false);
            sandboxes.gone(this);
            return;
        }
        if (isolation == Isolation.NONE) {
            ProcessTree.below(running.pid())
                    .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            // Which also closes what the process wrote into: one that is not below it any more may hold that open.
            running.destroyForcibly();
        } else {
            running.toHandle().destroyForcibly();
        }
    }

    /** Whether it can be assigned: without isolation, what starts when it is assigned has no process before. */
    public boolean alive() {
        Process running = process;
        return !killed && !exit.isDone() && (running == null || running.isAlive());
    }

    /** Completed when the last process has ended. */
    public CompletableFuture<Exit> exit() {
        return exit;
    }

    public Exit awaitExit() {
        return process == null ? new Exit.Status(0) : exit.join();
    }

    /**
     * Ends the sandbox if its processes hold more memory than their function has. Where control groups do this the
     * kernel counts /tmp as memory, which AWS does not, and so lets them grow by its size; where there are none nobody
     * else looks.
     */
    void watchMemory() {
        Optional<Assignment> now = assignment;
        if (now.isEmpty() || process == null || isFrozen) {
            return;
        }
        long most = now.get().memoryMegabytes() * 1024L * 1024L;
        if (memory.heldBytes(most) > most) {
            memory.exceeded();
            killProcess();
        }
    }

    /** Whether the other end of a connection on the loopback is a process of this sandbox. */
    public boolean holds(Socket connection) {
        if (isolation == Isolation.NONE || network.isPresent()) {
            return true;
        }
        // What /proc lists while processes end or connections close can lack others that are there: no is only said of
        // whom several looks did not find.
        for (int look = 0; look < LOOKS; look++) {
            if (isSeenToHold(connection)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSeenToHold(Socket connection) {
        return Connections.other(connection)
                .filter(end -> isolation == Isolation.ROOT && end.user() == SetUp.user(number)
                || processes().stream().anyMatch(pid -> Connections.holds(pid, end.inode()))).isPresent();
    }

    /** Whether the kernel killed a process of this sandbox for want of memory. */
    public boolean outOfMemory() {
        return memory.ranOut();
    }

    /**
     * The most memory the sandbox's processes held so far: their own, and the pages of programs and libraries that they
     * share with whoever read them first, to whom the kernel's control groups count them. Without /tmp and files that
     * were read.
     */
    public long peakMemoryBytes() {
        return memory.peakBytes();
    }
}
