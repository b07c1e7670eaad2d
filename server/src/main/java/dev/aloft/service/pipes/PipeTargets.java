package dev.aloft.service.pipes;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Events;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Kinesis;
import dev.aloft.api.Logs;
import dev.aloft.api.Pipes;
import dev.aloft.api.Shape;
import dev.aloft.api.Sns;
import dev.aloft.api.Sqs;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.pipes.PipeTarget.Handed;
import dev.aloft.service.pipes.PipeTarget.Handover;
import dev.aloft.service.pipes.PipesData.KeptPipe;
import dev.aloft.wire.Trees;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The targets that take events by the batch, each through its service's batch operation even where there is one event,
 * and web servers, which take one at a time. A parameter that is a path is looked up in the event.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html">Batching</a>
 */
final class PipeTargets {
    private static final int MOST_MESSAGES = 10;
    private static final int MOST_RECORDS = 500;
    private static final int MOST_LINES = 10_000;
    private static final Map<String, Integer> MOST = Map.of("sqs", MOST_MESSAGES, "sns", MOST_MESSAGES, "events",
            MOST_MESSAGES,
            "kinesis", MOST_RECORDS, "firehose", MOST_RECORDS, "logs", MOST_LINES, "lambda", MOST_LINES);

    private PipeTargets() {
    }

    /** How many events the target takes at once, 0 where there is no such target. */
    static int most(Arn target, WebServers webServers) {
        if (webServers.takes(target)) {
            return 1;
        }
        return target.service().equals("events") && !target.resource().startsWith("event-bus/") ? 0
                : MOST.getOrDefault(target.service(), 0);
    }

    /** Of a pipe whose target is no function. */
    static PipeTarget of(KeptPipe pipe, Endpoint endpoint, WebServers webServers, Time time) {
        var target = Arn.parse(pipe.settings().target());
        var given = pipe.settings().targetParameters();
        var parameters = given == null ? Pipes.PipeTargetParameters.of(_ -> { }) : given;
        if (webServers.takes(target)) {
            return new Web(target, webServers, parameters.httpParameters());
        }
        return switch (target.service()) {
            case "sqs" -> new Queue(target, Sqs.at(endpoint), Optional.ofNullable(parameters.sqsQueueParameters()));
            case "sns" -> new Topic(target.toString(), Sns.at(endpoint));
            case "events" -> new Bus(pipe, Events.at(endpoint),
                    Optional.ofNullable(parameters.eventBridgeEventBusParameters()), time);
            case "kinesis" -> new Stream(target.toString(), Kinesis.at(endpoint),
                    parameters.kinesisStreamParameters().partitionKey());
            case "firehose" -> new DeliveryStream(target.resourceName(), Firehose.at(endpoint));
            case "logs" -> new LogGroup(target, Logs.at(endpoint),
                    Optional.ofNullable(parameters.cloudWatchLogsParameters()), time);
            default -> throw new IllegalStateException("A pipe with the target " + target);
        };
    }

    static String text(Object input) {
        return input instanceof String text ? text : JsonWriter.string(input);
    }

    private static byte[] bytes(Object input) {
        return text(input).getBytes(StandardCharsets.UTF_8);
    }

    /** @param refused why, by the place of the event */
    private static Handed handed(Shape request, Shape response, Map<Integer, String> refused) {
        return new Handed(Trees.of(request), Trees.of(response), refused.keySet(),
                refused.values().stream().findFirst().orElse(null));
    }

    /** Of an answer that has an entry for each event, in their order. */
    private static <T> Handed handed(Shape request, Shape response, List<T> entries, Function<T, String> code,
            Function<T, String> message) {
        var refused = new LinkedHashMap<Integer, String>();
        for (int i = 0; i < entries.size(); i++) {
            if (code.apply(entries.get(i)) != null) {
                refused.put(i, code.apply(entries.get(i)) + ": " + message.apply(entries.get(i)));
            }
        }
        return handed(request, response, refused);
    }

    private record Queue(Arn arn, Sqs sqs,
            Optional<Pipes.PipeTargetSqsQueueParameters> parameters) implements PipeTarget {
        @Override
        public int most() {
            return MOST_MESSAGES;
        }

        @Override
        public Handed hand(Caller role, List<Handover> events) {
            var url = "https://sqs." + arn.region() + ".amazonaws.com/" + arn.account() + "/" + arn.resource();
            var entries = new ArrayList<Sqs.SendMessageBatchRequestEntry>();
            events.forEach(each -> entries.add(Sqs.SendMessageBatchRequestEntry.of(e -> e
                    .id(String.valueOf(entries.size())).messageBody(text(each.input()))
                    .messageGroupId(parameters.map(it -> PipeTemplate.dynamic(it.messageGroupId(), each.event()))
                            .orElse(null))
                    .messageDeduplicationId(parameters.map(it ->
                            PipeTemplate.dynamic(it.messageDeduplicationId(), each.event())).orElse(null)))));
            var request = Sqs.SendMessageBatchRequest.of(r -> r.queueUrl(url).entries(entries));
            var response = sqs.sendMessageBatch(role, request);
            var refused = new LinkedHashMap<Integer, String>();
            (response.failed() == null ? List.<Sqs.BatchResultErrorEntry>of() : response.failed())
                    .forEach(it -> refused.put(Integer.parseInt(it.id()), it.code() + ": " + it.message()));
            return handed(request, response, refused);
        }
    }

    private record Topic(String arn, Sns sns) implements PipeTarget {
        @Override
        public int most() {
            return MOST_MESSAGES;
        }

        @Override
        public Handed hand(Caller role, List<Handover> events) {
            var entries = new ArrayList<Sns.PublishBatchRequestEntry>();
            events.forEach(each -> entries.add(Sns.PublishBatchRequestEntry.of(e -> e
                    .id(String.valueOf(entries.size())).message(text(each.input())))));
            var request = Sns.PublishBatchRequest.of(r -> r.topicArn(arn).publishBatchRequestEntries(entries));
            var response = sns.publishBatch(role, request);
            var refused = new LinkedHashMap<Integer, String>();
            (response.failed() == null ? List.<Sns.BatchResultErrorEntry>of() : response.failed())
                    .forEach(it -> refused.put(Integer.parseInt(it.id()), it.code() + ": " + it.message()));
            return handed(request, response, refused);
        }
    }

    private record Stream(String arn, Kinesis kinesis, String partitionKey) implements PipeTarget {
        @Override
        public int most() {
            return MOST_RECORDS;
        }

        @Override
        public Handed hand(Caller role, List<Handover> events) {
            var request = Kinesis.PutRecordsRequest.of(r -> r.streamARN(arn).records(events.stream().map(each ->
                    Kinesis.PutRecordsRequestEntry.of(e -> e.data(Bytes.of(bytes(each.input())))
                            .partitionKey(PipeTemplate.dynamic(partitionKey, each.event())))).toList()));
            var response = kinesis.putRecords(role, request);
            return handed(request, response, response.records(), Kinesis.PutRecordsResultEntry::errorCode,
                    Kinesis.PutRecordsResultEntry::errorMessage);
        }
    }

    private record DeliveryStream(String name, Firehose firehose) implements PipeTarget {
        @Override
        public int most() {
            return MOST_RECORDS;
        }

        @Override
        public Handed hand(Caller role, List<Handover> events) {
            var request = Firehose.PutRecordBatchRequest.of(r -> r.deliveryStreamName(name).records(events.stream()
                    .map(each -> Firehose.Record.of(it -> it.data(Bytes.of(bytes(each.input()))))).toList()));
            var response = firehose.putRecordBatch(role, request);
            return handed(request, response, response.requestResponses(),
                    Firehose.PutRecordBatchResponseEntry::errorCode,
                    Firehose.PutRecordBatchResponseEntry::errorMessage);
        }
    }

    private record Bus(KeptPipe pipe, Events events, Optional<Pipes.PipeTargetEventBridgeEventBusParameters> parameters,
            Time clock) implements PipeTarget {
        @Override
        public int most() {
            return MOST_MESSAGES;
        }

        @Override
        public Handed hand(Caller role, List<Handover> handovers) {
            var request = Events.PutEventsRequest.of(r -> r.entries(handovers.stream().map(this::entry).toList())
                    .endpointId(parameters.map(Pipes.PipeTargetEventBridgeEventBusParameters::endpointId)
                    .orElse(null)));
            var response = events.putEvents(role, request);
            return handed(request, response, response.entries(), Events.PutEventsResultEntry::errorCode,
                    Events.PutEventsResultEntry::errorMessage);
        }

        /** Without parameters an event says which pipe it comes through and of what kind its source is. */
        private Events.PutEventsRequestEntry entry(Handover each) {
            return Events.PutEventsRequestEntry.of(e -> e.eventBusName(pipe.settings().target())
                    .source(parameters.map(it -> PipeTemplate.dynamic(it.source(), each.event()))
                            .orElse("Pipe " + pipe.name()))
                    .detailType(parameters.map(it -> PipeTemplate.dynamic(it.detailType(), each.event()))
                            .orElse("Event from aws:" + pipe.source().service()))
                    .resources(parameters.map(Pipes.PipeTargetEventBridgeEventBusParameters::resources).map(all ->
                            all.stream().map(it -> PipeTemplate.dynamic(it, each.event())).toList()).orElse(null))
                    .time(parameters.map(it -> PipeTemplate.dynamic(it.time(), each.event()))
                            .map(text -> moment(text, clock)).orElse(null))
                    .detail(text(each.input())));
        }
    }

    /** As people write it: in milliseconds since 1970, or as ISO 8601 has it. */
    private static Instant moment(String text, Time clock) {
        try {
            return text.matches("[0-9]{1,15}") ? Instant.ofEpochMilli(Long.parseLong(text)) : Instant.parse(text);
        } catch (DateTimeException _) {
            return clock.instant();
        }
    }

    private record LogGroup(Arn arn, Logs logs, Optional<Pipes.PipeTargetCloudWatchLogsParameters> parameters,
            Time clock)
            implements PipeTarget {
        @Override
        public int most() {
            return MOST_LINES;
        }

        @Override
        public Handed hand(Caller role, List<Handover> events) {
            var group = arn.resource().substring("log-group:".length()).replaceFirst(":\\*$", "");
            var named = parameters.map(Pipes.PipeTargetCloudWatchLogsParameters::logStreamName)
                    .map(it -> PipeTemplate.dynamic(it, events.getFirst().event()));
            var stream = named.orElse(role.requestId());
            if (named.isEmpty()) {
                logs.createLogStream(role, Logs.CreateLogStreamRequest.of(r -> r.logGroupName(group)
                        .logStreamName(stream)));
            }
            var lines = events.stream().map(this::line).sorted((a, b) -> Long.compare(a.timestamp(), b.timestamp()))
                    .toList();
            var request = Logs.PutLogEventsRequest.of(r -> r.logGroupName(group).logStreamName(stream)
                    .logEvents(lines));
            return handed(request, logs.putLogEvents(role, request), Map.of());
        }

        private Logs.InputLogEvent line(Handover each) {
            var moment = parameters.map(it -> PipeTemplate.dynamic(it.timestamp(), each.event()))
                    .map(text -> moment(text, clock)).orElseGet(clock::instant);
            return Logs.InputLogEvent.of(e -> e.timestamp(moment.toEpochMilli()).message(text(each.input())));
        }
    }

    private record Web(Arn arn, WebServers webServers,
            Pipes.PipeTargetHttpParameters parameters) implements PipeTarget {
        @Override
        public int most() {
            return 1;
        }

        @Override
        public Handed hand(Caller role, List<Handover> events) {
            var each = events.getFirst();
            var request = parameters == null ? request(each, null, null, null)
                    : request(each, parameters.pathParameterValues(),
                    parameters.headerParameters(), parameters.queryStringParameters());
            var answer = webServers.send(role, arn, request);
            return new Handed(told(request), new String(answer, StandardCharsets.UTF_8), Set.of(), null);
        }
    }

    static WebServers.Request request(Handover each, List<String> path, Map<String, String> headers,
            Map<String, String> query) {
        return new WebServers.Request(bytes(each.input()),
                path == null ? List.of() : path.stream().map(it -> filled(it, each)).toList(), filled(headers, each),
                filled(query, each));
    }

    private static Map<String, String> filled(Map<String, String> given, Handover each) {
        var all = new LinkedHashMap<String, String>();
        if (given != null) {
            given.forEach((name, value) -> all.put(name, filled(value, each)));
        }
        return all;
    }

    private static String filled(String value, Handover each) {
        var found = PipeTemplate.dynamic(value, each.event());
        return found == null ? "" : found;
    }

    /** As a log tells of it. */
    static Map<String, Object> told(WebServers.Request request) {
        var told = new LinkedHashMap<String, Object>();
        told.put("pathParameterValues", request.path());
        told.put("headerParameters", request.headers());
        told.put("queryStringParameters", request.query());
        told.put("body", new String(request.body(), StandardCharsets.UTF_8));
        return told;
    }
}
