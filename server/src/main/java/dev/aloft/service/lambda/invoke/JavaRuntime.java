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
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import software.amazon.awssdk.utilslite.SdkInternalThreadLocal;

/** What a Java function's virtual machine loads besides the function, and how it is started. */
final class JavaRuntime {
    /** Classes of ours, and one of each library. */
    private static final String CLASSES = "dev/aloft/service/lambda/bootstrap/";
    private static final List<String> OURS = List.of("ClassPathThread", "ClassPathThread$Body", "JavaBootstrap",
            "PipeClient", "PipeClient$Answer", "WorkingDirectory");
    private static final String MAIN = CLASSES.replace('/', '.') + "JavaBootstrap";
    private static final List<Class<?>> LIBRARIES =
            List.of(AWSLambda.class, LambdaRuntime.class, PojoSerializer.class, SdkInternalThreadLocal.class);
    /** From here on a process can be told its working directory after it has started. */
    private static final int CAN_MOVE = 21;

    /** Our classes once more, for virtual machines that keep those of jars only. */
    private static final String JAR = "bootstrap.jar";

    private final Path home;
    private final JavaPrograms programs;
    private final TrainedStarts trained;
    private boolean unpacked;

    /** @param home the folder that sandboxes see at /var/runtime */
    JavaRuntime(Path home, JavaPrograms programs, TrainedStarts trained) {
        this.home = home;
        this.programs = programs;
        this.trained = trained;
    }

    JavaPrograms.Jdk jdk(String runtime) {
        return programs.of(runtime);
    }

    static boolean boots(JavaPrograms.Jdk jdk) {
        return jdk.version() >= CAN_MOVE;
    }

    /**
     * How much memory a virtual machine takes is said when it starts, so one that waits waits for functions of one
     * size.
     */
    List<String> command(FunctionVersion version, JavaPrograms.Jdk jdk, List<String> more) {
        unpack();
        List<String> command = options(version, jdk, more);
        command.addAll(List.of("-cp", "/var/runtime:/var/runtime/lib/*", MAIN));
        return command;
    }

    private static List<String> options(FunctionVersion version, JavaPrograms.Jdk jdk, List<String> more) {
        var command = new ArrayList<String>();
        command.add(jdk.interpreter().program().toString());
        command.addAll(more);
        command.addAll(List.of("-Xmx" + version.memoryMegabytes() * 8 / 10 + "m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--add-opens=java.base/java.io=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED"));
        if (boots(jdk)) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        return command;
    }

    /** The same for a version that starts from what another virtual machine recorded, if there is that and it fits. */
    Optional<Trained> trained(FunctionVersion version, JavaPrograms.Jdk jdk) {
        if (!TrainedStarts.isFor(version, jdk)) {
            return Optional.empty();
        }
        unpack();
        return trained.of(version, jdk, jars()).map(folder ->
                new Trained(trainedCommand(version, jdk, folder, TrainedStarts.using(jdk)), folder.path()));
    }

    /** The same for the virtual machine that records that. */
    Optional<Trained> training(FunctionVersion version, JavaPrograms.Jdk jdk) throws IOException {
        if (!TrainedStarts.isFor(version, jdk)) {
            return Optional.empty();
        }
        unpack();
        return trained.prepare(version, jdk, jars())
                .map(folder -> new Trained(Stream.concat(TrainedStarts.DELIVERING.stream(),
                trainedCommand(version, jdk, folder, TrainedStarts.recording(jdk)).stream()).toList(), folder.path()));
    }

    /**
     * A start that goes with a folder.
     *
     * @param folder what is seen at {@link TrainedStarts#SEEN_AT}
     */
    record Trained(List<String> command, Path folder) {}

    private List<String> trainedCommand(FunctionVersion version, JavaPrograms.Jdk jdk, TrainedStarts.Folder folder,
            String option) {
        List<String> command = options(version, jdk,
                List.of(option, "--add-opens=java.base/jdk.internal.loader=ALL-UNNAMED"));
        Stream<String> ours = jars().stream().map(jar -> "/var/runtime/" + home.relativize(jar));
        String classPath = Stream.concat(ours, folder.classPath().stream()).collect(Collectors.joining(":"));
        command.addAll(List.of("-cp", classPath, MAIN, "/var/task/"));
        return command;
    }

    private List<Path> jars() {
        return Stream.concat(Stream.of(home.resolve(JAR)), LIBRARIES.stream()
                .map(each -> home.resolve("lib").resolve(jar(each).getFileName())))
                .toList();
    }

    private static Path jar(Class<?> one) {
        try {
            return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
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
                Path jar = jar(each);
                Path copy = home.resolve("lib").resolve(jar.getFileName());
                stamped(Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING));
            }
            Stream<Path> classes = OURS.stream().map(name -> home.resolve(CLASSES + name + ".class"));
            TrainedStarts.pack(home, classes, home.resolve(JAR));
            stamped(home.resolve(JAR));
            unpacked = true;
        } catch (IOException e) {
            throw new IllegalStateException("cannot prepare the Java runtime in " + home, e);
        }
    }

    /**
     * What virtual machines recorded is held against the sizes and times of their jars: the same content has the same
     * time.
     */
    private static void stamped(Path jar) throws IOException {
        var sum = new CRC32();
        sum.update(Files.readAllBytes(jar));
        Files.setLastModifiedTime(jar, FileTime.from(sum.getValue(), TimeUnit.SECONDS));
    }
}
