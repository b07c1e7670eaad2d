package dev.aloft.service.lambda.invoke;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.time.Time;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * AWS's Parameters and Secrets Lambda Extension for one start of an environment: reads parameters and secrets under the
 * function's role and remembers them for a while.
 *
 * <p>Whatever goes wrong with a call is one and the same answer; what it was stands in the function's log. The timeouts
 * of calls ({@code …_TIMEOUT_MILLIS}) end none: no call leaves this machine.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html">Use secrets
 *     in Lambda functions</a>
 */
final class ParametersExtension {
    private static final int USUAL_PORT = 2773;
    private static final int MOST_SECONDS = 300;
    private static final int MOST_KEPT = 1_000;
    private static final int USUAL_CALLS = 3;
    private static final List<String> LEVELS = List.of("DEBUG", "INFO", "WARN", "ERROR", "NONE");
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String NOT_READY = "not ready to serve traffic, please wait";
    private static final String FAILED = "an unexpected error occurred while executing request";

    /** @param status with its reason, as a status line has it */
    record Answer(String status, String type, byte[] body) {
        static Answer text(String status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private record Kept(byte[] body, Instant until) {}

    private final Map<String, String> variables;
    private final ExecutionRoles.Session session;
    private final String token;
    private final Ssm ssm;
    private final SecretsManager secrets;
    private final EnvironmentLog log;
    private final Time time;
    private final BooleanSupplier ready;
    private final Semaphore calls;
    private final Map<String, Kept> kept;

    /** @param ready whether the init is over */
    ParametersExtension(Map<String, String> variables, ExecutionRoles.Session session, String token, Endpoint endpoint,
            EnvironmentLog log, Time time, BooleanSupplier ready) {
        this.variables = variables;
        this.session = session;
        this.token = token;
        this.ssm = Ssm.at(endpoint);
        this.secrets = SecretsManager.at(endpoint);
        this.log = log;
        this.time = time;
        this.ready = ready;
        this.calls = new Semaphore(Math.max(1, number("PARAMETERS_SECRETS_EXTENSION_MAX_CONNECTIONS", USUAL_CALLS)));
        this.kept = new Recent(Math.min(MOST_KEPT, number("PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE", MOST_KEPT)));
    }

    /** What was used last stays. */
    private static final class Recent extends LinkedHashMap<String, Kept> {
        private final int most;

        Recent(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
            return size() > most;
        }
    }

    String token() {
        return token;
    }

    int port() {
        return number("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", USUAL_PORT);
    }

    private int number(String variable, int usual) {
        try {
            return variables.containsKey(variable) ? Integer.parseInt(variables.get(variable)) : usual;
        } catch (NumberFormatException _) {
            return usual;
        }
    }

    /** What it writes when it starts. */
    void begun() {
        if (!variables.containsKey("PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL")) {
            say("PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL is not present. Log level set to info.");
        }
        say("INFO", "Serving on port " + port());
    }

    /** @param target path and query */
    Answer answer(String method, String target) {
        int mark = target.indexOf('?');
        var path = mark < 0 ? target : target.substring(0, mark);
        var query = query(mark < 0 ? "" : target.substring(mark + 1));
        var kind = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return switch (method + " " + kind) {
            case "GET /systemsmanager/parameters/get" ->
                answer(kind, query, "SSM_PARAMETER_STORE_TTL", "GetParameter", this::parameter);
            case "GET /secretsmanager/get" -> answer(kind, query, "SECRETS_MANAGER_TTL", "GetSecretValue",
                    this::secret);
            default -> Answer.text("404 Not Found", "404 page not found");
        };
    }

    /** In the order given: of a version and a label the first one counts. */
    private static Map<String, String> query(String text) {
        var query = new LinkedHashMap<String, String>();
        for (var part : text.split("&")) {
            var pair = part.split("=", 2);
            query.putIfAbsent(decoded(pair[0]), pair.length == 2 ? decoded(pair[1]) : "");
        }
        return query;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return text;
        }
    }

    private Answer answer(String kind, Map<String, String> query, String lifeVariable, String operation,
            Function<Map<String, String>, Map<String, Object>> read) {
        if (!ready.getAsBoolean()) {
            return Answer.text("400 Bad Request", NOT_READY);
        }
        boolean anew = Boolean.parseBoolean(query.remove("refreshNow"));
        var key = kind + "?" + query;
        var known = anew ? Optional.<byte[]>empty() : known(key);
        if (known.isPresent()) {
            return new Answer("200 OK", "application/json", known.get());
        }
        try {
            var body = JsonWriter.bytes(limited(() -> read.apply(query)));
            keep(key, body, Math.clamp(number(lifeVariable, MOST_SECONDS), 0, MOST_SECONDS));
            return new Answer("200 OK", "application/json", body);
        } catch (ApiError e) {
            say("ERROR", operation + " request encountered an error: operation error "
                    + (operation.equals("GetParameter") ? "SSM" : "Secrets Manager") + ": " + operation
                    + ", https response error StatusCode: " + e.status() + ", " + e.code() + ": " + e.getMessage());
            return Answer.text("400 Bad Request", FAILED);
        }
    }

    private <T> T limited(Supplier<T> call) {
        calls.acquireUninterruptibly();
        try {
            return call.get();
        } finally {
            calls.release();
        }
    }

    private synchronized Optional<byte[]> known(String key) {
        return Optional.ofNullable(kept.get(key)).filter(it -> it.until().isAfter(time.instant())).map(Kept::body);
    }

    private synchronized void keep(String key, byte[] body, int seconds) {
        var enabled = variables.getOrDefault("PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED", "true");
        if (seconds > 0 && !enabled.equalsIgnoreCase("false")) {
            kept.put(key, new Kept(body, time.instant().plus(Duration.ofSeconds(seconds))));
        }
    }

    private Map<String, Object> parameter(Map<String, String> query) {
        var selector = query.keySet().stream().filter(it -> it.equals("version") || it.equals("label")).findFirst();
        var name = query.getOrDefault("name", "") + selector.map(it -> ":" + query.get(it)).orElse("");
        var found = ssm.getParameter(caller(), Ssm.GetParameterRequest.of(r -> r.name(name)
                .withDecryption(Boolean.parseBoolean(query.get("withDecryption"))))).parameter();
        var parameter = new LinkedHashMap<String, Object>();
        parameter.put("ARN", found.arn());
        parameter.put("DataType", found.dataType());
        parameter.put("LastModifiedDate", String.valueOf(found.lastModifiedDate()));
        parameter.put("Name", found.name());
        parameter.put("Selector", found.selector());
        parameter.put("SourceResult", found.sourceResult());
        parameter.put("Type", found.type());
        parameter.put("Value", found.value());
        parameter.put("Version", found.version());
        var all = new LinkedHashMap<String, Object>();
        all.put("Parameter", parameter);
        all.put("ResultMetadata", Map.of());
        return all;
    }

    private Map<String, Object> secret(Map<String, String> query) {
        var found = secrets.getSecretValue(caller(), SecretsManager.GetSecretValueRequest.of(
                r -> r.secretId(query.getOrDefault("secretId", "")).versionId(query.get("versionId"))
                .versionStage(query.get("versionStage"))));
        var secret = new LinkedHashMap<String, Object>();
        secret.put("ARN", found.arn());
        secret.put("CreatedDate", String.valueOf(found.createdDate()));
        secret.put("Name", found.name());
        secret.put("SecretBinary", found.secretBinary() == null ? null : found.secretBinary().base64());
        secret.put("SecretString", found.secretString());
        secret.put("VersionId", found.versionId());
        secret.put("VersionStages", found.versionStages());
        secret.put("ResultMetadata", Map.of());
        return secret;
    }

    private Caller caller() {
        return session.caller();
    }

    private void say(String level, String text) {
        var given = variables.getOrDefault("PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL", "INFO").toUpperCase(Locale.ROOT);
        if (LEVELS.indexOf(level) >= Math.max(0, LEVELS.indexOf(given))) {
            say(level + " " + text);
        }
    }

    private void say(String text) {
        log.say(List.of("[AWS Parameters and Secrets Lambda Extension] " + MOMENT.format(time.instant()) + " " + text));
    }
}
