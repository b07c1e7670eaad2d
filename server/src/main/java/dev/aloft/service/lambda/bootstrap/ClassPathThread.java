package dev.aloft.service.lambda.bootstrap;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URLClassLoader;

/**
 * The main thread of a virtual machine that has the function's classes on its class path. The client makes a loader of
 * its own for them and names it to its thread first: from there on that one finds nothing, so that nothing is found
 * twice.
 */
final class ClassPathThread extends Thread {
    private final Body body;

    /** What a main method does. */
    interface Body {
        void run() throws Throwable;
    }

    ClassPathThread(Body body) {
        super("main");
        this.body = body;
    }

    /**
     * Puts a folder at the class path's end while the virtual machine runs: one that has a folder there from its start
     * can not keep its classes.
     */
    static void append(String folder) throws ReflectiveOperationException {
        ClassLoader system = ClassLoader.getSystemClassLoader();
        Method append = system.getClass().getDeclaredMethod("appendToClassPathForInstrumentation", String.class);
        append.setAccessible(true);
        append.invoke(system, folder);
    }

    @Override
    public void run() {
        try {
            body.run();
        } catch (Throwable failed) {
            getUncaughtExceptionHandler().uncaughtException(this, failed);
        }
    }

    @Override
    public void setContextClassLoader(ClassLoader loader) {
        super.setContextClassLoader(loader);
        if (loader instanceof URLClassLoader && loader.getClass().getPackage() == AWSLambda.class.getPackage()) {
            try {
                ((URLClassLoader) loader).close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
