package dev.aloft.service.lambda.invoke;

import dev.aloft.api.ApiError;
import dev.aloft.kernel.sandbox.Sandbox;
import dev.aloft.kernel.sandbox.SandboxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Takes a version through its init in a virtual machine that records it, for {@link TrainedStarts}. */
final class Training {
    private static final System.Logger LOG = System.getLogger(Training.class.getName());
    private static final int MOST_SECONDS = 120;
    private static final byte[] END =
            "HTTP/1.1 200 OK\r\nAloft-End: 1\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final Runtimes runtimes;
    private final TrainedStarts trained;
    private final Environments environments;

    /** Makes the environment of a version on a runtime. */
    interface Environments {
        Environment make(FunctionVersion version, Runtimes.Runtime runtime);
    }

    Training(Runtimes runtimes, TrainedStarts trained, Environments environments) {
        this.runtimes = runtimes;
        this.trained = trained;
        this.environments = environments;
    }

    /** A version for which nothing can be recorded starts without. */
    void train(FunctionVersion version, int initSeconds) throws InterruptedException {
        try {
            Optional<Runtimes.Runtime> runtime = runtimes.isTrained(version)
                    ? Optional.empty() : runtimes.training(version);
            if (runtime.isPresent() && !recorded(version, runtime.get(), initSeconds)) {
                LOG.log(System.Logger.Level.INFO, () -> "The virtual machine of " + version.qualifiedArn()
                        + " wrote no archive of its classes: environments of the version load them one by one.");
            }
        } catch (IOException | ApiError | SandboxException e) {
            LOG.log(System.Logger.Level.INFO, () ->
                    "The init of " + version.qualifiedArn() + " was not recorded: " + e.getMessage());
        } finally {
            trained.discard(version);
        }
    }

    private boolean recorded(FunctionVersion version, Runtimes.Runtime runtime,
            int initSeconds) throws InterruptedException, IOException {
        Environment environment = environments.make(version, runtime);
        try {
            if (!environment.init(initSeconds)) {
                return false;
            }
            Sandbox sandbox = environment.incarnation().sandbox;
            var end = CompletableFuture.delayedExecutor(MOST_SECONDS, TimeUnit.SECONDS);
            end.execute(sandbox::kill);
            // Nobody else reads and writes there: its runtime waits to be restored.
            sandbox.input().write(END);
            sandbox.input().flush();
            return trained.keep(version, sandbox.output());
        } finally {
            environment.stop();
        }
    }
}
