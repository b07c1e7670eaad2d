package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The extensions of one start of an environment: who registered, for what, and how far each is. External ones are
 * processes of their own and must register before the runtime starts; internal ones are threads of the runtime's
 * process and must register before it asks for its first event.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html">Extensions API</a>
 */
final class Extensions {
    static final int MOST = 10;

    enum Event { INVOKE, SHUTDOWN }

    enum State {
        STARTED("Started"), REGISTERED("Registered"), READY("Ready"), RUNNING("Running"), INIT_ERROR("InitError"),
        EXIT_ERROR("ExitError"), EXITED("Exited"), LAUNCH_ERROR("LaunchError");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** AWS's. */
        String word() {
            return word;
        }
    }

    /**
     * What an extension does. It is READY while it waits for an event and RUNNING from the event to its next
     * question.
     */
    enum Deed { REGISTERS, ASKS, HAS_EVENT, FAILS_INIT, FAILS, ENDS, NEVER_STARTED }

    static final Map<State, Map<Deed, State>> TABLE = Map.of(
            State.STARTED, Map.of(
                    Deed.REGISTERS, State.REGISTERED,
                    Deed.ENDS, State.EXITED,
                    Deed.NEVER_STARTED, State.LAUNCH_ERROR),
            State.REGISTERED, Map.of(
                    Deed.ASKS, State.READY,
                    Deed.FAILS_INIT, State.INIT_ERROR,
                    Deed.FAILS, State.EXIT_ERROR,
                    Deed.ENDS, State.EXITED),
            State.READY, Map.of(
                    Deed.HAS_EVENT, State.RUNNING,
                    Deed.ASKS, State.READY,
                    Deed.FAILS, State.EXIT_ERROR,
                    Deed.ENDS, State.EXITED),
            State.RUNNING, Map.of(
                    Deed.ASKS, State.READY,
                    Deed.FAILS, State.EXIT_ERROR,
                    Deed.ENDS, State.EXITED),
            State.INIT_ERROR, Map.of(
                    Deed.FAILS_INIT, State.INIT_ERROR,
                    Deed.ENDS, State.INIT_ERROR),
            State.EXIT_ERROR, Map.of(
                    Deed.FAILS, State.EXIT_ERROR,
                    Deed.ENDS, State.EXIT_ERROR),
            State.EXITED, Map.of(),
            State.LAUNCH_ERROR, Map.of());

    private static final Optional<byte[]> OVER = Optional.empty();

    /** What is not allowed, in AWS's words. */
    static final class Refused extends Exception {
        private final String type;

        Refused(String type, String message) {
            super(message, null, false, false);
            this.type = type;
        }

        String type() {
            return type;
        }
    }

    /** One of them. */
    static final class Extension {
        final String name;
        final boolean external;
        final String id = UUID.randomUUID().toString();
        private final Set<Event> events = EnumSet.noneOf(Event.class);
        private final LinkedBlockingQueue<Optional<byte[]>> waiting = new LinkedBlockingQueue<>();
        private State state = State.STARTED;
        private String errorType;

        private Extension(String name, boolean external) {
            this.name = name;
            this.external = external;
        }

        private boolean on(Deed deed) {
            State next = TABLE.get(state).get(deed);
            if (next != null) {
                state = next;
            }
            return next != null;
        }
    }

    private final Map<String, Extension> byName = new LinkedHashMap<>();
    private boolean closed;
    private volatile boolean internal;

    /** An external one is about to be started. */
    synchronized Extension external(String name) {
        var extension = new Extension(name, true);
        byName.put(name, extension);
        return extension;
    }

    synchronized Extension register(String name, List<?> wanted) throws Refused {
        if (name == null || name.isEmpty()) {
            throw new Refused("Extension.InvalidExtensionName", "Empty extension name");
        }
        Extension known = byName.get(name);
        boolean external = known != null && known.external;
        var events = EnumSet.noneOf(Event.class);
        for (Object each : wanted) {
            if ("SHUTDOWN".equals(each) && !external) {
                throw new Refused("Extension.InvalidEventType", each
                        + ": ShutdownEventNotSupportedForInternalExtension");
            }
            if (!"INVOKE".equals(each) && !"SHUTDOWN".equals(each)) {
                throw new Refused("Extension.InvalidEventType", each + ": ErrorInvalidEventType");
            }
            events.add(Event.valueOf(each.toString()));
        }
        if (!external) {
            if (closed) {
                throw new Refused("Extension.RegistrationClosed", "Extension registration closed already");
            }
            if (known != null) {
                throw new Refused("Extension.InvalidExtensionState", "Extension with this name already registered");
            }
            if (byName.size() >= MOST) {
                throw new Refused("Extension.TooManyExtensions", "Extension limit (" + MOST + ") reached");
            }
            known = new Extension(name, false);
            byName.put(name, known);
            internal = true;
        }
        State before = known.state;
        if (!known.on(Deed.REGISTERS)) {
            throw notAllowed(before, State.REGISTERED, name);
        }
        known.events.addAll(events);
        return known;
    }

    /** It asks for its next event; {@link #await} then blocks. */
    synchronized Extension ask(String id) throws Refused {
        Extension extension = byId(id);
        State before = extension.state;
        if (!extension.on(Deed.ASKS)) {
            throw notAllowed(before, State.READY, id);
        }
        return extension;
    }

    /** The next event; nothing when the environment ends without one. */
    Optional<byte[]> await(Extension extension) throws InterruptedException {
        Optional<byte[]> event = extension.waiting.take();
        if (event.isEmpty()) {
            extension.waiting.add(OVER);
        }
        return event;
    }

    /** It tells of an error of its own and will end. */
    synchronized Extension fail(String id, String errorType, Deed deed) throws Refused {
        Extension extension = byId(id);
        if (errorType == null || errorType.isEmpty()) {
            throw new Refused("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found");
        }
        State before = extension.state;
        if (!extension.on(deed)) {
            throw notAllowed(before, deed == Deed.FAILS_INIT ? State.INIT_ERROR : State.EXITED, id);
        }
        extension.errorType = errorType;
        return extension;
    }

    private static Refused notAllowed(State from, State to, String who) {
        return new Refused("Extension.InvalidExtensionState", "State transition from " + from.word() + " to "
                + to.word()
                + " failed for extension " + who + ". Error: State transition is not allowed");
    }

    synchronized Extension byId(String id) throws Refused {
        if (id == null || id.isEmpty()) {
            throw new Refused("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
        }
        if (!id.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
            throw new Refused("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
        }
        return byName.values().stream().filter(each -> each.id.equals(id)).findFirst()
                .orElseThrow(() -> new Refused("Extension.UnknownExtensionIdentifier", "Unknown extension " + id));
    }

    /** Its process could not be started. */
    synchronized void neverStarted(Extension extension, String errorType) {
        extension.on(Deed.NEVER_STARTED);
        extension.errorType = errorType;
    }

    /** Its process ended. */
    synchronized void ended(Extension extension) {
        extension.on(Deed.ENDS);
        notifyAll();
    }

    /** The runtime has asked for its first event: nobody registers any more. */
    synchronized void close() {
        closed = true;
    }

    synchronized boolean closed() {
        return closed;
    }

    synchronized boolean none() {
        return byName.isEmpty();
    }

    boolean anyInternal() {
        return internal;
    }

    synchronized boolean anyExternal() {
        return byName.values().stream().anyMatch(each -> each.external);
    }

    /** Whether all external ones have registered. */
    synchronized boolean allRegistered() {
        return byName.values().stream().noneMatch(each -> each.state == State.STARTED);
    }

    /** Whether nobody has anything to do any more. */
    synchronized boolean allReady() {
        return byName.values().stream().allMatch(each -> each.state == State.READY);
    }

    /** Whether an event is with any of them. */
    synchronized boolean anyRunning() {
        return byName.values().stream().anyMatch(each -> each.state == State.RUNNING);
    }

    /** Hands an event to those that asked for its kind. */
    synchronized void hand(Event kind, byte[] event) {
        byName.values().stream().filter(each -> each.events.contains(kind)).forEach(each -> {
            each.on(Deed.HAS_EVENT);
            each.waiting.add(Optional.of(event));
        });
    }

    synchronized boolean wants(Event kind) {
        return byName.values().stream().anyMatch(each -> each.events.contains(kind));
    }

    synchronized boolean wants(Extension extension, Event kind) {
        return extension.events.contains(kind);
    }

    /** Nobody waits any longer. */
    synchronized void end() {
        byName.values().forEach(each -> each.waiting.add(OVER));
    }

    /** What the log says of each at the end of an init. */
    synchronized List<PlatformEvent> told(Report report) {
        var events = new ArrayList<PlatformEvent>();
        byName.values().forEach(each -> events.add(report.extension(each.name, each.state.word(),
                each.events.stream().map(Event::name).toList(), each.errorType)));
        return events;
    }

    // ---- events as they read them

    static byte[] invoke(Invocation invocation) {
        return new JsonWriter().beginObject()
                .name("eventType").string("INVOKE")
                .name("deadlineMs").number(invocation.pending().deadlineMillis)
                .name("requestId").string(invocation.requestId())
                .name("invokedFunctionArn").string(invocation.invokedArn())
                .name("tracing").beginObject().name("type").string("X-Amzn-Trace-Id").name("value")
                .string(invocation.trace()).endObject()
                .endObject().toBytes();
    }

    static byte[] shutdown(Failure.Reason reason, long deadlineMillis) {
        return new JsonWriter().beginObject()
                .name("eventType").string("SHUTDOWN")
                .name("shutdownReason").string(reason.name().toLowerCase(Locale.ROOT))
                .name("deadlineMs").number(deadlineMillis)
                .endObject().toBytes();
    }
}
