package dev.aloft.service.lambda.invoke;

import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/** What a Java function's virtual machine loads besides the function, and how it is started. */
final class JavaRuntime {
    /** Classes of ours, and one of each library. */
    private static final String CLASSES = "dev/aloft/service/lambda/bootstrap/";
    private static final List<String> OURS = List.of("JavaBootstrap", "PipeClient", "PipeClient$Answer", "WorkingDirectory");
    private static final List<Class<?>> LIBRARIES =
            List.of(AWSLambda.class, LambdaRuntime.class, PojoSerializer.class, SdkInternalThreadLocal.class);
    /** From here on a process can be told its working directory after it has started. */
    private static final int CAN_MOVE = 21;

    private final Path home;
    private final JavaPrograms programs;
    private boolean unpacked;

    /** @param home the folder that sandboxes see at /var/runtime */
    JavaRuntime(Path home, JavaPrograms programs) {
        this.home = home;
        this.programs = programs;
    }

    JavaPrograms.Jdk jdk(String runtime) {
        return programs.of(runtime);
    }

    static boolean boots(JavaPrograms.Jdk jdk) {
        return jdk.version() >= CAN_MOVE;
    }

    /**
     * How much memory a virtual machine takes is said when it starts, so one that waits waits for functions of one size.
     */
    List<String> command(FunctionVersion version, JavaPrograms.Jdk jdk, List<String> more) {
        unpack();
        var command = new ArrayList<String>();
        command.add(jdk.interpreter().program().toString());
        command.addAll(more);
        command.addAll(List.of("-Xmx" + version.memoryMegabytes() * 8 / 10 + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData", "--add-opens=java.base/java.io=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED"));
        if (boots(jdk)) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", "/var/runtime:/var/runtime/lib/*", CLASSES.replace('/', '.') + "JavaBootstrap"));
        return command;
    }

    private synchronized void unpack() {
        if (unpacked) {
            return;
        }
        try {
            Files.createDirectories(home.resolve(CLASSES));
            Files.createDirectories(home.resolve("lib"));
            for (String name : OURS) {
                try (InputStream in = JavaRuntime.class.getResourceAsStream("/" + CLASSES + name + ".class")) {
                    Files.copy(in, home.resolve(CLASSES + name + ".class"), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            for (Class<?> each : LIBRARIES) {
                Path jar = Path.of(each.getProtectionDomain().getCodeSource().getLocation().toURI());
                Files.copy(jar, home.resolve("lib").resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            unpacked = true;
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("cannot prepare the Java runtime in " + home, e);
        }
    }
}
