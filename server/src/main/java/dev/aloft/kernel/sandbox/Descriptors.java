package dev.aloft.kernel.sandbox;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** open(2) and close(2): the JDK does not say which number an open file has. */
final class Descriptors {
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final MethodHandle OPEN =
            NativeCalls.handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CLOSE = NativeCalls.handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Descriptors() {}

    /** Opens to read. */
    static int open(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int number = (int) OPEN.invokeExact(arena.allocateFrom(path.toString()), CLOSE_ON_EXEC);
            if (number < 0) {
                throw new IOException("cannot open " + path);
            }
            return number;
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("open(2)", e);
        }
    }

    static void close(int number) {
        try {
            int _ = (int) CLOSE.invokeExact(number);
        } catch (Throwable e) {
            throw new IllegalStateException("close(2)", e);
        }
    }
}
