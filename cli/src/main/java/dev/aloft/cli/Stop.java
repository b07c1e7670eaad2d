package dev.aloft.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code aloft stop}. */
@Command(name = "stop", mixinStandardHelpOptions = true, description = "Stops the platform. What it keeps stays.")
final class Stop implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        boolean stopped = new Background(connection.url()).stop();
        spec.commandLine().getOut()
                .println(stopped ? "Stopped." : "No platform is running at " + connection.url() + ".");
        return 0;
    }
}
