package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Lambda;
import dev.aloft.kernel.sandbox.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * How .NET functions are started: those that are programs of their own, which bring Amazon.Lambda.RuntimeSupport with
 * them. A class library needs that from the runtime, and it is to be had only as a part of AWS's own.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html">C# handlers</a>
 */
final class DotnetRuntime {
    /** Before the program itself. */
    static final String CHECK = """
            for assembly; do :; done
            [ -f "$assembly" ] || { echo "Error: executable assembly $assembly was not found." >&2; exit 104; }
            exec "$@"
            """;

    private final Map<String, Interpreter> known = new ConcurrentHashMap<>();

    Interpreter of(String runtime) {
        return known.computeIfAbsent(runtime, DotnetRuntime::find);
    }

    private static Interpreter find(String runtime) {
        String major = runtime.replaceAll("[^0-9]", "");
        List<Dotnet> all =
                Stream.concat(Runtimes.candidates("dotnet", ".dotnet/dotnet", ".asdf/installs/dotnet/*/dotnet"),
                        Stream.of("/usr/share/dotnet/dotnet", "/usr/lib/dotnet/dotnet", "/opt/dotnet/dotnet")
                        .map(Path::of)
                                .filter(Files::isExecutable))
                .flatMap(program -> runtimes(program)).toList();
        Dotnet found = all.stream().filter(each -> each.version().startsWith(major + ".")).findFirst()
                .or(() -> all.stream().max(Comparator.comparingInt(Dotnet::major)))
                .orElseThrow(() -> Runtimes.missing(runtime, "the .NET " + major + " runtime (your system's "
                        + "package dotnet-runtime-" + major
                        + ".0, or dotnet.microsoft.com)"));
        if (found.major() != Integer.parseInt(major)) {
            Runtimes.tellInstead(runtime, ".NET " + found.version(), ".NET " + major);
        }
        return Interpreter.movable(found.program().getParent(), found.program(), ".NET " + found.version());
    }

    private record Dotnet(Path program, String version) {
        int major() {
            return Integer.parseInt(version.replaceAll("\\..*", ""));
        }
    }

    private static Stream<Dotnet> runtimes(Path program) {
        Path real = Interpreter.real(program);
        return Machine.ask(List.of(real.toString(), "--list-runtimes")).stream().flatMap(String::lines)
                .filter(line -> line.matches("Microsoft\\.NETCore\\.App \\d+\\.\\d+.*"))
                .map(line -> new Dotnet(real, line.split(" ")[1]));
    }

    /** As AWS's script starts it. An assembly that was built for an earlier .NET has to be let run on this one. */
    static List<String> command(FunctionVersion version, Interpreter dotnet) {
        String handler = version.handler();
        if (handler.contains(":")) {
            throw new Lambda.InvalidRuntimeException("The handler " + handler + " of " + version.name()
                    + " is a method of a"
                    + " class library. AWS's runtime runs these with its own Amazon.Lambda.RuntimeSupport, "
                    + "which Aloft does not have. Make it an executable assembly: <OutputType>Exe</OutputType> in the "
                    + "project, the NuGet package"
                    + " Amazon.Lambda.RuntimeSupport, LambdaBootstrapBuilder.Create(…).Build().RunAsync() in its "
                    + "Main, and the assembly's name as the handler.");
        }
        var command = new ArrayList<>(List.of(dotnet.program().toString(), "exec"));
        if (!dotnet.version().startsWith(".NET " + version.runtime().replaceAll("[^0-9]", "") + ".")) {
            command.addAll(List.of("--roll-forward", "LatestMajor"));
        }
        command.add("/var/task/" + (handler.endsWith(".dll") ? handler : handler + ".dll"));
        return command;
    }

    static Map<String, String> variables(FunctionVersion version, Interpreter dotnet) {
        return Map.of("DOTNET_ROOT", dotnet.program().getParent().toString(), "LAMBDA_RUNTIME_NAME", version.runtime());
    }
}
