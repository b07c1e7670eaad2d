package dev.aloft.service.lambda.bootstrap;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Changes the directory of this process through java.lang.foreign, as Java 21 and later have it. By reflection, since
 * these classes run on older ones too.
 */
final class WorkingDirectory {
    private static final String FOREIGN = "java.lang.foreign.";

    private final MethodHandle chdir;

    private WorkingDirectory(MethodHandle chdir) {
        this.chdir = chdir;
    }

    static WorkingDirectory find() throws ReflectiveOperationException {
        Object linker = type("Linker").getMethod("nativeLinker").invoke(null);
        Object lookup = type("Linker").getMethod("defaultLookup").invoke(linker);
        var address = (Optional<?>) type("SymbolLookup").getMethod("find", String.class).invoke(lookup, "chdir");
        Class<?> layout = type("MemoryLayout");
        Object arguments = Array.newInstance(layout, 1);
        Array.set(arguments, 0, type("ValueLayout").getField("ADDRESS").get(null));
        Object function = type("FunctionDescriptor").getMethod("of", layout, arguments.getClass())
                .invoke(null, type("ValueLayout").getField("JAVA_INT").get(null), arguments);
        Object options = Array.newInstance(type("Linker$Option"), 0);
        Method handle = type("Linker")
                .getMethod("downcallHandle", type("MemorySegment"), type("FunctionDescriptor"), options.getClass());
        return new WorkingDirectory((MethodHandle) handle.invoke(linker, address.orElseThrow(), function, options));
    }

    void change(String path) throws Throwable {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        Object arena = type("Arena").getMethod("global").invoke(null);
        Object segment = type("SegmentAllocator").getMethod("allocate", long.class, long.class)
                .invoke(arena, bytes.length + 1L, 1L);
        ((ByteBuffer) type("MemorySegment").getMethod("asByteBuffer").invoke(segment)).put(bytes).put((byte) 0);
        chdir.invokeWithArguments(segment);
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(FOREIGN + name);
    }
}
