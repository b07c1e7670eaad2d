package dev.aloft.service.firehose;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Firehose;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.KeptRecord;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import dev.aloft.service.firehose.Partitions.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a stream's function makes of its records, some at a time.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html">Data transformation</a>
 */
final class Transformation {
    private final Lambda lambda;
    private final Measures measures;
    private final Time time;

    Transformation(Lambda lambda, Measures measures, Time time) {
        this.lambda = lambda;
        this.measures = measures;
        this.time = time;
    }

    /** Records that are to be delivered, and those that failed. */
    record Result(List<Ready> delivered, List<Failed> failed) {
        Result() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        /** What a later step made of those that were to be delivered. */
        Result then(Result later) {
            return new Result(later.delivered(), Stream.concat(failed.stream(), later.failed().stream()).toList());
        }
    }

    /** A record that is to be delivered, as it is then. */
    record Ready(Bytes data, KeptRecord source, Keys keys) {
        static Ready of(KeptRecord record) {
            return new Ready(record.data(), record, Keys.NONE);
        }

        Ready with(Keys changed) {
            return new Ready(data, source, changed);
        }

        Ready with(Bytes changed) {
            return new Ready(changed, source, keys);
        }
    }

    /**
     * A record that goes where errors go.
     *
     * @param type     its error output type, a part of the object's name
     * @param document what is written of it
     */
    record Failed(String type, KeptRecord source, Map<String, Object> document) {
    }

    /** Why records did not come through. */
    private record Fault(String code, String message) {
    }

    private record Indexed(String id, Ready record) {
    }

    Result of(Caller caller, KeptStream stream, Firehose.Processor processor, long first, List<Ready> records) {
        long most = (long) (Double.parseDouble(Processors.parameter(processor, "BufferSizeInMBs", "1")) * (1 << 20));
        var result = new Result();
        var some = new ArrayList<Indexed>();
        long bytes = 0;
        for (int i = 0; i < records.size(); i++) {
            var record = records.get(i);
            if (!some.isEmpty() && bytes + record.data().length() > most) {
                transform(caller, stream, processor, some, result);
                some.clear();
                bytes = 0;
            }
            some.add(new Indexed(recordId(stream, first + i), record));
            bytes += record.data().length();
        }
        if (!some.isEmpty()) {
            transform(caller, stream, processor, some, result);
        }
        measures.processed(stream, result.delivered().size(),
                result.delivered().stream().mapToLong(it -> it.source().data().length()).sum());
        return result;
    }

    static String recordId(KeptStream stream, long index) {
        return "49%019d%035d".formatted(Math.abs(stream.id().hashCode()), index);
    }

    private void transform(Caller caller, KeptStream stream, Firehose.Processor processor, List<Indexed> some,
            Result result) {
        var function = Processors.parameter(processor, "LambdaArn", null);
        int attempts = 1 + Integer.parseInt(Processors.parameter(processor, "NumberOfRetries", "3"));
        Fault fault = null;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            var event = JsonWriter.bytes(event(stream, some));
            var began = time.instant();
            boolean done = false;
            try {
                var answer = lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName(function)
                        .payload(Bytes.of(event))));
                done = answer.functionError() == null;
                if (done) {
                    read(answer.payload(), some, function, attempt, result);
                    return;
                }
                fault = new Fault("Lambda.FunctionError",
                        "The Lambda function was successfully invoked but it returned an error result.");
            } catch (ApiError e) {
                fault = new Fault(code(e), e.getMessage());
            } finally {
                measures.invoked(stream, done, began);
            }
        }
        for (var each : some) {
            result.failed().add(failure(each, fault, function, attempts));
        }
    }

    private static String code(ApiError error) {
        return switch (error.code()) {
            case "TooManyRequestsException" -> "Lambda.InvokeLimitExceeded";
            case "AccessDeniedException", "AccessDenied" -> "Lambda.InvokeAccessDenied";
            case "ResourceNotFoundException" -> "Lambda.ResourceNotFound";
            default -> "Lambda." + error.code();
        };
    }

    private static Map<String, Object> event(KeptStream stream, List<Indexed> some) {
        var event = new LinkedHashMap<String, Object>();
        event.put("invocationId", UUID.randomUUID().toString());
        if (stream.source() != null) {
            event.put("sourceKinesisStreamArn", stream.source().stream());
        }
        event.put("deliveryStreamArn", stream.arn());
        event.put("region", stream.region());
        event.put("records", some.stream().map(it -> {
            var record = new LinkedHashMap<String, Object>();
            record.put("recordId", it.id());
            record.put("approximateArrivalTimestamp", it.record().source().arrival().toEpochMilli());
            record.put("data", it.record().data().base64());
            if (it.record().source().origin() != null) {
                record.put("kinesisRecordMetadata", metadata(it.record().source()));
            }
            return record;
        }).toList());
        return event;
    }

    private static Map<String, Object> metadata(KeptRecord record) {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("shardId", record.origin().shard());
        metadata.put("partitionKey", record.origin().partitionKey());
        metadata.put("approximateArrivalTimestamp", record.arrival().toEpochMilli());
        metadata.put("sequenceNumber", record.origin().sequenceNumber());
        metadata.put("subsequenceNumber", Objects.requireNonNullElse(record.origin().subsequence(), 0));
        return metadata;
    }

    private void read(Bytes payload, List<Indexed> some, String function, int attempts, Result result) {
        var answers = new HashMap<String, Map<?, ?>>();
        var twice = new ArrayList<String>();
        Fault whole = null;
        try {
            if (JsonReader.tree(payload.array()) instanceof Map<?, ?> answer
                    && answer.get("records") instanceof List<?> list) {
                for (var each : list) {
                    if (each instanceof Map<?, ?> record && record.get("recordId") instanceof String id
                            && answers.put(id, record) != null) {
                        twice.add(id);
                    }
                }
            } else {
                whole = new Fault("Lambda.JsonProcessingException",
                        "Error parsing records from JSON response: no records in it");
            }
        } catch (JsonReader.Malformed e) {
            whole = new Fault("Lambda.JsonProcessingException", "Error parsing records from JSON response: "
                    + e.getMessage());
        }
        for (var each : some) {
            var fault = whole != null ? whole : twice.contains(each.id())
                    ? new Fault("Lambda.DuplicatedRecordId", "Multiple records were returned with the same record ID.")
                    : taken(each, answers.get(each.id()), result);
            if (fault != null) {
                result.failed().add(failure(each, fault, function, attempts));
            }
        }
    }

    /** Takes what became of one record, or says what is wrong with it. */
    private static Fault taken(Indexed record, Map<?, ?> answer, Result result) {
        if (answer == null) {
            return new Fault("Lambda.MissingRecordId", "One or more record Ids were not returned. "
                    + "Ensure that the Lambda function returns all received record Ids.");
        }
        return switch (answer.get("result") instanceof String text ? text : "") {
            case "Ok" -> {
                try {
                    var data = answer.get("data") instanceof String text ? Bytes.fromBase64(text) : Bytes.EMPTY;
                    result.delivered().add(new Ready(data, record.record().source(), new Keys(Map.of(), keys(answer))));
                    yield null;
                } catch (IllegalArgumentException _) {
                    yield new Fault("Lambda.JsonProcessingException", "The data of a record is not in Base64.");
                }
            }
            case "Dropped" -> null;
            case "ProcessingFailed" -> new Fault("Lambda.ProcessingFailedStatus",
                    "ProcessingFailed status set for record");
            default -> new Fault("Lambda.JsonProcessingException",
                    "The result of a record is none of Ok, Dropped, ProcessingFailed.");
        };
    }

    private static Map<String, String> keys(Map<?, ?> answer) {
        var keys = new LinkedHashMap<String, String>();
        if (answer.get("metadata") instanceof Map<?, ?> metadata && metadata.get("partitionKeys") instanceof Map<?,
                ?> given) {
            given.forEach((name, value) -> keys.put(name.toString(), String.valueOf(value)));
        }
        return keys;
    }

    /** The function stands under {@code lambdaARN} as AWS was seen to write it; its documentation says lambdaArn. */
    private Failed failure(Indexed record, Fault fault, String function, int attempts) {
        var source = record.record().source();
        var document = failure(source, fault.code(), fault.message(), attempts, time.instant());
        document.put("lambdaARN", function);
        return new Failed(ObjectName.PROCESSING_FAILED, source, document);
    }

    /** What is written of a record that cannot be delivered. */
    static Map<String, Object> failure(KeptRecord record, String code, String message, int attempts, Instant now) {
        var document = new LinkedHashMap<String, Object>();
        document.put("attemptsMade", attempts);
        document.put("arrivalTimestamp", record.arrival().toEpochMilli());
        document.put("errorCode", code);
        document.put("errorMessage", message);
        document.put("attemptEndingTimestamp", now.toEpochMilli());
        document.put("rawData", record.data().base64());
        return document;
    }

    /** One document a line, as Firehose writes them. */
    static byte[] lines(List<Map<String, Object>> documents) {
        var text = new StringBuilder();
        for (var document : documents) {
            text.append(new String(JsonWriter.bytes(document), StandardCharsets.UTF_8)).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
