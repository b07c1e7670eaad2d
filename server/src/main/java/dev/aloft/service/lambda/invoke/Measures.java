package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.metric.Series;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Lambda measures of functions, for the account, the function, and the version or alias by which it was called.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html">Types of metrics</a>
 */
public final class Measures {
    private static final String NAMESPACE = "AWS/Lambda";
    private static final String COUNT = "Count";
    private static final String MILLISECONDS = "Milliseconds";

    private final Metrics metrics;
    private final Map<Of, Function> functions = new ConcurrentHashMap<>();
    private final Map<String, Series> accounts = new ConcurrentHashMap<>();

    private record Of(String account, String region, String name, String qualifier, String version) {}

    public Measures(Metrics metrics) {
        this.metrics = metrics;
    }

    /** @param invokedArn as the caller qualified it */
    Function of(FunctionVersion version, String invokedArn) {
        String rest = invokedArn.length() > version.functionArn().length()
                ? invokedArn.substring(version.functionArn().length() + 1) : "";
        return functions
                .computeIfAbsent(new Of(version.account(), version.region(), version.name(), rest, version.version()),
                        Function::new);
    }

    /** Of a function's own queue and its deliveries, which know no version. */
    public Function of(String account, String region, String name) {
        return functions.computeIfAbsent(new Of(account, region, name, "", ""), Function::new);
    }

    /** Of an event source mapping that asks for it. */
    public MappingMeasures ofMapping(String account, String region, String uuid) {
        return new MappingMeasures((metric, value) -> metrics.series(account, region, NAMESPACE, metric, COUNT,
                Map.of("EventSourceMappingUUID", uuid)).add(value));
    }

    /** Events of an account that run without a reservation. */
    void unreserved(String account, String region, int running) {
        ofAccount(account, region, "UnreservedConcurrentExecutions").add(running);
    }

    /** What an account's functions without a reservation cannot have: what they have, and all that is set aside. */
    void claimed(String account, String region, int concurrency) {
        ofAccount(account, region, "ClaimedAccountConcurrency").add(concurrency);
    }

    private Series ofAccount(String account, String region, String metric) {
        return accounts.computeIfAbsent(account + "/" + region + "/" + metric,
                _ -> metrics.series(account, region, NAMESPACE, metric, COUNT, Map.of()));
    }

    /** Of the URL of a function or of one of its aliases. */
    public UrlMeasures ofUrl(String account, String region, String function, String qualifier) {
        var dimensions = List.of(Map.of("FunctionName", function),
                Map.of("FunctionName", function, "Resource", function + ":" + qualifier));
        return new UrlMeasures((metric, unit, value) -> dimensions.forEach(each ->
                metrics.series(account, region, NAMESPACE, metric, unit, each).add(value)));
    }

    /** One function, called one way. */
    public final class Function {
        private final Of of;
        private final List<Map<String, String>> dimensions;
        private final Map<String, List<Series>> series = new ConcurrentHashMap<>();
        private final List<Series> invocations;
        private final List<Series> durations;
        private final List<Series> errors;
        private final List<Series> concurrent;

        private Function(Of of) {
            this.of = of;
            this.dimensions = dimensions(of);
            this.invocations = all("Invocations", COUNT);
            this.durations = all("Duration", MILLISECONDS);
            this.errors = all("Errors", COUNT);
            this.concurrent = all("ConcurrentExecutions", COUNT);
        }

        private static List<Map<String, String>> dimensions(Of of) {
            var all = new ArrayList<Map<String, String>>();
            all.add(Map.of());
            all.add(Map.of("FunctionName", of.name()));
            if (!of.qualifier().isEmpty()) {
                var qualified = new HashMap<String, String>();
                qualified.put("FunctionName", of.name());
                qualified.put("Resource", of.name() + ":" + of.qualifier());
                all.add(Map.copyOf(qualified));
                if (!of.qualifier().equals(of.version())) {
                    qualified.put("ExecutedVersion", of.version());
                    all.add(Map.copyOf(qualified));
                }
            } else {
                all.add(Map.of("FunctionName", of.name(), "Resource", of.name()));
            }
            return all;
        }

        private List<Series> all(String metric, String unit) {
            return dimensions.stream()
                    .map(each -> metrics.series(of.account(), of.region(), NAMESPACE, metric, unit, each)).toList();
        }

        private void add(String metric, String unit, double value) {
            series.computeIfAbsent(metric, _ -> all(metric, unit)).forEach(each -> each.add(value));
        }

        /** An event has its environment. */
        void began(int running, int inAccount) {
            for (int i = 0; i < concurrent.size(); i++) {
                concurrent.get(i).add(i == 0 ? inAccount : running);
            }
        }

        void ended(double millis, boolean failed) {
            invocations.forEach(each -> each.add(1));
            durations.forEach(each -> each.add(millis));
            errors.forEach(each -> each.add(failed ? 1 : 0));
        }

        /** How long extensions were at work after the function was done. */
        void afterRuntime(double millis) {
            add("PostRuntimeExtensionsDuration", MILLISECONDS, millis);
        }

        void throttled() {
            add("Throttles", COUNT, 1);
        }

        /** An event ran in an environment that was provisioned. */
        void provisioned(int running, int allocated) {
            add("ProvisionedConcurrencyInvocations", COUNT, 1);
            add("ProvisionedConcurrentExecutions", COUNT, running);
            add("ProvisionedConcurrencyUtilization", COUNT, allocated == 0 ? 0 : (double) running / allocated);
        }

        /** An event found none that was free. */
        void spilled() {
            add("ProvisionedConcurrencySpilloverInvocations", COUNT, 1);
        }

        /** An event was taken into the function's queue. */
        public void queued() {
            add("AsyncEventsReceived", COUNT, 1);
        }

        /** A queued event was given to the function, so long after it came. */
        public void queuedFor(double millis) {
            add("AsyncEventAge", MILLISECONDS, millis);
        }

        /** A queued event was given up without having been run to its end. */
        public void dropped() {
            add("AsyncEventsDropped", COUNT, 1);
        }

        /** An event was not run since it had gone round in a loop. */
        public void loopCut() {
            add("RecursiveInvocationsDropped", COUNT, 1);
        }

        public void durableStarted() {
            add("DurableExecutionStarted", COUNT, 1);
        }

        /** @param metric of how it ended */
        public void durableEnded(String metric, double millis, int operations, long bytes) {
            add(metric, COUNT, 1);
            add("DurableExecutionDuration", MILLISECONDS, millis);
            add("DurableExecutionOperations", COUNT, operations);
            add("DurableExecutionStorageWrittenBytes", "Bytes", bytes);
        }

        /** A package was deployed that is not signed as its function wants it, and that was let pass. */
        public void signatureFailed() {
            add("SignatureValidationErrors", COUNT, 1);
        }

        public void deadLetterFailed() {
            add("DeadLetterErrors", COUNT, 1);
        }

        public void destinationFailed() {
            add("DestinationDeliveryFailures", COUNT, 1);
        }

        /** The last record of a batch of a stream was read so long after it was written. */
        public void iteratorAge(double millis) {
            add("IteratorAge", MILLISECONDS, millis);
        }
    }
}
