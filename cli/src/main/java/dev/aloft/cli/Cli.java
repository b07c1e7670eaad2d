package dev.aloft.cli;

import dev.aloft.api.ApiError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands of {@code aloft} that run beside the platform; {@code aloft start} is the platform itself. */
@Command(
        name = "aloft",
        mixinStandardHelpOptions = true,
        version = "aloft 0.1.0",
        sortOptions = false,
        header = "A serverless cloud that you own: AWS's serverless services on this machine.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            Up.class,
            Down.class,
            Invoke.class,
            Logs.class,
            Status.class,
            Stop.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "  start runs the platform in the foreground (for containers and services); aloft start --help "
            + "shows its options.",
            ""
        })
public final class Cli implements Runnable {
    @Spec
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        return commandLine()
                .setExecutionExceptionHandler((failure, line, _) -> {
                    line.getErr().println(line.getColorScheme().errorText("aloft: " + explain(failure)));
                    return 1;
                })
                .execute(args);
    }

    /** An argument that begins with @ means a file of events to those that say so, never a file of arguments. */
    static CommandLine commandLine() {
        return new CommandLine(new Cli()).setExpandAtFiles(false);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
    }

    private static String explain(Exception failure) {
        return switch (failure) {
            case ApiError error -> error.code() + ": " + error.getMessage();
            case CommandFailed told -> told.getMessage();
            case UncheckedIOException io when io.getMessage().startsWith("cannot reach") ->
                    "The platform does not answer any more ("
                    + io.getMessage() + "). Start it again with aloft start: what was under way goes on or is "
                    + "rolled back by itself, and aloft status shows what came of it.";
            case UncheckedIOException io -> explain(io.getCause());
            case NoSuchFileException missing -> "There is no " + missing.getFile();
            case FileSystemException file -> file.getFile() + ": " + file.getReason();
            case IOException io when io.getMessage() != null -> io.getMessage();
            default -> failure.toString();
        };
    }
}
