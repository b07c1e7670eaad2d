package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.payload;
import static dev.aloft.service.lambda.TestLambda.tail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JavaFunctionTest extends RunningLambda {
    private static final String SOURCE = """
            package example;
            import com.amazonaws.services.lambda.runtime.*;
            import java.io.*;
            import java.util.*;
            public class Handler implements RequestHandler<Map<String, Object>, Object> {
                private int count;
                public Object handleRequest(Map<String, Object> event, Context context) {
                    context.getLogger().log("first\\nsecond");
                    System.out.println("printed");
                    if (event.containsKey("fail")) { throw new IllegalStateException("boom"); }
                    Map<String, Object> told = new HashMap<>(Map.of("name", event.get("name"), "count", ++count, "function", context.getFunctionName(),
                        "memory", context.getMemoryLimitInMB(), "mine", String.valueOf(System.getenv("MINE")),
                        "here", new File("example").isDirectory(), "arn", context.getInvokedFunctionArn()));
                    told.put("zone", TimeZone.getDefault().getID());
                    told.put("inner", System.getenv().keySet().stream().anyMatch(name -> name.contains("ALOFT")));
                    told.put("told", System.getProperty("told"));
                    told.put("last", System.getProperty("told.last"));
                    return told;
                }
                public String pojo(Person person) { return "Hello " + person.name; }
                public void stream(InputStream in, OutputStream out) throws IOException { out.write('"'); in.transferTo(out); out.write('"'); }
                public static class Hooked implements RequestHandler<Object, Object>, com.amazonaws.services.lambda.crac.Resource {
                    private final List<String> told = new ArrayList<>(List.of("init"));
                    public Hooked() { com.amazonaws.services.lambda.crac.Core.getGlobalContext().register(this); }
                    public void beforeCheckpoint(com.amazonaws.services.lambda.crac.Context<? extends com.amazonaws.services.lambda.crac.Resource> context) {
                        told.add("before");
                    }
                    public void afterRestore(com.amazonaws.services.lambda.crac.Context<? extends com.amazonaws.services.lambda.crac.Resource> context) {
                        told.add("after");
                    }
                    public Object handleRequest(Object event, Context context) { return told; }
                }
                public static class Person { public String name; public void setName(String n) { name = n; } public String getName() { return name; } }
            }
            """;

    private static Bytes zip;

    @BeforeAll
    static void prepare() throws IOException {
        Path source = Files.writeString(Files.createDirectories(folder.resolve("source")).resolve("Handler.java"),
                SOURCE);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        assertThat(ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "--release", "11", "-cp", System.getProperty("java.class.path"),
                "-d", classes.toString(), source.toString())).isZero();
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes); var files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
        zip = Bytes.of(bytes.toByteArray());
        for (var handler : Map.of("map", "example.Handler", "pojo", "example.Handler::pojo", "stream",
                "example.Handler::stream", "missing", "example.Nobody").entrySet()) {
            create(handler.getKey(), "java21", handler.getValue(), Map.of("MINE", "yes"));
        }
    }

    @Test
    void aRequestHandlerSeesItsEventItsContextAndItsEnvironment() {
        var response = test.invoke("map", "{\"name\":\"Ada\"}");
        assertThat(json(response)).containsEntry("name", "Ada").containsEntry("function", "map")
                .containsEntry("mine", "yes")
                .containsEntry("here", true)
                .containsEntry("arn", "arn:aws:lambda:eu-central-1:123456789012:function:map");
        assertThat(((Number) json(response).get("memory")).intValue()).isEqualTo(256);
        assertThat(tail(response)).contains("first", "second", "printed");
        assertThat(((Number) json(test.invoke("map", "{\"name\":\"Bob\"}")).get("count")).intValue()).isGreaterThan(1);
    }

    @Test
    void anExceptionIsTheAnswerWithItsStack() {
        var response = test.invoke("map", "{\"fail\":1}");
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(json(response)).containsEntry("errorType", "java.lang.IllegalStateException")
                .containsEntry("errorMessage", "boom");
        assertThat((List<?>) json(response).get("stackTrace")).first().asString()
                .startsWith("example.Handler.handleRequest(Handler.java:");
        assertThat(tail(response)).anyMatch(line -> line.startsWith("boom: java.lang.IllegalStateException"));
    }

    @Test
    void methodsOfPojosAndStreamsAreHandlersToo() {
        assertThat(payload(test.invoke("pojo", "{\"name\":\"Ada\"}"))).isEqualTo("\"Hello Ada\"");
        assertThat(payload(test.invoke("stream", "1"))).isEqualTo("\"1\"");
    }

    @Test
    void aMissingClassIsToldInAwsWords() {
        assertThat(json(test.invoke("missing", "{}"))).containsEntry("errorType", "java.lang.ClassNotFoundException")
                .containsEntry("errorMessage", "Class not found: example.Nobody").doesNotContainKey("stackTrace");
    }

    @Test
    void aVersionWithSnapStartRunsItsHooks() throws InterruptedException {
        test.lambda.createFunction(caller(),
                Lambda.CreateFunctionRequest.of(r -> r.functionName("hooked").runtime("java21").publish(true)
                .handler("example.Handler$Hooked").role("arn:aws:iam::123456789012:role/test").memorySize(256)
                .timeout(20)
                .snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions")))
                .code(Lambda.FunctionCode.of(c -> c.zipFile(zip)))));
        assertThat(test.service.snapshots().await(FunctionName.of(caller(), "hooked", "1")).state())
                .isEqualTo("Active");
        assertThat(payload(test.lambda
                .invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName("hooked").qualifier("1")))))
                .isEqualTo("[\"init\",\"before\",\"after\"]");
    }

    /** On the JDK of that version where the machine has it: one that starts only once its function is known. */
    @Test
    void anOlderJavaRunsTheSame() {
        create("older", "java17", "example.Handler", Map.of("MINE", "yes", "TZ", "Asia/Tokyo"));
        assertThat(json(test.invoke("older", "{\"name\":\"Ada\"}"))).containsEntry("name", "Ada")
                .containsEntry("mine", "yes")
                .containsEntry("here", true).containsEntry("zone", "Asia/Tokyo").containsEntry("inner", false);
    }

    @Test
    void optionsOfTheVirtualMachineAreHeard() {
        create("options", "java25", "example.Handler",
                Map.of("JAVA_TOOL_OPTIONS", "-Dtold=tool", "JDK_JAVA_OPTIONS", "-Dtold.last=last"));
        assertThat(json(test.invoke("options", "{\"name\":\"Ada\"}"))).containsEntry("told", "tool")
                .containsEntry("last", "last")
                .containsEntry("here", true);
    }

    private static void create(String name, String runtime, String handler, Map<String, String> variables) {
        test.lambda.createFunction(caller(), Lambda.CreateFunctionRequest.of(r -> r.functionName(name).runtime(runtime)
                .handler(handler).role("arn:aws:iam::123456789012:role/test").memorySize(256).timeout(20)
                .environment(Lambda.Environment.of(e -> e.variables(variables)))
                .code(Lambda.FunctionCode.of(c -> c.zipFile(zip)))));
    }
}
