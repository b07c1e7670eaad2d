package dev.aloft.wire;

import dev.aloft.api.JsonReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An HTTP answer as a function streams it: {@code application/vnd.awslambda.http-integration-response}, a JSON object
 * with {@code statusCode}, {@code headers} and {@code cookies}, eight NULs, and then the body.
 *
 * @param cookies values of {@code Set-Cookie}
 * @param body    the rest, as it comes
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html">Response streaming with
 *     function URLs</a>
 */
public record IntegrationResponse(int status, Headers headers, List<String> cookies, InputStream body) {
    public static final String CONTENT_TYPE = "application/vnd.awslambda.http-integration-response";
    private static final int NULS = 8;
    private static final int MOST_PRELUDE_BYTES = 1 << 20;

    /** Reads up to where the body begins; what is no such answer is an {@link IOException}. */
    public static IntegrationResponse read(InputStream in) throws IOException {
        var prelude = new ByteArrayOutputStream();
        for (int nuls = 0; nuls < NULS;) {
            int b = in.read();
            if (b < 0 || prelude.size() > MOST_PRELUDE_BYTES || nuls > 0 && b != 0) {
                throw new IOException("a streamed HTTP answer without its prelude");
            }
            if (b == 0) {
                nuls++;
            } else {
                prelude.write(b);
            }
        }
        if (prelude.size() == 0) {
            return new IntegrationResponse(200, new Headers(), List.of(), in);
        }
        try {
            return JsonReader.tree(prelude.toByteArray()) instanceof Map<?, ?> said ? of(said, in) : notHttp();
        } catch (RuntimeException unreadable) {
            return notHttp();
        }
    }

    private static IntegrationResponse of(Map<?, ?> said, InputStream in) throws IOException {
        var headers = new Headers();
        if (said.get("headers") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> {
                if (value instanceof List<?> several) {
                    several.forEach(each -> headers.add(name.toString(), String.valueOf(each)));
                } else if (value != null) {
                    headers.add(name.toString(), String.valueOf(value));
                }
            });
        }
        var cookies = new ArrayList<String>();
        if (said.get("cookies") instanceof List<?> given) {
            given.forEach(each -> cookies.add(String.valueOf(each)));
        }
        Object status = said.get("statusCode");
        return switch (status) {
            case null -> new IntegrationResponse(200, headers, List.copyOf(cookies), in);
            case Number number -> new IntegrationResponse(number.intValue(), headers, List.copyOf(cookies), in);
            case String text when text.matches("\\d{3}") -> new IntegrationResponse(Integer.parseInt(text), headers,
                    List.copyOf(cookies), in);
            default -> notHttp();
        };
    }

    private static IntegrationResponse notHttp() throws IOException {
        throw new IOException("the prelude of a streamed HTTP answer is no JSON object with a status");
    }
}
