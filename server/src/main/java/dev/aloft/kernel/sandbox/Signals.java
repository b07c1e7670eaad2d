package dev.aloft.kernel.sandbox;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** kill(2): the JDK can end a process but not stop and continue it. */
final class Signals {
    // Linux on x86-64 and arm64.
    static final int KILL = 9;
    static final int TERMINATE = 15;
    static final int CONTINUE = 18;
    static final int STOP = 19;

    private static final MethodHandle SEND =
            NativeCalls.handle("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private Signals() {}

    /** Sends; a process that is gone is no error. */
    static void send(long pid, int signal) {
        try {
            int _ = (int) SEND.invokeExact((int) pid, signal);
        } catch (Throwable e) {
            throw new IllegalStateException("kill(2)", e);
        }
    }
}
