package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class GatewayUrlsTest {
    private static final URI PLATFORM = URI.create("http://127.0.0.1:4566");

    @Test
    void anExecuteApiUrlBecomesOneOfThisMachine() {
        assertThat(new GatewayUrls(PLATFORM, true).rewrite("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/x?y=1"))
                .isEqualTo("http://abc123.execute-api.localhost:4566/prod/x?y=1");
    }

    @Test
    void whereSuchNamesDoNotResolveItIsAPath() {
        assertThat(new GatewayUrls(URI.create("http://127.0.0.1:4566/"), false)
                        .rewrite("https://abc123.execute-api.us-east-1.amazonaws.com"))
                .isEqualTo("http://127.0.0.1:4566/_aws/execute-api/abc123");
    }

    @Test
    void otherTextStays() {
        var urls = new GatewayUrls(PLATFORM, true);
        for (var text : new String[] {"table-1", "https://bucket.s3.amazonaws.com/a", "https://a.execute-api.us-east-1.amazonaws.com.evil.example/"}) {
            assertThat(urls.rewrite(text)).isEqualTo(text);
        }
    }
}
