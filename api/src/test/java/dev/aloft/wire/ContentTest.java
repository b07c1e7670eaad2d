package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Logs;
import dev.aloft.api.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose content is coded: what is known is decoded, what is not is refused and not read as it is. */
class ContentTest {
    private static final byte[] TEXT = "{\"TableName\":\"t\"}".getBytes(StandardCharsets.UTF_8);

    private static byte[] read(Operation operation, String coding, byte[] content) {
        return Content.bytes(operation, new HttpRequest("POST", "http", "/", "",
                Headers.of("Content-Encoding", coding), Body.of(content), null));
    }

    private static byte[] coded(String coding, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (OutputStream out = coding.equals("gzip") ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void codingsAreUndoneFromTheLastToTheFirst() throws IOException {
        assertThat(read(Logs.PUT_LOG_EVENTS, "GZIP", coded("gzip", TEXT))).isEqualTo(TEXT);
        assertThat(read(Logs.PUT_LOG_EVENTS, "deflate", coded("deflate", TEXT))).isEqualTo(TEXT);
        assertThat(read(Logs.PUT_LOG_EVENTS, "deflate, gzip", coded("gzip", coded("deflate", TEXT)))).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "amz-1.0", "aws-chunked", ""})
    void someCodingsChangeNothing(String coding) {
        assertThat(read(Logs.PUT_LOG_EVENTS, coding, TEXT)).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "br", "zstd", "br, gzip"})
    void anUnknownCodingIsNamed(String coding) throws IOException {
        var content = coding.endsWith("gzip") ? coded("gzip", TEXT) : TEXT;
        assertThatExceptionOfType(ApiError.class).isThrownBy(() -> read(Logs.PUT_LOG_EVENTS, coding, content))
                .withMessage("Unsupported content encoding: " + coding.replace(", gzip", ""))
                .satisfies(e -> assertThat(e.code()).isEqualTo("UnsupportedMediaTypeException"))
                .satisfies(e -> assertThat(e.status()).isEqualTo(415));
    }

    @Test
    void dynamoDbCallsItAFaultOfItsOwn() {
        assertThatExceptionOfType(ApiError.class).isThrownBy(() -> read(DynamoDb.PUT_ITEM, "garbage", TEXT))
                .withMessage("Unsupported content encoding: garbage")
                .satisfies(e -> assertThat(e.code()).isEqualTo("InternalServerError"))
                .satisfies(e -> assertThat(e.status()).isEqualTo(500));
    }
}
