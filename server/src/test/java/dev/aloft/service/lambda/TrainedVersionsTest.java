package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions of Java functions whose environments start with their classes loaded. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrainedVersionsTest extends RunningLambda {
    private static final String HANDLER = """
            package example;
            import java.lang.management.ManagementFactory;
            import java.util.*;
            public class Handler {
                private static final String TOLD = read("/told.txt");
                private static String read(String name) {
                    try (var in = Handler.class.getResourceAsStream(name)) {
                        return new String(in.readAllBytes());
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
                public Map<String, Object> handle(Map<String, Object> event) throws Exception {
                    var found = new ArrayList<String>();
                    for (var urls = Thread.currentThread().getContextClassLoader().getResources("told.txt"); urls.hasMoreElements();) {
                        found.add(urls.nextElement().toString());
                    }
                    var services = new ArrayList<String>();
                    ServiceLoader.load(Runnable.class).forEach(each -> services.add(each.toString()));
                    return Map.of("told", TOLD, "found", found, "services", services, "thread", Thread.currentThread().getName(),
                            "library", Library.class.getProtectionDomain().getCodeSource().getLocation().toString(),
                            "directory", System.getProperty("user.dir"), "variable", String.valueOf(System.getenv("MINE")),
                            "options", ManagementFactory.getRuntimeMXBean().getInputArguments().toString());
                }
            }
            """;
    private static final String LIBRARY = """
            package example;
            public class Library implements Runnable {
                public void run() {}
                public String toString() { return "library"; }
            }
            """;

    private static Bytes zip;

    @BeforeAll
    static void prepare() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Files.writeString(source.resolve("Handler.java"), HANDLER);
        Files.writeString(source.resolve("Library.java"), LIBRARY);
        assertThat(ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "--release", "11", "-d", classes.toString(),
                source.resolve("Handler.java").toString(), source.resolve("Library.java").toString())).isZero();
        byte[] jar = zip(Map.of("example/Library.class", Files.readAllBytes(classes.resolve("example/Library.class")),
                "META-INF/services/java.lang.Runnable", "example.Library".getBytes()));
        zip = Bytes.of(zip(Map.of("example/Handler.class", Files.readAllBytes(classes.resolve("example/Handler.class")),
                "told.txt", "something".getBytes(), "lib/library.jar", jar)));
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    /** The environment that waits for a version's first event had its init before there was anything recorded. */
    @ParameterizedTest
    @ValueSource(strings = {"java17", "java25"})
    void environmentsAfterTheFirstStartFromWhatWasRecordedAndSeeTheSame(String runtime) throws InterruptedException {
        test.lambda.createFunction(caller(), Lambda.CreateFunctionRequest.of(r -> r.functionName(runtime)
                .runtime(runtime).handler("example.Handler::handle").role("arn:aws:iam::123456789012:role/test")
                .memorySize(256).timeout(60).publish(true).code(Lambda.FunctionCode.of(c -> c.zipFile(zip)))
                .environment(Lambda.Environment.of(e -> e.variables(Map.of("MINE", "yes"))))
                .snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions")))));
        assertThat(test.service.snapshots().await(FunctionName.of(caller(), runtime, "1")).state()).isEqualTo("Active");
        Map<String, Object> first = invoke(runtime);
        assertThat(first).containsEntry("found", List.of("file:/var/task/told.txt"))
                .containsEntry("services", List.of("library"));
        first.remove("options");
        Map<String, Object> next = later(runtime);
        while (!next.remove("options").toString().matches(".*(AOTCache=|SharedArchiveFile=).*")) {
            next = later(runtime);
        }
        assertThat(next).isEqualTo(first);
        assertThat(logs(runtime)).noneMatch(line -> line.contains("[warning]") || line.contains("[error"));

        assertThat(recorded()).contains("arn:aws:lambda:eu-central-1:123456789012:function:" + runtime + ":1");
        test.lambda.deleteFunction(caller(), Lambda.DeleteFunctionRequest.of(r -> r.functionName(runtime)));
        assertThat(recorded()).doesNotContain("arn:aws:lambda:eu-central-1:123456789012:function:" + runtime + ":1");
    }

    /** By another environment, once the one before is idle and so recycled. */
    private static Map<String, Object> later(String name) {
        test.time.advance(Duration.ofMinutes(12));
        return invoke(name);
    }

    private static List<String> recorded() {
        return List.of(folder.resolve("lambda/runtimes/trained").toFile().list());
    }

    private static Map<String, Object> invoke(String name) {
        var response = test.lambda.invoke(caller(),
                Lambda.InvokeRequest.of(r -> r.functionName(name).qualifier("1").payload(Bytes.of("{}".getBytes()))));
        assertThat(response.functionError()).as(TestLambda.payload(response)).isNull();
        return json(response);
    }

    private static List<String> logs(String name) {
        test.time.advance(Duration.ofSeconds(1));
        test.service.flushLogs();
        return test.logs.filterLogEvents(caller(),
                Logs.FilterLogEventsRequest.of(r -> r.logGroupName("/aws/lambda/" + name)))
                .events().stream().map(Logs.FilteredLogEvent::message).toList();
    }
}
