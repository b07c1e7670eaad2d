package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Boots sandboxes and ends them all when the platform closes. */
public final class Sandboxes implements AutoCloseable {
    /** Each takes some processes, threads and files of the platform's user. */
    private static final int MOST = 4_000;
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What enter.sh names itself when it has nothing to do but wait. */
    private static final String SET_UP = "sandbox\n";

    private final Path folder;
    private final Path library;
    private final Optional<Isolation> wanted;
    private final boolean exactProcessors;
    private final Optional<OwnNetworks> networks;
    private final Supplier<Optional<ControlGroups>> groups;
    private final AtomicLong numbers = new AtomicLong();
    private final Set<Sandbox> living = ConcurrentHashMap.newKeySet();
    // The kernel ends a sandbox with the very thread that started it: this one lives as long as the platform.
    private final LoneThread starter = new LoneThread("sandbox-starter");
    /**
     * What this machine allows; found out when first needed.
     *
     * @param network the number of an open file of the machine's network, where sandboxes have others
     * @param mounts where the platform may mount in its sandboxes
     */
    private record Ground(Isolation isolation, Optional<ControlGroups> groups, View view, Optional<Integer> network,
            Optional<Mounts> mounts) {
        SetUp setUp() {
            return new SetUp(isolation);
        }
    }

    private volatile Ground ground;
    private volatile Thread watcher;
    private volatile Optional<String> refused = Optional.empty();

    /**
     * @param folder for the sandboxes' own use
     * @param library the folder whose folders can be assigned
     * @param wanted {@link Isolation#NONE} only if the owner of the machine asked for it
     */
    public Sandboxes(Path folder, Path library, Optional<Isolation> wanted) {
        this(folder, library, wanted, false, Optional.empty());
    }

    /**
     * @param exactProcessors whether a function's part of the processors is all it gets, also while nobody else wants
     *                        them
     * @param networks if each sandbox has a network of its own
     */
    public Sandboxes(Path folder, Path library, Optional<Isolation> wanted, boolean exactProcessors,
            Optional<OwnNetworks> networks) {
        this(folder, library, wanted, exactProcessors, networks, ControlGroups::find);
    }

    Sandboxes(Path folder, Path library, Optional<Isolation> wanted, boolean exactProcessors,
            Optional<OwnNetworks> networks, Supplier<Optional<ControlGroups>> groups) {
        this.networks = networks;
        this.groups = groups;
        this.folder = folder;
        this.library = library;
        this.wanted = wanted;
        this.exactProcessors = exactProcessors;
    }

    boolean exactProcessors() {
        return exactProcessors;
    }

    /** Looks after the memory of those that run, in a beat that no function notices. */
    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(WATCH_NANOS);
            living.forEach(Sandbox::watchMemory);
        }
    }

    private Ground ground() {
        Ground known = ground;
        if (known != null) {
            return known;
        }
        synchronized (this) {
            if (ground == null) {
                Isolation isolation = wanted.isPresent() ? wanted.get() : detect();
                try {
                    ground = new Ground(isolation, isolation == Isolation.NONE ? Optional.empty() : groups.get(),
                            new View(folder, library, nameserver()), network(isolation), mounts(isolation));
                    if (isolation != Isolation.NONE) {
                        watcher = Thread.ofPlatform().daemon().name("sandbox-memory").start(this::watch);
                    }
                } catch (IOException e) {
                    throw new SandboxException("cannot prepare the sandboxes in " + folder + ": " + e.getMessage());
                }
            }
            return ground;
        }
    }

    private Optional<String> nameserver() {
        return networks.filter(OwnNetworks::outside).map(_ -> Outside.NAMESERVER);
    }

    private Optional<Integer> network(Isolation isolation) throws IOException {
        if (networks.isEmpty()) {
            return Optional.empty();
        }
        if (networks.get().outside() && !Outside.isInstalled()) {
            throw new SandboxException("Functions with a network of their own reach the outside through "
                    + "slirp4netns, which is not installed. Install it, or start with --network isolated or shared.");
        }
        // A process with threads may enter no user namespace, and only root enters a network without one.
        if (isolation != Isolation.ROOT) {
            throw new SandboxException("Functions can have a network of their own only where Aloft runs as root and"
                    + " isolates them. Start with --network shared: then they share the machine's.");
        }
        return Optional.of(Namespace.NETWORK.current());
    }

    private static Optional<Mounts> mounts(Isolation isolation) {
        try {
            return isolation == Isolation.ROOT ? Optional.of(new Mounts()) : Optional.empty();
        } catch (IOException refused) {
            return Optional.empty();
        }
    }

    /** @throws SandboxException if this machine allows no isolation and none was not asked for */
    public Isolation isolation() {
        return ground().isolation();
    }

    /** Finds out what this machine allows, before the first function has to. */
    public void prepare() {
        try {
            ground();
        } catch (SandboxException e) {
            refused = Optional.of(e.getMessage());
        }
    }

    /**
     * What holds functions apart on this machine and what is missing, in plain words; soon after the start, once it is
     * known.
     */
    public String description() {
        Ground found = ground;
        return found != null ? described(found) : refused.orElse("not known yet");
    }

    private String described(Ground found) {
        if (found.isolation() == Isolation.NONE) {
            return found.isolation().words();
        }
        var said = new ArrayList<String>();
        said.add(found.isolation().words());
        Predicate<String> held = controller -> found.groups().filter(groups -> groups.holds(controller)).isPresent();
        said.add(held.test("memory") ? "memory limited by control groups"
                : "memory watched ten times a second and ended when there is too much of it (the kernel "
                        + "would do it at once, but this user may make no control group for memory)");
        said.add("at most 1,024 processes and 1,024 open files");
        said.add(!held.test("cpu")
                ? "processors shared evenly, whatever a function's memory (no control group for them)"
                : exactProcessors ? "processors limited in proportion to memory"
                : "processors shared in proportion to memory while they are short");
        said.add(networks.isEmpty() ? "the network is the machine's" : networks.get().outside()
                ? "a network of its own that reaches the platform and the outside"
                : "a network of its own that reaches the platform alone");
        said.add(ContainerRuntime.find(found.isolation()).map(runtime -> "container images run by " + runtime.version())
                .orElse("container images not run: " + ContainerRuntime.MISSING));
        return String.join("; ", said);
    }

    private Isolation detect() {
        var said = new ArrayList<String>();
        var tries = ProcessHandle.current().info().user().orElse("").equals("root")
                ? List.of(Isolation.ROOT, Isolation.USER) : List.of(Isolation.USER);
        for (Isolation candidate : tries) {
            var command = new ArrayList<>(candidate.opener());
            command.addAll(List.of("sh", "-c", "mount -t tmpfs tmpfs /tmp && mount -t proc proc /proc && exec \"$@\"",
                    "sh"));
            command.addAll(candidate.drop(SetUp.NO_SANDBOX));
            command.add("true");
            try {
                Process process = starting(new ProcessBuilder(command).redirectErrorStream(true), Optional.empty());
                process.getOutputStream().close();
                String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                if (process.waitFor() == 0) {
                    return candidate;
                }
                said.add(words.lines().findFirst().orElse("unshare failed"));
            } catch (IOException e) {
                said.add(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SandboxException("interrupted");
            }
        }
        throw new SandboxException("""
                This machine lets Aloft isolate no function: %s.
                What to do: install util-linux 2.36 or later (unshare, setpriv, mount), and allow user namespaces \
                (sysctl kernel.unprivileged_userns_clone=1; on Ubuntu also \
                kernel.apparmor_restrict_unprivileged_userns=0; in a container run it with --privileged), or run \
                Aloft as root. To run functions without any isolation, start with --sandbox none."""
                .formatted(String.join("; ", Set.copyOf(said))));
    }

    /** What runs container images on this machine, looked for again each time it is not there. */
    public Optional<ContainerRuntime> containers() {
        return ContainerRuntime.find(isolation());
    }

    /** Boots a generic process; returns as soon as it is started. */
    public Sandbox boot(SandboxSpec spec) {
        Ground found = ground();
        long number = numbers.incrementAndGet();
        Optional<ControlGroups.Group> group = Optional.empty();
        Sandbox booting = null;
        try {
            if (found.groups().isPresent()) {
                group = Optional.of(found.groups().get().create(number));
            }
            Optional<Network> network = found.network().isPresent()
                    ? Optional.of(onStarter(() -> Network.make(found.network().get(), networks.orElseThrow())))
                    : Optional.empty();
            Sandbox sandbox = new Sandbox(this, found.isolation(), found.view(), spec, group, network, number);
            living.add(sandbox);
            booting = sandbox;
            if (found.isolation() != Isolation.NONE || spec.boot() == SandboxSpec.Boot.AHEAD) {
                List<String> command = found.isolation() == Isolation.NONE
                        ? spec.command().stream().map(spec::outside).toList()
                        : spec.command();
                sandbox.started(start(spec, group, network, number, command, Path.of("/")));
            }
            return sandbox;
        } catch (IOException e) {
            if (booting != null) {
                booting.neverStarted();
            } else {
                group.ifPresent(ControlGroups.Group::remove);
            }
            throw new SandboxException("cannot start " + spec.command().getFirst() + ": " + e.getMessage());
        }
    }

    Process start(SandboxSpec spec, Optional<ControlGroups.Group> group, Optional<Network> network, long number,
            List<String> inner, Path at) throws IOException {
        Ground found = ground();
        return starting(found.setUp().first(spec, found.view(), group, number, inner, at), network);
    }

    /** Starts it where another of its kind has ended: what that one saw is seen as it was left. */
    Process startAgain(SandboxSpec spec, Optional<ControlGroups.Group> group, Optional<Network> network, long number,
            Kept kept) throws IOException {
        return starting(ground().setUp().again(spec, group, number, kept), network);
    }

    /** Starts a container beside another, whose files it sees; its configuration is its input. */
    Process startContainerBeside(SandboxSpec spec, Optional<ControlGroups.Group> group, Optional<Network> network,
            long number, Kept kept) throws IOException {
        return starting(ground().setUp().containerBeside(spec, group, number, kept), network);
    }

    /** Starts a process that sees the files of a sandbox, and none of its processes. */
    Process startBeside(Optional<ControlGroups.Group> group, Optional<Network> network, long number, Kept kept,
            Map<String, String> environment, List<String> inner) throws IOException {
        return starting(ground().setUp().beside(group, number, kept, environment, inner), network);
    }

    /**
     * Mounts what is assigned where the platform may and the set-up step is through; else says false, and that step
     * does it.
     */
    boolean mount(Process process, Assignment assigned) throws IOException {
        Optional<Mounts> mounts = ground().mounts();
        Optional<Long> setUp = mounts.isEmpty() ? Optional.empty()
                : ProcessTree.children(process.pid()).stream().filter(Sandboxes::isSetUp).findFirst();
        if (setUp.isPresent()) {
            mounts.get().assign(setUp.get(), assigned);
        }
        return setUp.isPresent();
    }

    private static boolean isSetUp(long first) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(first), "comm")).equals(SET_UP);
        } catch (IOException gone) {
            return false;
        }
    }

    private Process starting(ProcessBuilder builder, Optional<Network> network) throws IOException {
        if (network.isPresent()) {
            var command = new ArrayList<>(network.get().entering());
            command.addAll(builder.command());
            builder.command(command);
        }
        return onStarter(builder::start);
    }

    /** Does what takes a platform thread that nobody else uses. */
    <T> T onStarter(Callable<T> work) throws IOException {
        return starter.run(work);
    }

    void living(Sandbox sandbox) {
        living.add(sandbox);
    }

    void gone(Sandbox sandbox) {
        living.remove(sandbox);
    }

    /** Whether the machine holds so many sandboxes more. */
    public boolean hasRoom(int more) {
        return living.size() + more <= MOST && Memory.holds(more);
    }

    /** How many sandboxes live. */
    public int size() {
        return living.size();
    }

    @Override
    public void close() {
        starter.close();
        if (watcher != null) {
            watcher.interrupt();
        }
        List.copyOf(living).forEach(Sandbox::kill);
        List.copyOf(living).forEach(Sandbox::awaitExit);
    }
}
