package dev.aloft.service.firehose;

import dev.aloft.api.Bytes;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.firehose.FirehoseData.KeptStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * Sends records to a web server, which has to answer with the id of the request.
 *
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html">HTTP endpoint
 *     delivery</a>
 */
final class HttpEndpoint {
    static final String PURPOSE = "firehose access key";
    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    private final Outbound outbound;
    private final KeyFile keys;
    private final Time time;

    HttpEndpoint(Outbound outbound, KeyFile keys, Time time) {
        this.outbound = outbound;
        this.keys = keys;
        this.time = time;
    }

    /** The server has not taken the records. */
    static final class NotTaken extends Exception {
        private final String code;

        NotTaken(String code, String message) {
            super(message, null, false, false);
            this.code = code;
        }

        String code() {
            return "HttpEndpoint." + code;
        }
    }

    /** @param requestId the same for each try */
    void send(KeptStream stream, String requestId, List<Bytes> records) throws NotTaken {
        var body = new LinkedHashMap<String, Object>();
        body.put("requestId", requestId);
        body.put("timestamp", time.instant().toEpochMilli());
        body.put("records", records.stream().map(record -> Map.of("data", record.base64())).toList());
        boolean packed = "GZIP".equals(stream.http().settings().requestConfiguration().contentEncoding());
        var content = JsonWriter.bytes(body);
        try {
            var answer = outbound.send("POST", URI.create(stream.http().settings().endpointConfiguration().url()),
                    headers(stream, requestId, packed), packed ? packed(content) : content, TIMEOUT);
            check(answer, requestId);
        } catch (HttpTimeoutException e) {
            throw new NotTaken("RequestTimeout", "The request timed out before a response was received.");
        } catch (IOException e) {
            throw new NotTaken("ConnectionFailed", "The connection to the endpoint failed: " + e.getMessage());
        }
    }

    private Map<String, String> headers(KeptStream stream, String requestId, boolean packed) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/json");
        headers.put("X-Amz-Firehose-Protocol-Version", "1.0");
        headers.put("X-Amz-Firehose-Request-Id", requestId);
        headers.put("X-Amz-Firehose-Source-Arn", stream.arn());
        headers.put("User-Agent", "Amazon Kinesis Data Firehose Agent/1.0");
        if (packed) {
            headers.put("Content-Encoding", "gzip");
        }
        if (stream.http().accessKey() != null) {
            headers.put("X-Amz-Firehose-Access-Key", new String(
                    keys.unseal(PURPOSE, stream.id(), stream.http().accessKey()).orElseThrow(() ->
                            new IllegalStateException("The access key of " + stream.arn()
                                    + " was encrypted with another key file")),
                    StandardCharsets.UTF_8));
        }
        var attributes = new LinkedHashMap<String, Object>();
        var given = stream.http().settings().requestConfiguration().commonAttributes();
        if (given != null) {
            given.forEach(each -> attributes.put(each.attributeName(), each.attributeValue()));
        }
        headers.put("X-Amz-Firehose-Common-Attributes", JsonWriter.string(Map.of("commonAttributes", attributes)));
        return headers;
    }

    private static byte[] packed(byte[] content) {
        var all = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(all)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    private static void check(Outbound.Answer answer, String requestId) throws NotTaken {
        var said = new String(answer.body(), StandardCharsets.UTF_8);
        if (answer.status() != 200) {
            throw new NotTaken("DestinationException",
                    "Received the following response from the endpoint destination. " + said);
        }
        try {
            if (JsonReader.tree(said) instanceof Map<?, ?> map && requestId.equals(map.get("requestId"))) {
                return;
            }
        } catch (JsonReader.Malformed _) {
            // Told below.
        }
        throw new NotTaken("InvalidResponseFromDestination", "The response received from the endpoint is invalid.");
    }
}
