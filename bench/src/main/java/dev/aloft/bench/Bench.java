package dev.aloft.bench;

import dev.aloft.api.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Runs the measurements named (or all) and prints a table; the figures are written as JSON too.
 * Usage: {@code Bench LAUNCHER OUTPUT.json PEERS_FOLDER
 * [start|wire|invoke|cold|burst|idle|reload|snapstart|dynamodb|sqs|sqs-large|events|large …]}. {@code large} is a
 * table of one GB,
 * {@code large20} one of 20.
 */
public final class Bench {
    private Bench() {}

    public static void main(String[] args) throws Exception {
        var launcher = Path.of(args[0]);
        var output = Path.of(args[1]);
        var peer = Path.of(args[2]);
        var wanted = args.length > 3 ? Set.copyOf(List.of(args).subList(3, args.length))
                : Set.of("start", "wire", "invoke", "cold", "dynamodb", "sqs", "events");
        var figures = new Figures();
        System.out.println("Aloft's benchmarks on " + machine());
        if (wanted.contains("start")) {
            StartBench.run(launcher, figures);
        }
        if (wanted.contains("wire")) {
            WireBench.run(figures);
        }
        if (List.of("invoke", "cold", "burst", "idle", "reload").stream().anyMatch(wanted::contains)) {
            try (var product = Product.start(launcher)) {
                var functions = new LambdaBench(product, figures);
                if (wanted.contains("invoke")) {
                    functions.warm();
                }
                if (wanted.contains("cold")) {
                    functions.cold();
                }
                if (wanted.contains("burst")) {
                    functions.burst();
                }
                if (wanted.contains("idle")) {
                    functions.idle();
                }
                if (wanted.contains("reload")) {
                    functions.reload();
                }
            }
        }
        if (wanted.contains("snapstart")) {
            SnapStartBench.run(launcher, peer, figures);
        }
        if (wanted.contains("dynamodb")) {
            DynamoDbBench.run(launcher, peer, figures);
        }
        for (var name : wanted) {
            if (name.matches("large\\d*")) {
                LargeTableBench.run(launcher, name.equals("large") ? 1 : Integer.parseInt(name.substring(5)), figures);
            }
        }
        if (wanted.contains("sqs")) {
            SqsBench.run(launcher, peer, figures);
        }
        if (wanted.contains("sqs-large")) {
            SqsBench.large(launcher, figures);
        }
        if (wanted.contains("events")) {
            EventsBench.run(launcher, figures);
        }
        System.out.println("Load at the end: " + load());
        Files.createDirectories(output.toAbsolutePath().getParent());
        Files.write(output, JsonWriter.bytes(figures.tree(machine(), load())));
        System.out.println("Figures in " + output);
        System.exit(0);
    }

    private static String machine() throws IOException {
        var model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown processor");
        return Runtime.getRuntime().availableProcessors() + " cores, " + model + ", load " + load();
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }
}
