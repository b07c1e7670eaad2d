package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Functions of the C library, for what the JDK cannot ask of the kernel. */
final class NativeCalls {
    private NativeCalls() {}

    static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }

    /** @param what the kernel was asked for, as the end of a sentence */
    static void check(int result, String what) throws IOException {
        if (result < 0) {
            throw new IOException("the kernel refuses " + what);
        }
    }
}
