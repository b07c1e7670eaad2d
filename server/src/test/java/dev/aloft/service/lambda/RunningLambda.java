package dev.aloft.service.lambda;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Lambda with real runtimes, one for all tests of a class: to start them takes longest. */
abstract class RunningLambda {
    @TempDir
    static Path folder;

    static TestLambda test;

    @BeforeAll
    static void openLambda() {
        test = new TestLambda(folder);
    }

    @AfterAll
    static void closeLambda() {
        test.close();
    }
}
