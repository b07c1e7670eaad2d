package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks a program of the machine something short, such as its version. */
public final class Machine {
    private static final int MOST_BYTES = 64 * 1024;

    private Machine() {}

    /** Runs a program of the machine that takes its time; what it said when it failed, nothing when all went well. */
    public static Optional<String> run(List<String> command, Duration most) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            var said = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> read(process, said));
            if (!process.waitFor(most.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("it took longer than " + most.toSeconds() + " seconds");
            }
            reader.join();
            return process.exitValue() == 0 ? Optional.empty() : Optional.of(said.toString().strip());
        } catch (IOException notThere) {
            return Optional.of(String.valueOf(notThere.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    private static void read(Process process, StringBuilder into) {
        try {
            into.append(new String(process.getInputStream().readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
            process.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException ended) {
            // what it said so far is enough
        }
    }

    /** Whether more processes want to run now than the processors can take. */
    public static boolean isBusy() {
        try {
            String[] load = Files.readString(Path.of("/proc/loadavg")).split("[ /]");
            return Integer.parseInt(load[3]) > 2 * Runtime.getRuntime().availableProcessors();
        } catch (IOException | NumberFormatException unknown) {
            return false;
        }
    }

    /** What it printed, if it is there and succeeded within some seconds. */
    public static Optional<String> ask(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            return process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException notThere) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
