package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static dev.aloft.service.lambda.TestLambda.tail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What AWS's own runtime of Ruby does, line by line. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RubyFunctionTest extends RunningLambda {
    private static final String SOURCE = """
            require 'logger'
            require 'rexml/document'
            def echo(event:, context:)
              puts "first\\nsecond"
              Logger.new($stdout).info('logged')
              { event: event, id: context.aws_request_id, name: context.function_name, version: context.function_version,
                memory: context.memory_limit_in_mb, arn: context.invoked_function_arn, left: context.get_remaining_time_in_millis.between?(1, 20_000),
                deadline: context.deadline_ms.class.to_s, identity: context.identity, client: context.client_context,
                group: context.log_group_name, mine: ENV['MINE'], here: ENV['PWD'], path: $LOAD_PATH.include?('/opt/ruby/lib'),
                gems: Gem.path.include?('/opt/ruby/gems/3.3.0'), execution: ENV['AWS_EXECUTION_ENV'], net: defined?(Net::HTTP) }
            end
            def fail(event:, context:) = raise(ArgumentError, 'thrown')
            def custom(event:, context:) = raise(Class.new(StandardError) { def self.to_s = 'Mine' }, 'own')
            def nobody(event:, context:) = missing_method
            def leave(event:, context:) = exit(1)
            def text(event:, context:) = 'ü'
            def run(event:, context:) = 'run'
            def io(event:, context:) = StringIO.new('as it is')
            module Deep
              class Handler
                def self.handle(event:, context:) = "deep #{event['n']}"
              end
            end
            class Top
              def self.handle(event:, context:) = 'top'
            end
            """;

    @BeforeAll
    static void prepare() {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/ruby")), "Ruby is installed");
        for (String method : List.of("echo", "fail", "custom", "nobody", "leave", "text", "run", "io", "not_there")) {
            create(method, "app." + method);
        }
        create("deep", "app.Deep::Handler.handle");
        create("top", "app.Top.handle");
        create("below", "lib/more.handle");
    }

    private static void create(String name, String handler) {
        test.create(name, "ruby3.3", handler,
                Map.of("app.rb", SOURCE, "lib/more.rb", "def handle(event:, context:) = 'below'\n"),
                r -> r.timeout(20).environment(Lambda.Environment.of(e -> e.variables(Map.of("MINE", "yes")))));
    }

    @Test
    void anEventAndItsContextAreKeywords() {
        String client = Base64.getEncoder()
                .encodeToString("{\"custom\":{\"a\":\"1\"}}".getBytes(StandardCharsets.UTF_8));
        var response = test.lambda.invoke(caller(),
                Lambda.InvokeRequest.of(r -> r.functionName("echo").logType("Tail").clientContext(client)
                .payload(Bytes.of("{\"a\":[1,2.5,\"ü\",null]}".getBytes(StandardCharsets.UTF_8)))));
        assertThat(json(response)).containsEntry("name", "echo").containsEntry("version", "$LATEST")
                .containsEntry("memory", "128")
                .containsEntry("arn", "arn:aws:lambda:eu-central-1:123456789012:function:echo")
                .containsEntry("left", true)
                .containsEntry("deadline", "Integer").containsEntry("identity", null)
                .containsEntry("client", Map.of("custom", Map.of("a", "1")))
                .containsEntry("group", "/aws/lambda/echo").containsEntry("mine", "yes")
                .containsEntry("here", "/var/task")
                .containsEntry("path", true).containsEntry("gems", true)
                .containsEntry("execution", "AWS_Lambda_ruby3.3")
                .containsEntry("net", "constant");
        assertThat(payload(response)).contains("\"event\":{\"a\":[1,2.5,\"ü\",null]}");
        assertThat(String.join("\n", tail(response))).contains("first\nsecond")
                .containsPattern("I, \\[\\d{4}-\\d\\d-\\d\\dT\\S+ #\\d+]  INFO [0-9a-f-]{36} -- : logged");
    }

    @Test
    void aHandlerIsAMethodOfAFileOrOfAClass() {
        assertThat(payload(test.invoke("deep", "{\"n\":7}"))).isEqualTo("\"deep 7\"");
        assertThat(payload(test.invoke("top", "{}"))).isEqualTo("\"top\"");
        assertThat(payload(test.invoke("below", "{}"))).isEqualTo("\"below\"");
        assertThat(payload(test.invoke("run", "{}"))).isEqualTo("\"run\"");
    }

    @Test
    void anAnswerIsJsonUnlessItIsAStream() {
        assertThat(payload(test.invoke("text", "{}"))).isEqualTo("\"ü\"");
        assertThat(payload(test.invoke("io", "{}"))).isEqualTo("as it is");
    }

    @Test
    void anErrorIsToldWithItsClassAndWhereItWasRaised() {
        var response = test.invoke("fail", "{}");
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(payload(response))
                .isEqualTo("{\"errorMessage\":\"thrown\",\"errorType\":\"Function<ArgumentError>\","
                + "\"stackTrace\":[\"/var/task/app.rb:12:in `fail'\"]}");
        assertThat(tail(response)).contains("Error raised from handler method");
        assertThat(json(test.invoke("custom", "{}"))).containsEntry("errorType", "Function<Mine>")
                .containsEntry("errorMessage", "own");
    }

    @Test
    void whatIsMissingEndsTheProcessOnceItWasTold() {
        assertThat(json(test.invoke("nobody", "{}")).get("errorType")).isEqualTo("Function<NameError>");
        assertThat(json(test.invoke("not_there", "{}")).get("errorType")).isEqualTo("Function<NoMethodError>");
        assertThat(json(test.invoke("leave", "{}"))).containsEntry("errorType", "Function<SystemExit>");
        assertThat(json(test.invoke("leave", "{}"))).containsEntry("errorType", "Function<SystemExit>");
    }

    @Test
    void anInitThatFailsIsToldAsInit() {
        test.create("no-file", "ruby3.3", "nothing.here", Map.of("app.rb", SOURCE), r -> r.timeout(20));
        assertThat(json(test.invoke("no-file", "{}"))).containsEntry("errorType", "Init<LoadError>")
                .containsEntry("errorMessage", "cannot load such file -- nothing");
        test.create("malformed", "ruby3.3", "app", Map.of("app.rb", SOURCE), r -> r.timeout(20));
        assertThat(json(test.invoke("malformed", "{}"))).containsEntry("errorType", "Init<ArgumentError>");
        assertThat(payload(test.invoke("malformed", "{}")))
                .contains("Invalid handler [\\\"app\\\"], must be of form FILENAME.METHOD or");
    }
}
