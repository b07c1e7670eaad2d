package dev.aloft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of the services' behaviours name tests that there are. */
class BehaviourTablesTest {
    /** The repository, from the folder in which Maven runs a module's tests. */
    private static final Path TOP = Path.of("").toAbsolutePath().getParent();
    private static final Pattern NAMED = Pattern.compile("`([\\w.]+Test)(?:\\.(\\w+))?`");

    @ParameterizedTest
    @CsvSource({"lambda.md, 50", "events.md, 150", "dynamodb.md, 100"})
    void everyTestThatATableNamesExists(String table, int atLeast) throws IOException {
        var missing = new TreeSet<String>();
        var named = NAMED.matcher(Files.readString(TOP.resolve("docs").resolve(table)));
        var tests = tests();
        int count = 0;
        while (named.find()) {
            count++;
            if (!exists(tests, named.group(1).replace('.', '/') + ".java", named.group(2))) {
                missing.add(named.group());
            }
        }
        assertThat(count).isGreaterThan(atLeast);
        assertThat(missing).as("name the test that holds the behaviour now, or write it").isEmpty();
    }

    private static boolean exists(List<Path> tests, String file, String method) throws IOException {
        var declared = Pattern.compile("void " + method + "\\(");
        for (Path each : tests.stream().filter(path -> path.endsWith(file)).toList()) {
            if (method == null || declared.matcher(Files.readString(each)).find()) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> tests() throws IOException {
        var all = new ArrayList<Path>();
        for (var module : new String[] {"server", "cli", "contract"}) {
            try (Stream<Path> files = Files.walk(TOP.resolve(module).resolve("src/test/java"))) {
                files.filter(file -> file.toString().endsWith("Test.java")).forEach(all::add);
            }
        }
        return all;
    }
}
