package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A platform thread for what the kernel ties to the very thread that does it; it does one thing after the other. */
final class LoneThread implements AutoCloseable {
    private static final int CLOSING_SECONDS = 10;

    private final ExecutorService thread;

    LoneThread(String name) {
        thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }

    /** Does it and waits for it. */
    <T> T run(Callable<T> work) throws IOException {
        try {
            return thread.submit(work).get();
        } catch (RejectedExecutionException e) {
            throw new IOException("the platform is closing", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** What was begun is done afterwards, and nothing more is begun. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
