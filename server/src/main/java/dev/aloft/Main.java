package dev.aloft;

import dev.aloft.kernel.http.HttpServer;
import dev.aloft.kernel.http.HttpServer.CannotListen;
import dev.aloft.kernel.identity.KeyFile.Unusable;
import dev.aloft.kernel.store.StoreUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The platform's process: {@code start} runs until it is told to end. */
public final class Main {
    private static final String USAGE = """
            aloft start runs the platform in the foreground until it is told to end.

              --port N         the port to listen on; 0 takes a free one (default: 4566)
              --host ADDRESS   the address to listen on (default: 127.0.0.1; any other needs --iam enforce)
              --data DIR       where everything is kept (default: ~/.aloft)
              --iam MODE       open: any access key is root until there is an IAM user; enforce: every request is checked
              --sandbox MODE   auto: Linux namespaces; none: functions run as plain processes of your user
              --concurrency N  how many events of functions run at once in an account and region (default: 1000)
              --packages N     megabytes that packages of functions and layers may be in an account and region (default: 76800)
              --cpu MODE       shared: functions share the processors by their memory; exact: none gets more than on AWS
              --network MODE   shared: functions use this machine's network; own: each has a loopback of its own and a way to the
                               outside (as root, with slirp4netns); isolated: a loopback of its own alone (as root)
              --runtimes MODE  fetch: a version of Node.js that is missing comes from npm; installed: another one takes its place

            Each can be set as ALOFT_PORT, ALOFT_DATA, … or in DIR/aloft.properties too.
            """;

    private Main() {}

    public static void main(String[] args) {
        // Set before the first log line: one line a record, the time first.
        System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tLZ %4$s %5$s%6$s%n");
        System.exit(run(Arrays.asList(args)));
    }

    private static int run(List<String> args) {
        try {
            return switch (args.isEmpty() ? "" : args.getFirst()) {
                case "start" -> args.contains("--help") ? usage()
                        : start(Config.read(args.subList(1, args.size()), System.getenv()));
                case "train" -> train();
                default -> usage();
            };
        } catch (Config.Wrong | CannotListen | StoreUnavailable | Unusable e) {
            System.err.println("aloft: " + e.getMessage());
            return 1;
        } catch (UncheckedIOException e) {
            System.err.println("aloft: " + e.getMessage());
            return 1;
        } catch (IOException e) {
            System.err.println("aloft: " + e);
            return 1;
        }
    }

    private static int usage() {
        System.out.print(USAGE);
        return 0;
    }

    private static int start(Config config) {
        long begun = System.nanoTime();
        HttpServer.prepare();
        var platform = Platform.open(config);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            System.out.println("Ending: requests in flight are finished, everything is kept.");
            platform.close();
            ended.countDown();
        }, "shutdown"));
        platform.start();
        greet(config, platform, (System.nanoTime() - begun) / 1_000_000);
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private static void greet(Config config, Platform platform, long millis) {
        System.out.println("Aloft " + Platform.VERSION + " listens on http://" + config.host() + ":" + platform.port()
                + ", data in "
                + config.data() + " (" + millis + " ms)");
        System.out.println(platform.open()
                ? "Any access key is the root of account 000000000000, and 12 digits as access key id the "
                        + "root of that account, until the first IAM user is created. --iam enforce "
                        + "checks every request."
                : "Every request's signature is checked. The root's access key is in " + config.data()
                .resolve("credentials") + ".");
        System.out.println("Ready.");
    }

    /** One start-up on a folder that is thrown away, for the JVM to learn from. */
    private static int train() throws IOException {
        var folder = Files.createTempDirectory("aloft-train");
        var config = new Config("127.0.0.1", 0, folder, false, "auto", 1_000, 76_800, false, "shared", false);
        try (var platform = Platform.open(config)) {
            platform.start();
            Training.run(platform.port());
        } finally {
            delete(folder);
        }
        return 0;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder, new FileVisitOption[0])) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
