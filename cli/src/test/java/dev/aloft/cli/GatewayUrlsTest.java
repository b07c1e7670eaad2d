package dev.aloft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class GatewayUrlsTest {
    private static final URI PLATFORM = URI.create("http://127.0.0.1:4566");

    @Test
    void anExecuteApiUrlBecomesOneOfThisMachine() {
        assertThat(new GatewayUrls(PLATFORM, true)
                .rewrite("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/x?y=1"))
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
        for (var text : new String[] {"table-1", "https://bucket.s3.amazonaws.com/a",
                "https://a.execute-api.us-east-1.amazonaws.com.evil.example/"}) {
            assertThat(urls.rewrite(text)).isEqualTo(text);
        }
    }

    @Test
    void functionUrlsAreNamedOrFoundByTheirPath() {
        var told = "http://abc234.lambda-url.eu-west-1.localhost:4566/";
        assertThat(new GatewayUrls(URI.create("http://127.0.0.1:4700"), true).rewrite(told))
                .isEqualTo("http://abc234.lambda-url.eu-west-1.localhost:4700/");
        assertThat(new GatewayUrls(URI.create("http://127.0.0.1:4700"), false).rewrite("open " + told + "x?y"))
                .isEqualTo("open http://127.0.0.1:4700/_aws/lambda-url/abc234/x?y");
        assertThat(new GatewayUrls(URI.create("http://127.0.0.1:4700"), false)
                .rewrite("https://abc234.lambda-url.eu-west-1.on.aws"))
                .isEqualTo("http://127.0.0.1:4700/_aws/lambda-url/abc234/");
    }
}
