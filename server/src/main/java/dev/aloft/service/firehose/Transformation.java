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
import java.util.UUID;

/**
 * What a stream's function makes of its records, some at a time.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html">Data transformation</a>
 */
final class Transformation {
    private final Lambda lambda;
    private final Time time;

    Transformation(Lambda lambda, Time time) {
        this.lambda = lambda;
        this.time = time;
    }

    /** Records that are to be delivered, and the documents of those that failed. */
    record Result(List<Ready> delivered, List<Map<String, Object>> failed) {
        Result() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** A record that is to be delivered. */
    record Ready(Bytes data, KeptRecord source, Keys keys) {
        Ready with(Keys changed) {
            return new Ready(data, source, changed);
        }
    }

    /** Why records did not come through. */
    private record Fault(String code, String message) {
    }

    private record Indexed(String id, KeptRecord record) {
    }

    Result of(Caller caller, KeptStream stream, Firehose.Processor processor, long first, List<KeptRecord> records) {
        long most = (long) (Double.parseDouble(Destinations.parameter(processor, "BufferSizeInMBs", "1")) * (1 << 20));
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
        return result;
    }

    static String recordId(KeptStream stream, long index) {
        return "49%019d%035d".formatted(Math.abs(stream.id().hashCode()), index);
    }

    private void transform(Caller caller, KeptStream stream, Firehose.Processor processor, List<Indexed> some,
            Result result) {
        var function = Destinations.parameter(processor, "LambdaArn", null);
        int attempts = 1 + Integer.parseInt(Destinations.parameter(processor, "NumberOfRetries", "3"));
        var event = JsonWriter.bytes(event(stream, some));
        Fault fault = null;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            try {
                var answer = lambda.invoke(caller, Lambda.InvokeRequest.of(r -> r.functionName(function)
                        .payload(Bytes.of(event))));
                if (answer.functionError() == null) {
                    read(answer.payload(), some, function, attempt, result);
                    return;
                }
                fault = new Fault("Lambda.FunctionError",
                        "The Lambda function was successfully invoked but it returned an error result.");
            } catch (ApiError e) {
                fault = new Fault(code(e), e.getMessage());
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
            record.put("approximateArrivalTimestamp", it.record().arrival().toEpochMilli());
            record.put("data", it.record().data().base64());
            if (it.record().origin() != null) {
                record.put("kinesisRecordMetadata", metadata(it.record()));
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
        metadata.put("subsequenceNumber", 0);
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
                    result.delivered().add(new Ready(data, record.record(), new Keys(Map.of(), keys(answer))));
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

    private Map<String, Object> failure(Indexed record, Fault fault, String function, int attempts) {
        var document = failure(record.record(), fault.code(), fault.message(), attempts, time.instant());
        document.put("lambdaArn", function);
        return document;
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
