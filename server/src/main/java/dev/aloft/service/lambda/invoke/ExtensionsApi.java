package dev.aloft.service.lambda.invoke;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What extensions ask: the Extensions API, the Telemetry API and its predecessor, the Logs API.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html">Extensions API</a>
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api-reference.html">Telemetry API</a>
 */
final class ExtensionsApi {
    private static final byte[] ACCEPTED = "{\"status\":\"OK\"}\n".getBytes(StandardCharsets.UTF_8);

    private final Environment environment;
    private final Incarnation incarnation;
    private final Connection connection;

    ExtensionsApi(Environment environment, Incarnation incarnation, Connection connection) {
        this.environment = environment;
        this.incarnation = incarnation;
        this.connection = connection;
    }

    void handle(Connection.Head head) throws IOException, InterruptedException {
        byte[] body = connection.whole(head);
        try {
            switch (head.method() + " " + head.path()) {
                case "POST /2020-01-01/extension/register" -> register(head, body);
                case "GET /2020-01-01/extension/event/next" -> next(head);
                case "POST /2020-01-01/extension/init/error" -> error(head, Extensions.Deed.FAILS_INIT);
                case "POST /2020-01-01/extension/exit/error" -> error(head, Extensions.Deed.FAILS);
                case "PUT /2022-07-01/telemetry" -> subscribe(head, body, Telemetry.Api.TELEMETRY);
                case "PUT /2020-08-15/logs" -> subscribe(head, body, Telemetry.Api.LOGS);
                case "GET /ping" -> connection.answer("200 OK", "text/plain", "pong".getBytes(StandardCharsets.UTF_8));
                default -> connection.answer("404 Not Found", "text/plain; charset=utf-8",
                        "404 page not found\n".getBytes(StandardCharsets.UTF_8));
            }
        } catch (Extensions.Refused e) {
            connection.refuse("403 Forbidden", e.type(), e.getMessage());
        }
    }

    private void register(Connection.Head head, byte[] body) throws IOException, Extensions.Refused {
        String name = head.header("lambda-extension-name");
        if (name == null || name.isEmpty()) {
            throw new Extensions.Refused("Extension.InvalidExtensionName", "Empty extension name");
        }
        Extensions.Extension extension = environment.register(incarnation, name, events(body));
        var answer = new JsonWriter().beginObject()
                .name("functionName").string(environment.version().name())
                .name("functionVersion").string(environment.version().version())
                .name("handler").string(environment.version().handler());
        String features = Optional.ofNullable(head.header("lambda-extension-accept-feature")).orElse("");
        if (Arrays.stream(features.split(",")).anyMatch(each -> each.strip().equals("accountId"))) {
            answer.name("accountId").string(environment.version().account());
        }
        connection.answer("200 OK", "application/json", "Lambda-Extension-Identifier: " + extension.id + "\r\n",
                answer.endObject().toBytes());
    }

    private static List<?> events(byte[] body) throws Extensions.Refused {
        try {
            if (JsonReader.tree(body) instanceof Map<?, ?> said) {
                return switch (said.get("events")) {
                    case List<?> list -> list;
                    case null -> List.of();
                    default -> throw new Extensions.Refused("InvalidRequestFormat", "events is no list");
                };
            }
        } catch (RuntimeException e) {
            throw new Extensions.Refused("InvalidRequestFormat", String.valueOf(e.getMessage()));
        }
        throw new Extensions.Refused("InvalidRequestFormat", "the request is no object");
    }

    private void next(Connection.Head head) throws IOException, InterruptedException, Extensions.Refused {
        Extensions.Extension extension = environment.ask(incarnation, head.header("lambda-extension-identifier"));
        Optional<byte[]> event = incarnation.extensions.await(extension);
        if (event.isEmpty()) {
            throw new InterruptedException("the environment ends");
        }
        connection.answer("200 OK", "application/json", "Lambda-Extension-Event-Identifier: " + UUID.randomUUID()
                + "\r\n", event.get());
    }

    private void error(Connection.Head head, Extensions.Deed deed) throws IOException, Extensions.Refused {
        String type = head.header("lambda-extension-function-error-type");
        incarnation.extensions.fail(head.header("lambda-extension-identifier"), type, deed);
        incarnation.remember(Failure.extension(deed == Extensions.Deed.FAILS_INIT ? "Extension.InitError"
                : "Extension.ExitError", type));
        connection.answer("202 Accepted", "application/json", ACCEPTED);
        environment.extensionFailed(incarnation);
    }

    private void subscribe(Connection.Head head, byte[] body, Telemetry.Api api) throws IOException,
            Extensions.Refused {
        Extensions.Extension extension = incarnation.extensions.byId(head.header("lambda-extension-identifier"));
        if (incarnation.telemetry.closed()) {
            throw new Extensions.Refused(api.word + ".SubscriptionClosed", api.word
                    + " API subscription is closed already");
        }
        try {
            List<String> types = incarnation.telemetry.subscribe(extension.name, api, body);
            connection.answer("200 OK", "application/json", "\"OK\"".getBytes(StandardCharsets.UTF_8));
            environment.subscribed(incarnation, api, extension.name, types);
        } catch (Telemetry.Invalid e) {
            connection.refuse("400 Bad Request", "ValidationError", e.getMessage());
        }
    }
}
