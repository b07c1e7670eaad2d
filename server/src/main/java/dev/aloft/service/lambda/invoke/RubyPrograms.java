package dev.aloft.service.lambda.invoke;

import dev.aloft.kernel.sandbox.Machine;
import dev.aloft.kernel.sandbox.SandboxSpec;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The Ruby of each version: one that is installed on this machine, else the nearest, which then says so.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-ruby.html">Ruby functions</a>
 */
final class RubyPrograms {
    private static final String ASK = "puts RbConfig.ruby, RbConfig::CONFIG['prefix'], RUBY_VERSION";

    private final Map<String, Interpreter> known = new ConcurrentHashMap<>();

    /** @param number such as 3.3 */
    private record Ruby(Path program, Path home, String number, String version) {
        /** Ten minor versions make a major one. */
        int distance(String wanted) {
            return Math.abs(value(number) - value(wanted));
        }

        private static int value(String number) {
            String[] parts = number.split("\\.");
            return Integer.parseInt(parts[0]) * 10 + Integer.parseInt(parts[1]);
        }

        Interpreter interpreter() {
            String name = "Ruby " + version;
            return SandboxSpec.isCovered(home) ? Interpreter.movable(home, program, name)
                    : new Interpreter(program, Interpreter.software(home), name);
        }
    }

    Interpreter of(String runtime) {
        return known.computeIfAbsent(runtime, RubyPrograms::find);
    }

    private static Interpreter find(String runtime) {
        String wanted = runtime.substring("ruby".length());
        Ruby found = Runtimes.candidates("ruby" + wanted, ".rbenv/versions/" + wanted + "*/bin/ruby",
                        ".rvm/rubies/ruby-" + wanted + "*/bin/ruby", ".asdf/installs/ruby/" + wanted + "*/bin/ruby",
                        ".local/share/mise/installs/ruby/" + wanted + "*/bin/ruby")
                .flatMap(program -> ask(program).stream()).filter(ruby -> ruby.number().equals(wanted)).findFirst()
                .or(() -> Runtimes.candidates("ruby", ".rbenv/versions/*/bin/ruby", ".rvm/rubies/*/bin/ruby")
                        .flatMap(program -> ask(program).stream())
                        .min(Comparator.comparingInt(ruby -> ruby.distance(wanted))))
                .orElseThrow(() ->
                        Runtimes.missing(runtime, "Ruby " + wanted + " (your system's package ruby, or rbenv)"));
        if (!found.number().equals(wanted)) {
            Runtimes.tellInstead(runtime, "Ruby " + found.version(), "Ruby " + wanted);
        }
        return found.interpreter();
    }

    private static Optional<Ruby> ask(Path program) {
        return Machine.ask(List.of(program.toString(), "-e", ASK)).map(said -> said.split("\n"))
                .filter(said -> said.length == 3)
                .map(said -> new Ruby(Path.of(said[0]), Path.of(said[1]), said[2].replaceAll("^(\\d+\\.\\d+).*", "$1"),
                        said[2]));
    }
}
