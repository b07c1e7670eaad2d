package dev.aloft.kernel.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The processes below a process, read from /proc without looking at the rest of the machine. */
final class ProcessTree {
    private ProcessTree() {}

    static List<Long> children(long pid) {
        var found = new ArrayList<Long>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                for (String child : Files.readString(thread.resolve("children")).split(" ")) {
                    if (!child.isBlank()) {
                        found.add(Long.parseLong(child.strip()));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException gone) {
            return found;
        }
        return found;
    }

    static Set<Long> below(long pid) {
        var all = new LinkedHashSet<Long>();
        var look = new ArrayList<>(children(pid));
        while (!look.isEmpty()) {
            long next = look.removeLast();
            if (all.add(next)) {
                look.addAll(children(next));
            }
        }
        return all;
    }
}
