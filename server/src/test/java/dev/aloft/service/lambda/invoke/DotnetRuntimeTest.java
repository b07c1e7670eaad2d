package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How .NET functions are started, as AWS's script does it. */
class DotnetRuntimeTest {
    private static final Interpreter EIGHT = new Interpreter(Path.of("/var/lang/dotnet"), List.of(), ".NET 8.0.4");

    private static FunctionVersion function(String runtime, String handler) {
        return new FunctionVersion("123456789012", "eu-central-1", "f", "$LATEST",
                "arn:aws:lambda:eu-central-1:123456789012:function:f", "1",
                runtime, handler, "role", 128, 3, 512, Map.of(), Path.of("code"), Optional.empty(), null, false,
                "group", false, null, null,
                Optional.empty(), Optional.empty(), false, false, false);
    }

    @Test
    void anExecutableAssemblyIsRun() {
        assertThat(DotnetRuntime.command(function("dotnet8", "App"), EIGHT))
                .containsExactly("/var/lang/dotnet", "exec", "/var/task/App.dll");
        assertThat(DotnetRuntime.command(function("dotnet8", "App.dll"), EIGHT)).endsWith("/var/task/App.dll");
        assertThat(DotnetRuntime.variables(function("dotnet8", "App"), EIGHT))
                .isEqualTo(Map.of("DOTNET_ROOT", "/var/lang", "LAMBDA_RUNTIME_NAME", "dotnet8"));
    }

    @Test
    void oneOfAnotherNetIsLetRun() {
        assertThat(DotnetRuntime.command(function("dotnet6", "App"), EIGHT))
                .containsExactly("/var/lang/dotnet", "exec", "--roll-forward", "LatestMajor", "/var/task/App.dll");
    }

    @Test
    void aMethodOfAClassLibraryIsRefusedWithWhatToDo() {
        assertThatThrownBy(() -> DotnetRuntime.command(function("dotnet8", "App::App.Function::Handle"), EIGHT))
                .isInstanceOf(Lambda.InvalidRuntimeException.class)
                .hasMessageContaining("App::App.Function::Handle of f is a method of a class library")
                .hasMessageContaining("executable assembly");
    }
}
