package dev.aloft.cli;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.InvocationType;
import dev.aloft.api.Lambda.InvokeRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code aloft invoke}: runs a function and prints its answer. */
@Command(name = "invoke", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs a function and prints its answer.")
final class Invoke implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FUNCTION", description = "The function's name, or STACK/LogicalId.")
    private String function;

    @Parameters(index = "1", arity = "0..1", paramLabel = "EVENT",
            description = "The event: JSON, @FILE or - (default: {}).")
    private String event = "{}";

    @Option(names = "--async", description = "Hand the event over and do not wait for the answer.")
    private boolean async;

    @Option(names = {"-l", "--logs"}, description = "Print the end of the log too, to standard error.")
    private boolean logs;

    @Option(names = "--debug", paramLabel = "PORT", arity = "0..1", fallbackValue = "9229",
            description = "Run it once so that it waits for a debugger at this port: Node's inspector, "
                    + "debugpy, or Java's JDWP (default: 9229). Its timeout waits too.")
    private Integer debugPort;

    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var out = spec.commandLine().getOut();
        var err = spec.commandLine().getErr();
        var name = new Functions(connection).name(function);
        var payload = Bytes.of(payload());
        var lambda = Lambda.at(connection.endpoint());
        var request = InvokeRequest.of(r -> r.functionName(name)
                .payload(payload)
                .invocationType(async ? InvocationType.EVENT : InvocationType.REQUEST_RESPONSE)
                .logType(logs && !async ? Lambda.LogType.TAIL : null));
        var answer = debugPort == null ? lambda.invoke(connection.caller(), request)
                : new Debugging(lambda, connection.caller(), name, debugPort, err).invoke(request);
        if (answer.logResult() != null) {
            err.println(new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8)
                    .stripTrailing());
            err.flush();
        }
        if (answer.payload() != null && answer.payload().length() > 0) {
            out.println(new String(answer.payload().array(), StandardCharsets.UTF_8));
        }
        return answer.functionError() == null ? 0 : 1;
    }

    private byte[] payload() throws IOException {
        if (event.equals("-")) {
            return System.in.readAllBytes();
        }
        return event.startsWith("@") ? Files.readAllBytes(Path.of(event.substring(1)))
                : event.getBytes(StandardCharsets.UTF_8);
    }
}
