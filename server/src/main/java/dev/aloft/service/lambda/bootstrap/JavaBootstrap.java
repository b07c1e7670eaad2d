package dev.aloft.service.lambda.bootstrap;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.api.client.LambdaRequestHandler;
import com.amazonaws.services.lambda.runtime.api.client.logging.LambdaContextLogger;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.JniHelper;
import com.amazonaws.services.lambda.runtime.api.client.runtimeapi.LambdaRuntimeApiClient;
import com.amazonaws.services.lambda.runtime.api.client.util.ConcurrencyConfig;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Boots generic, waits at its gate, then becomes the runtime of one function.
 *
 * <pre>
 *   fd 0  the gate: "go" once the function's code is in place
 *   fd 3  answers of the Runtime API; the first, unasked, carries the environment
 *   fd 4  requests to the Runtime API
 * </pre>
 *
 * Mostly the virtual machine is started before its environment is known, and that is put in place afterwards. These
 * classes are compiled for Java 11, the oldest that runs functions.
 */
public final class JavaBootstrap {
    private static final String ASSIGNED = "_ALOFT_ASSIGNED";

    private JavaBootstrap() {}

    /** @param arguments the folder of the function's classes, where its jars are on the class path */
    public static void main(String[] arguments) throws Throwable {
        if (arguments.length == 0) {
            run();
        }
        ClassPathThread.append(arguments[0]);
        Thread.currentThread().setName("start");
        var main = new ClassPathThread(JavaBootstrap::run);
        main.start();
        main.join();
        System.exit(1);
    }

    private static void run() throws Throwable {
        var client = new PipeClient(new FileInputStream(descriptor(3)), new FileOutputStream(descriptor(4)),
                new FileOutputStream(FileDescriptor.err));
        PojoSerializer<Map<String, Object>> json = warm();
        Method initLogger = method("initLogger");
        Method handlerObject = method("getLambdaRequestHandlerObject", String.class, LambdaContextLogger.class,
                LambdaRuntimeApiClient.class);
        Method loops = method("startRuntimeLoops", LambdaRequestHandler.class, LambdaContextLogger.class,
                ConcurrencyConfig.class, LambdaRuntimeApiClient.class);

        Map<String, String> environment = System.getenv(ASSIGNED) == null ? assigned(client, json) : started(client);
        replaceEnvironment(environment);
        // Where functions' hooks find what runs them, as AWS's own start of the virtual machine says.
        System.setProperty("org.crac.Core.Compat", "com.amazonaws.services.lambda.crac");
        if ("snap-start".equals(environment.get("AWS_LAMBDA_INITIALIZATION_TYPE"))) {
            // Before a snapshot the client empties the cache of addresses with it.
            JniHelper.load();
        }
        try {
            var logger = (LambdaContextLogger) initLogger.invoke(null);
            Object handler = handlerObject.invoke(null, environment.get("_HANDLER"), logger, client);
            loops.invoke(null, handler, logger, new ConcurrencyConfig(logger), client);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        System.exit(1);
    }

    /** Waits for the function and gives its environment. */
    private static Map<String, String> assigned(PipeClient client, PojoSerializer<Map<String, Object>> json)
            throws Throwable {
        WorkingDirectory directory = WorkingDirectory.find();
        if (!new String(System.in.readAllBytes(), StandardCharsets.ISO_8859_1).startsWith("go")) {
            Runtime.getRuntime().halt(120);
        }
        @SuppressWarnings("unchecked")
        var environment = (Map<String, String>) json.fromJson(new ByteArrayInputStream(client.answer().body))
                .get("environment");
        String root = environment.get("LAMBDA_TASK_ROOT");
        System.setProperty("user.dir", root);
        directory.change(root);
        return environment;
    }

    /** A process that was started for the function has its environment, with what a wrapper script exported. */
    private static Map<String, String> started(PipeClient client) throws IOException {
        client.answer();
        var environment = new HashMap<>(System.getenv());
        environment.remove(ASSIGNED);
        return environment;
    }

    /** Loads what the first event will need: reading and writing JSON, loggers, class loaders. */
    private static PojoSerializer<Map<String, Object>> warm() throws ClassNotFoundException {
        @SuppressWarnings({"unchecked", "rawtypes"})
        PojoSerializer<Map<String, Object>> json = (PojoSerializer) JacksonFactory.getInstance()
                .getSerializer(Map.class);
        var out = new ByteArrayOutputStream();
        json.toJson(Map.of("a", 1, "b", List.of("c", true)), out);
        json.fromJson(new ByteArrayInputStream(out.toByteArray()));
        // Without their static parts: those read the environment.
        for (String name : List.of("EventHandlerLoader", "EventHandlerLoader$2", "HandlerInfo", "CustomerClassLoader",
                "LambdaRequestHandler", "LambdaEnvironment", "UserFault", "PojoSerializerLoader", "api.LambdaContext",
                "logging.LambdaContextLogger", "logging.FramedTelemetryLogSink", "logging.TextLogFormatter",
                "logging.StdOutLogSink")) {
            Class.forName("com.amazonaws.services.lambda.runtime.api.client." + name, false,
                    JavaBootstrap.class.getClassLoader());
        }
        return json;
    }

    private static FileDescriptor descriptor(int number) throws ReflectiveOperationException {
        Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
        constructor.setAccessible(true);
        return constructor.newInstance(number);
    }

    private static Method method(String name, Class<?>... parameters) throws NoSuchMethodException {
        Method method = AWSLambda.class.getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
    }

    /** What System.getenv shows. */
    @SuppressWarnings("unchecked")
    private static void replaceEnvironment(Map<String, String> environment) throws ReflectiveOperationException {
        Class<?> process = Class.forName("java.lang.ProcessEnvironment");
        var field = process.getDeclaredField("theEnvironment");
        field.setAccessible(true);
        var entries = (Map<Object, Object>) field.get(null);
        Method variable = Class.forName("java.lang.ProcessEnvironment$Variable")
                .getDeclaredMethod("valueOf", String.class);
        Method value = Class.forName("java.lang.ProcessEnvironment$Value").getDeclaredMethod("valueOf", String.class);
        variable.setAccessible(true);
        value.setAccessible(true);
        entries.clear();
        for (var entry : environment.entrySet()) {
            entries.put(variable.invoke(null, entry.getKey()), value.invoke(null, entry.getValue()));
        }
    }
}
