package dev.aloft.service.logs;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.CloudWatch.MetricDatum;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Metric filters: what log events that match say becomes data of a metric. A minute in which events came and none
 * matched gives the default value, where there is one.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html">Metric filters</a>
 */
final class MetricFilters {
    private static final Logger LOG = System.getLogger(MetricFilters.class.getName());
    private static final int MOST_OF_A_GROUP = 100;
    private static final int MOST_DIMENSIONS = 3;
    private static final int MOST_DATA = 1_000;
    /** Of one datum. */
    private static final int MOST_VALUES = 150;
    private static final int PAGE = 50;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final LogsData data;
    private final Groups groups;
    private final CloudWatch cloudWatch;
    private final Store store;
    private final Time time;

    /** A filter of the group of this name. */
    private record Named(String group, MetricFilter filter) {
        String id() {
            return group + ":" + filter.name();
        }

        private boolean isWanted(Logs.DescribeMetricFiltersRequest input) {
            var metric = filter.transformation();
            boolean isOfMetric = input.metricName() == null || input.metricName().equals(metric.metricName())
                && input.metricNamespace().equals(metric.metricNamespace());
            return isOfMetric && (input.filterNamePrefix() == null || filter.name()
                .startsWith(input.filterNamePrefix()));
        }
    }

    /** What a filter finds: its data, none where nothing matches. */
    record Found(MetricFilter filter, boolean matched, List<MetricDatum> data) {
    }

    /** One more value of a metric: of this minute, under these dimensions. */
    private record Slot(long minute, Map<String, String> dimensions) {
    }

    MetricFilters(LogsData data, Groups groups, Endpoint endpoint, Store store, Time time) {
        this.data = data;
        this.groups = groups;
        this.store = store;
        this.time = time;
        cloudWatch = CloudWatch.at(endpoint);
    }

    Logs.PutMetricFilterResponse put(Caller caller, Logs.PutMetricFilterRequest input) {
        refuseWhatIsNotBuilt(input);
        var transformation = input.metricTransformations().getFirst();
        check(FilterPattern.parse(input.filterPattern()), transformation);
        var filter = new MetricFilter(input.filterName(), input.filterPattern(), transformation, time.instant());
        store.change(tx -> {
            var owner = Key.of(groups.find(tx, caller, input.logGroupName()).id());
            data.metricFilters.put(tx, owner.and(filter.name()), filter);
            if (data.metricFilters.range(tx, owner).count() > MOST_OF_A_GROUP) {
                throw new Logs.LimitExceededException("Resource limit exceeded.");
            }
        });
        return Logs.PutMetricFilterResponse.of(_ -> { });
    }

    private static void refuseWhatIsNotBuilt(Logs.PutMetricFilterRequest input) {
        if (Boolean.TRUE.equals(input.applyOnTransformedLogs())) {
            throw ApiError.notBuilt("A metric filter on transformed logs (applyOnTransformedLogs)");
        }
        if (input.fieldSelectionCriteria() != null || input.emitSystemFieldDimensions() != null) {
            throw ApiError.notBuilt("A metric filter's fieldSelectionCriteria or emitSystemFieldDimensions");
        }
    }

    private static void check(FilterPattern pattern, Logs.MetricTransformation transformation) {
        var value = transformation.metricValue();
        if (number(value).isEmpty() && !pattern.knows(value)) {
            throw invalid("metric value " + value + " must be a valid number");
        }
        var dimensions = transformation.dimensions();
        if (dimensions == null || dimensions.isEmpty()) {
            return;
        }
        if (transformation.defaultValue() != null) {
            throw invalid("dimensions and default value are mutually exclusive properties");
        }
        if (!(pattern instanceof JsonPattern) && !(pattern instanceof SpacePattern)) {
            throw new Logs.InvalidParameterException("The specified filter pattern does not support dimensions");
        }
        if (!dimensions.values().stream().allMatch(pattern::knows)) {
            throw invalid("dimension value must be valid selector");
        }
        if (dimensions.size() > MOST_DIMENSIONS) {
            throw invalid("at most " + MOST_DIMENSIONS + " dimensions are allowed");
        }
    }

    private static ApiError invalid(String why) {
        return new Logs.InvalidParameterException("Invalid metric transformation: " + why);
    }

    Logs.DescribeMetricFiltersResponse describe(Caller caller, Logs.DescribeMetricFiltersRequest input) {
        if ((input.metricName() == null) != (input.metricNamespace() == null)) {
            throw new Logs.InvalidParameterException("metricName and metricNamespace must be given together.");
        }
        var all = store.read(tx -> input.logGroupName() == null ? ofAll(tx, caller)
            : named(tx, groups.find(tx, caller, input.logGroupName())).toList());
        var wanted = all.stream().filter(each -> each.isWanted(input)).toList();
        var page = FilterPage.of(wanted, Named::id, null, input.nextToken(), input.limit(), PAGE);
        return Logs.DescribeMetricFiltersResponse.of(r -> r.nextToken(page.next())
            .metricFilters(page.items().stream().map(MetricFilters::described).toList()));
    }

    private List<Named> ofAll(ReadTx tx, Caller caller) {
        return data.groups.range(tx, Key.of(caller.account(), caller.region())).map(Row::value)
            .flatMap(group -> named(tx, group)).toList();
    }

    private Stream<Named> named(ReadTx tx, Group group) {
        return of(tx, group.id()).stream().map(filter -> new Named(group.name(), filter));
    }

    private static Logs.MetricFilter described(Named named) {
        var filter = named.filter;
        return Logs.MetricFilter.of(f -> f.filterName(filter.name()).filterPattern(filter.pattern())
            .logGroupName(named.group).metricTransformations(List.of(filter.transformation()))
            .applyOnTransformedLogs(false).creationTime(filter.created().toEpochMilli()));
    }

    Logs.DeleteMetricFilterResponse delete(Caller caller, Logs.DeleteMetricFilterRequest input) {
        store.change(tx -> {
            var group = groups.find(tx, caller, input.logGroupName());
            if (!data.metricFilters.delete(tx, Key.of(group.id(), input.filterName()))) {
                throw new Logs.ResourceNotFoundException("The specified metric filter does not exist.");
            }
        });
        return Logs.DeleteMetricFilterResponse.of(_ -> { });
    }

    static Logs.TestMetricFilterResponse test(Logs.TestMetricFilterRequest input) {
        var pattern = FilterPattern.parse(input.filterPattern());
        var messages = input.logEventMessages();
        return Logs.TestMetricFilterResponse.of(r -> r.matches(IntStream.range(0, messages.size())
            .filter(i -> pattern.matches(messages.get(i))).mapToObj(i -> Logs.MetricFilterMatchRecord.of(m -> m
                .eventNumber((long) i).eventMessage(messages.get(i))
                .extractedValues(pattern.extracted(messages.get(i)))))
            .toList()));
    }

    List<MetricFilter> of(ReadTx tx, long group) {
        return data.metricFilters.range(tx, Key.of(group)).map(Row::value).toList();
    }

    /** What the filters find in events that are about to be written. */
    static List<Found> find(List<MetricFilter> filters, List<Logs.InputLogEvent> events) {
        return events.isEmpty() ? List.of() : filters.stream().map(filter -> find(filter, events)).toList();
    }

    private static Found find(MetricFilter filter, List<Logs.InputLogEvent> events) {
        var pattern = FilterPattern.parse(filter.pattern());
        var values = new LinkedHashMap<Slot, List<Double>>();
        boolean matched = false;
        for (var event : events) {
            if (pattern.matches(event.message())) {
                matched = true;
                add(filter.transformation(), pattern, event, values);
            }
        }
        return new Found(filter, matched, values.entrySet().stream().flatMap(each -> data(filter.transformation(),
            Instant.ofEpochMilli(each.getKey().minute), each.getKey().dimensions, each.getValue())).toList());
    }

    private static void add(Logs.MetricTransformation wanted, FilterPattern pattern, Logs.InputLogEvent event,
            Map<Slot, List<Double>> values) {
        var message = event.message();
        var value = number(wanted.metricValue())
            .or(() -> pattern.value(wanted.metricValue(), message).flatMap(MetricFilters::number));
        var dimensions = new LinkedHashMap<String, String>();
        var selectors = wanted.dimensions() == null ? Map.<String, String>of() : wanted.dimensions();
        selectors.forEach((name, selector) -> pattern.value(selector, message).ifPresent(found ->
            dimensions.put(name, found)));
        if (value.isPresent() && dimensions.size() == selectors.size()) {
            long minute = event.timestamp() - event.timestamp() % MINUTE.toMillis();
            values.computeIfAbsent(new Slot(minute, dimensions), _ -> new ArrayList<>()).add(value.get());
        }
    }

    private static Optional<Double> number(String text) {
        return Optional.ofNullable(ConditionReader.number(text)).map(Number::doubleValue);
    }

    private static Stream<MetricDatum> data(Logs.MetricTransformation metric, Instant at,
            Map<String, String> dimensions, List<Double> values) {
        var counts = new LinkedHashMap<Double, Double>();
        values.forEach(value -> counts.merge(value, 1.0, Double::sum));
        var distinct = List.copyOf(counts.keySet());
        return IntStream.iterate(0, from -> from < distinct.size(), from -> from + MOST_VALUES)
            .mapToObj(from -> distinct.subList(from, Math.min(distinct.size(), from + MOST_VALUES)))
            .map(some -> MetricDatum.of(d -> d.metricName(metric.metricName()).unit(metric.unit()).timestamp(at)
                .dimensions(EmbeddedDocument.dimensions(dimensions)).values(some)
                .counts(some.stream().map(counts::get).toList())));
    }

    /** In the commit that writes the events: that they came in this minute, and whether one matched. */
    void note(Tx tx, Caller caller, Group group, List<Found> all) {
        for (var found : all) {
            if (found.filter.transformation().defaultValue() != null) {
                var minute = time.instant().truncatedTo(ChronoUnit.MINUTES);
                var id = Key.of(group.id(), found.filter.name(), minute);
                boolean matched = found.matched || data.quietMinutes.get(tx, id).filter(it -> it.value().matched())
                    .isPresent();
                data.quietMinutes.add(tx, minute.plus(MINUTE), id,
                    new QuietMinute(caller.account(), caller.region(), group.name(), matched));
            }
        }
    }

    /**
     * A minute in which events came to a group with a filter.
     *
     * @param matched whether one of them did
     */
    record QuietMinute(String account, String region, String group, boolean matched) {
        private Caller service() {
            var arn = "arn:aws:logs:" + region + ":" + account + ":log-group:" + group;
            var principal = new Principal.Service("logs.amazonaws.com", arn);
            return new Caller(account, region, principal, UUID.randomUUID().toString(), null, 0, null, null, null);
        }
    }

    void publish(Caller caller, String group, List<Found> all) {
        var logs = caller.asService("logs.amazonaws.com", Groups.arn(caller, group).toString());
        for (var found : all) {
            for (int from = 0; from < found.data.size(); from += MOST_DATA) {
                publish(logs, found.filter, found.data.subList(from, Math.min(found.data.size(), from + MOST_DATA)));
            }
        }
    }

    private void publish(Caller logs, MetricFilter filter, List<MetricDatum> values) {
        try {
            cloudWatch.putMetricData(logs, CloudWatch.PutMetricDataRequest.of(r -> r
                .namespace(filter.transformation().metricNamespace()).metricData(values)));
        } catch (ApiError refused) {
            LOG.log(Level.WARNING, "Metrics of filter " + filter.name() + " are refused: " + refused.getMessage());
        }
    }

    /** Gives the minutes that are over the default value. */
    Optional<Instant> turn() {
        var now = time.instant();
        for (var entry : store.read(tx -> data.quietMinutes.due(tx, now, MOST_OF_A_GROUP))) {
            finish(entry);
        }
        return store.read(data.quietMinutes::next);
    }

    private void finish(Due.Waiting<QuietMinute> entry) {
        var minute = entry.value();
        store.read(tx -> data.metricFilters.get(tx, Key.of(entry.id().number(0), entry.id().text(1))))
            .filter(filter -> !minute.matched() && filter.transformation().defaultValue() != null)
            .ifPresent(filter -> publish(minute.service(), filter, data(filter.transformation(),
                entry.id().instant(2), Map.of(), List.of(filter.transformation().defaultValue())).toList()));
        store.change(tx -> data.quietMinutes.cancel(tx, entry.id()));
    }
}
